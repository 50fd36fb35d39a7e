"""Who sends a row of the outbox, and when it is tried again: leases, pauses, and giving up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from responder.rows import insert_new
from responder.schema import notices, outbox, tickets
from stream.sql import failures_named, reading
from yuqing.domain.clock import Clock, real_span

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
ATTEMPTS = 12
_SPREAD = 0.4


def backoff(key: str, attempts: int, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to the `longest`.

    Spread by a fifth up or down, by `key` and the attempt alone: many that fail together do not
    come back together, and the same history gives the same times.
    """
    pause = min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), longest)
    draw = int.from_bytes(hashlib.sha256(f"{key}:{attempts}".encode()).digest()[:4]) / 2**32
    return pause * (1 - _SPREAD / 2 + _SPREAD * draw)


def claim(
    engine: Engine,
    which: ColumnElement[bool],
    clock: Clock,
    limit: int,
    fresh_first: bool = False,
) -> Sequence[Row[Any]]:
    """Up to `limit` due rows that nobody else holds, ours until their lease runs out; the oldest
    first, or those first that were tried least: where order does not matter, what is refused
    again and again keeps nothing new waiting. The attempt is counted."""
    now = clock.now()
    first = (outbox.c.attempts, outbox.c.outbox_id) if fresh_first else (outbox.c.outbox_id,)
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    due = (
        select(outbox.c.outbox_id)
        .where(outbox.c.state == "pending", outbox.c.due_at <= now, which, free)
        .order_by(*first)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    lease = {"lease_until": now + real_span(clock, LEASE), "attempts": outbox.c.attempts + 1}
    held = update(outbox).where(outbox.c.outbox_id.in_(due)).values(lease).returning(outbox)
    with failures_named(), engine.begin() as connection:
        return sorted(connection.execute(held).all(), key=lambda row: row.outbox_id)


def write(engine: Engine, ids: Sequence[int], **values: Any) -> None:
    """Set `values` on the rows, whatever became of them."""
    with failures_named(), engine.begin() as connection:
        connection.execute(update(outbox).where(outbox.c.outbox_id.in_(ids)).values(values))


def put_off(
    engine: Engine,
    rows: Sequence[Row[Any]],
    later: datetime,
    error: str,
    now: datetime,
    attempts: int = ATTEMPTS,
) -> None:
    """What was asked refused `rows`: they are tried again at `later`, or, after so many
    `attempts`, given up aloud.

    Only what is still ours: meanwhile a row may have been called off, or, the lease having run
    out, sent by another. The ticket of a push that is given up is looked at anew.
    """
    lost = {row.outbox_id for row in rows if row.attempts >= attempts}
    about = {row.ticket_id for row in rows if row.outbox_id in lost and row.kind == "push"}
    with failures_named(), engine.begin() as connection:
        # tickets before their pushes, as whoever writes to a ticket takes them
        _wake(connection, about - {None}, now)
        for row in rows:
            state = "failed" if row.outbox_id in lost else "pending"
            values = {"state": state, "lease_until": later, "error": error[:2000]}
            if settle(connection, row, **values) and state == "failed" and row.kind == "push":
                _tell_undelivered(connection, row, error, now)


def settle(connection: Connection, row: Row[Any], **values: Any) -> bool:
    """Set `values` on a claimed row while it is still ours and waits; says whether it was."""
    ours = (outbox.c.outbox_id == row.outbox_id) & (outbox.c.attempts == row.attempts)
    wanted = update(outbox).where(ours, outbox.c.state == "pending").values(values)
    return bool(connection.execute(wanted).rowcount)


def delivered(engine: Engine, row: Row[Any], **values: Any) -> None:
    """`row` is done with, `values` say how; unless meanwhile it is no longer ours."""
    with failures_named(), engine.begin() as connection:
        settle(connection, row, **values, lease_until=None)


def let_go(engine: Engine) -> int:
    """Free every row that a sender holds and uncount its attempt; returns how many.

    Only for whoever knows that all senders are dead.
    """
    held = outbox.c.state == "pending", outbox.c.lease_until.is_not(None), outbox.c.error.is_(None)
    freed = {"lease_until": None, "attempts": outbox.c.attempts - 1}
    with failures_named(), engine.begin() as connection:
        return connection.execute(update(outbox).where(*held).values(freed)).rowcount


def next_due(engine: Engine) -> datetime | None:
    """When the next push can be sent, which may be past; None when nothing waits."""
    moment = func.coalesce(outbox.c.lease_until, outbox.c.due_at)
    query = select(outbox.c.due_at, outbox.c.lease_until).where(outbox.c.state == "pending")
    with failures_named(), reading(engine).begin() as connection:
        row = connection.execute(query.order_by(moment).limit(1)).first()
    return max(filter(None, (row.due_at, row.lease_until))) if row else None


def _wake(connection: Connection, ticket_ids: Set[str], now: datetime) -> None:
    later = or_(tickets.c.next_due_at.is_(None), tickets.c.next_due_at > now)
    for ticket_id in sorted(ticket_ids):
        mine = update(tickets).where(tickets.c.ticket_id == ticket_id, later)
        connection.execute(mine.values(next_due_at=now))


def _tell_undelivered(connection: Connection, row: Row[Any], error: str, now: datetime) -> None:
    message = row.payload
    notice = {
        "key": f"undelivered:{row.key}"[:200],
        "audience": "role:monitor",
        "jurisdiction": message.get("jurisdiction", ""),
        "ticket_id": row.ticket_id,
        "title": f"推送未送达{message.get('recipient', '')}：{message['title']}"[:300],
        "body": f"已试{row.attempts}次，请改用电话等方式通知。\n{error}"[:2000],
        "link": message["link"],
        "at": now,
    }
    insert_new(connection, notices, [notice])
