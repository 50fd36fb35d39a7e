"""What a weekly report says, as values; `gather` counts them from the stores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from yuqing.domain.errors import InvalidMessage

_WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week in a zone: Monday 00:00 (inclusive) to the next (exclusive), aware."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class DayRow:
    """Posts of one day: all that were crawled, and those found relevant."""

    day: date
    posts: int
    relevant: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event with posts in the week; `posts` counts those of the week."""

    title: str
    topic_zh: str
    grade: int
    grade_zh: str
    posts: int
    first_posted_at: datetime
    ticket_id: str | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Clocks due in the week of one unit, how they ended, and the worst lateness in seconds."""

    unit: str
    due: int
    met: int
    missed: int
    running: int
    worst_late: int

    @property
    def rate(self) -> float | None:
        """Share met of those that have ended, None where none has."""
        ended = self.met + self.missed
        return self.met / ended if ended else None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket opened in the week."""

    ticket_id: str
    title: str
    grade: int
    grade_zh: str
    unit: str
    state_zh: str
    missed: int


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """One public answer recorded in the week."""

    ticket_id: str
    at: datetime
    channel: str
    speaker: str
    principal: bool


@dataclass(frozen=True, slots=True)
class Weekly:
    """The whole report, as of `made_at`."""

    jurisdiction: str
    week: Week
    made_at: datetime
    zone: str
    posts: int
    relevant: int
    days: tuple[DayRow, ...]
    topics: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    severities: tuple[tuple[str, int], ...]
    events_total: int
    events: tuple[EventRow, ...]
    opened: int
    closed: int
    units: tuple[UnitRow, ...]
    tickets: tuple[TicketRow, ...]
    voices: tuple[VoiceRow, ...]
    escalations: int
    pushes_failed: int

    @property
    def met(self) -> int:
        """Clocks due in the week that were met."""
        return sum(row.met for row in self.units)

    @property
    def missed(self) -> int:
        """Clocks due in the week that were missed."""
        return sum(row.missed for row in self.units)


def parse_week(name: str, zone: str) -> Week:
    """The ISO week `name` (2026-W47). Raises InvalidMessage for anything else."""
    match = _WEEK.fullmatch(name.strip())
    try:
        if match is None:
            raise ValueError
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise InvalidMessage(f"周次 {name!r} 不对，请写成 2026-W47 的样子") from error
    start = datetime.combine(monday, datetime.min.time(), ZoneInfo(zone))
    return Week(name.strip(), start, start + timedelta(days=7))
