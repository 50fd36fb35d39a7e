"""When a running clock is called to mind: at fractions of it, and shortly before it is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from responder.clocks import Reading
from yuqing.domain.jurisdiction import Jurisdiction


@dataclass(frozen=True, slots=True)
class Reminder:
    """`name` is stable within the clock; `said` takes the due time as {due}; from `until` on the
    next one says more."""

    name: str
    at: datetime
    said: str
    until: datetime | None = None


def reminders(
    jurisdiction: Jurisdiction, reading: Reading, extended_at: datetime | None
) -> Iterator[Reminder]:
    """The reminders of one clock, the earliest first.

    Of a clock that was extended, only those after the extension: what the longer time has
    overtaken already is no news.
    """
    span = reading.due - reading.start
    # Half of a short clock at most, lest the reminder come with the assignment.
    soon = reading.due - min(jurisdiction.warn_before, span / 2)
    planned = [
        Reminder(f"at:{part:g}", reading.start + span * part, f"已过{part:.0%}，应于{{due}}前完成")
        for part in jurisdiction.reminders
    ]
    fresh = [one for one in planned if extended_at is None or one.at > extended_at]
    told = [*(one for one in fresh if one.at != soon), Reminder("soon", soon, "将于{due}到期")]
    told.sort(key=lambda one: one.at)
    for one, following in zip(told, [*told[1:], None], strict=True):
        yield replace(one, until=following.at if following else None)
