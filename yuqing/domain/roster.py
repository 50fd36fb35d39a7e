"""Who is on duty when, and when people may be left to sleep; read from a jurisdiction's file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from yuqing.domain.verdict import Severity


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or post that can be pushed; `channels` are apprise URLs, tried in order."""

    name: str
    role: str
    channels: tuple[str, ...] = ()


class Calendar(StrEnum):
    """How days are counted: all alike, or workdays apart from weekends and holidays."""

    NATURAL = "natural"
    WORKDAYS = "workdays"


class DayKind(StrEnum):
    """工作日（调休上班日在内）, 周末, 法定节假日（调休放假在内）."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of a duty roster (值班表): who is on duty for `unit`, on which days and hours.

    Hours are the jurisdiction's local time; `end` not after `begin` means on the next day, so
    that 00:00 to 00:00 is the whole day. `days` are the kinds of day on which it begins,
    `weekdays` narrows them (1 is Monday; empty: all). A shift with `dates` holds on those days
    only, whatever kind they are, and stands there instead of the unit's other shifts.
    """

    unit: str
    contacts: tuple[Contact, ...]
    days: tuple[DayKind, ...] = tuple(DayKind)
    weekdays: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    begin: time = time(0)
    end: time = time(0)


@dataclass(frozen=True, slots=True)
class Roster:
    """值班表. Where no shift of a unit covers a moment, the unit's standing duty contacts do.

    With the calendar `natural` every Monday to Friday is a workday; with `workdays` statutory
    holidays and make-up workdays count as what they are.
    """

    shifts: tuple[Shift, ...] = ()
    calendar: Calendar = Calendar.NATURAL


@dataclass(frozen=True, slots=True)
class QuietHours:
    """夜间免打扰: pushes about tickets of `grades` wait until `end`; local time, past midnight too.

    Grades 3 and 4 are never among them.
    """

    begin: time
    end: time
    grades: tuple[Severity, ...]
