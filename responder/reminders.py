"""When something owed is called to mind: a running clock at fractions of it and shortly before it
is due, a release after progress as soon as the progress is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from responder.clocks import Reading
from responder.progress import Step
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


def release_reminders(owed: Sequence[Step]) -> Iterator[Reminder]:
    """One for each step of progress that awaits a release; a later step says all the former do."""
    for step, following in zip(owed, [*(one.at for one in owed[1:]), None], strict=False):
        said = f"已登记新进展（{step.title}），请于{{due}}前继续发布"
        yield Reminder(f"progress:{step.position}", step.at, said, following)
