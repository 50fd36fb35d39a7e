"""What becomes of copies and tickets when grouping finds that two events are one.

The event that is left says in every snapshot what it absorbed, so this may be told again and again,
and out of order: a message about an absorbed event that comes late speaks of the one it went into.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from responder.act import Act
from responder.labels import MACHINE, by_machine
from responder.rows import insert_new
from responder.schema import event_aliases, event_copies, event_posts
from responder.store import TicketStore
from yuqing.domain.errors import Conflict, RetryLater
from yuqing.domain.event import Event

REASON = "系统研判：两个事件为同一事件，自动并案"


def absorbed_of(connection: Connection, event_ids: Collection[str]) -> Mapping[str, str]:
    """Which of `event_ids` went into which event."""
    known = select(event_aliases).where(event_aliases.c.event_id.in_(event_ids))
    return {row.event_id: row.into_id for row in connection.execute(known)}


def put_absorbed(connection: Connection, event: Event) -> None:
    """The copies of what `event` absorbed become its own."""
    known = absorbed_of(connection, event.absorbed) if event.absorbed else {}
    for gone in event.absorbed:
        if known.get(gone) == event.event_id:
            continue
        insert_new(connection, event_aliases, [{"event_id": gone, "into_id": event.event_id}])
        led = (event_aliases.c.event_id == gone) | (event_aliases.c.into_id == gone)
        connection.execute(update(event_aliases).where(led).values(into_id=event.event_id))
        _move_posts(connection, gone, event.event_id)
        connection.execute(delete(event_copies).where(event_copies.c.event_id == gone))


def merge_tickets(store: TicketStore, gone: str, into: str, now: datetime) -> bool:
    """Merge ticket `gone` into `into`, unless either is shut or a human has acted on `gone`.

    What people have in hand is theirs to merge. Raises RetryLater when somebody was quicker.
    """
    stored, acts = store.history(gone)
    both_open = stored.ticket.is_open and store.get(into).ticket.is_open
    if not both_open or any(not by_machine(act.who) for act in acts):
        return False
    act = Act(now, MACHINE, "merge", {"into": into, "reason": REASON})
    try:
        store.merge(gone, stored.version, into, act)
    except Conflict as error:
        raise RetryLater(f"ticket {gone}: {error}") from error
    return True


def _move_posts(connection: Connection, gone: str, into: str) -> None:
    there = select(event_posts.c.post_id).where(event_posts.c.event_id == into)
    twice = delete(event_posts).where(event_posts.c.event_id == gone)
    connection.execute(twice.where(event_posts.c.post_id.in_(there)))
    moved = update(event_posts).where(event_posts.c.event_id == gone)
    connection.execute(moved.values(event_id=into))
