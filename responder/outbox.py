"""What must leave the house: written in the ticket's transaction, sent later, never forgotten.

A row is claimed by a lease, so any number of senders share the work; a sender that dies lets its
lease run out. What a channel has accepted, and what was cancelled by an acknowledgement, is
never claimed again. Nor is what nobody's channels can carry: it stays a notice in the console,
and says so, for only a channel's word proves that something was delivered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, update

from responder.claims import ATTEMPTS, LEASE, claim, write
from responder.deliveries import Links, push_due
from responder.push import Pusher
from responder.rows import insert_new
from responder.schema import notices, outbox
from responder.sealing import sealed
from stream.bus import Outgoing
from stream.codec import encode
from stream.messages import Corrected, Regrouped, TicketChanged
from stream.sql import failures_named
from stream.topics import DECISIONS, TICKETS
from yuqing.domain.clock import Clock
from yuqing.domain.errors import RetryLater

__all__ = ["ATTEMPTS", "LEASE", "Push", "cancel", "put_change", "put_pushes", "send_due"]


@dataclass(frozen=True, slots=True)
class Push:
    """One message to one audience, and through their channels to the people behind it.

    `key` names it for ever: written twice, it is one. `audience` (unit:CODE, person:LOGIN,
    role:ROLE) sees it in the console at once. `purpose` is assign, acknowledge, clock, watch,
    case, duty or test.
    `recipients` are (name, apprise URLs in the order to try); without one it stays in the console.
    `assignment` is the position of the act that charged the unit, where its people may acknowledge
    by a link of the message.
    """

    key: str
    purpose: str
    audience: str
    jurisdiction: str
    title: str
    body: str
    link: str
    due_at: datetime
    ticket_id: str | None = None
    recipients: tuple[tuple[str, tuple[str, ...]], ...] = ()
    assignment: int | None = None


def put_pushes(connection: Connection, pushes: Sequence[Push], now: datetime) -> int:
    """Write outbox rows and console notices, within the caller's transaction; returns new ones."""
    insert_new(connection, notices, [_notice(push, now) for push in pushes])
    rows = [row for push in pushes for row in _push_rows(connection, push, now)]
    return insert_new(connection, outbox, rows)


def put_change(connection: Connection, change: TicketChanged, now: datetime) -> None:
    """Have `change` published on the topic `tickets`, within the caller's transaction."""
    value = encode(change).decode()
    row = {
        "key": f"bus:{change.ticket_id}:{change.version}",
        "kind": "bus",
        "purpose": "changed",
        "ticket_id": change.ticket_id,
        "target": TICKETS.name,
        "payload": {"value": value},
    }
    insert_new(connection, outbox, [row | _fresh(now, now)])


def put_decision(
    connection: Connection, decision: Corrected | Regrouped, key: str, now: datetime
) -> None:
    """Have `decision` published on the topic `decisions`, within the caller's transaction."""
    row = {
        "key": f"bus:{decision.decision_id}:{key}",
        "kind": "bus",
        "purpose": "decision",
        "target": DECISIONS.name,
        "payload": {"key": key, "value": encode(decision).decode()},
    }
    insert_new(connection, outbox, [row | _fresh(now, now)])


def cancel(connection: Connection, ticket_id: str, purpose: str) -> None:
    """What `purpose` still had to push for the ticket is no longer due."""
    mine = (outbox.c.ticket_id == ticket_id) & (outbox.c.purpose == purpose)
    cancel_pushes(connection, mine)


def cancel_pushes(connection: Connection, which: ColumnElement[bool]) -> None:
    """What of the pushes `which` still had to leave is no longer due."""
    waiting = (outbox.c.kind == "push") & (outbox.c.state == "pending")
    connection.execute(update(outbox).where(waiting, which).values(state="cancelled"))


def send_due(
    engine: Engine,
    pusher: Pusher,
    publish: Callable[[Sequence[Outgoing]], None],
    clock: Clock,
    limit: int = 100,
    console: str = "",
    secret: str = "",
) -> int:
    """Send up to `limit` due rows: changes to the bus, pushes to people; returns how many left.

    `console` is its address as people reach it: each message ends with the link to what it is
    about, and, where a `secret` signs it, with one that acknowledges. Without one there is none.

    Safe in any number of processes. Raises RetryLater when the store or the bus is away; what
    was claimed then comes again when its lease has run out.
    """
    changes = claim(engine, outbox.c.kind == "bus", clock, limit)
    try:
        if changes:
            _publish(engine, changes, publish)
    finally:  # people are told also while the bus is away
        sent = push_due(engine, pusher, clock, limit, Links(console, secret))
    return len(changes) + sent


def _publish(
    engine: Engine,
    rows: Sequence[Row[Any]],
    publish: Callable[[Sequence[Outgoing]], None],
) -> None:
    messages = [
        Outgoing(row.target, row.payload.get("key", row.ticket_id), row.payload["value"].encode())
        for row in rows
    ]
    ids = [row.outbox_id for row in rows]
    try:
        publish(messages)
    except RetryLater as error:
        # Free again at once: while these waited, later changes of the same ticket would overtake.
        write(engine, ids, lease_until=None, error=str(error))
        raise
    with failures_named(), engine.begin() as connection:
        connection.execute(delete(outbox).where(outbox.c.outbox_id.in_(ids)))


def _fresh(now: datetime, due_at: datetime) -> dict[str, Any]:
    return {"created_at": now, "due_at": due_at, "state": "pending", "attempts": 0}


def _push_rows(connection: Connection, push: Push, now: datetime) -> list[dict[str, Any]]:
    row = {
        "kind": "push",
        "ticket_id": push.ticket_id,
        "purpose": push.purpose,
        "target": push.audience,
        "assignment": push.assignment,
    }
    message = {"title": push.title, "body": push.body, "link": push.link}
    message |= {"jurisdiction": push.jurisdiction}
    return [
        row
        | {"key": f"{push.key}:{number}"}
        | {"payload": message | {"recipient": name, "channels": _resting(connection, channels)}}
        | _fresh(now, push.due_at)
        | {"state": "pending" if channels else "console", "person": _person(channels)}
        for number, (name, channels) in enumerate(push.recipients or (("", ()),))
    ]


def _resting(connection: Connection, channels: Sequence[str]) -> list[str]:
    # the address of a robot is its key
    return [sealed(connection, channel) for channel in channels]


def _person(channels: Sequence[str]) -> str | None:
    # Whoever is reached by the same channels reads the same screen.
    return hashlib.sha256("\n".join(channels).encode()).hexdigest() if channels else None


def _notice(push: Push, now: datetime) -> dict[str, Any]:
    return {
        "key": push.key,
        "audience": push.audience,
        "jurisdiction": push.jurisdiction,
        "ticket_id": push.ticket_id,
        "title": push.title,
        "body": push.body,
        "link": push.link,
        "at": now,
    }
