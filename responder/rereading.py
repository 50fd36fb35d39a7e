"""A file that was edited takes effect at the next start; what the store keeps of the former one is
found out anew then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, or_, select, update

from responder.schema import tickets
from responder.transitions import State
from stream.sql import failures_named
from yuqing.domain.verdict import Severity


def look_anew(engine: Engine, now: datetime) -> int:
    """Have the sweep look at each open ticket of which the file says whom it waits for: who
    reviews a draft, to whom what is grave is reported. Returns how many.

    One that somebody has in hand is passed over: whoever writes marks it for the sweep anyway.
    """
    t = tickets.c
    rests = or_(t.state == State.IN_REVIEW, t.grade >= Severity.MAJOR, t.emergency)
    later = or_(t.next_due_at.is_(None), t.next_due_at > now)
    found = select(t.ticket_id).where(t.open, rests, later).with_for_update(skip_locked=True)
    woken = update(tickets).where(t.ticket_id.in_(found)).values(next_due_at=now)
    with failures_named(), engine.begin() as connection:
        return connection.execute(woken).rowcount
