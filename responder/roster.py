"""值班表: who is on duty at a moment, holidays and make-up workdays minded; who is let sleep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chinese_calendar import get_holiday_detail

from yuqing.domain.jurisdiction import Jurisdiction, Unit
from yuqing.domain.roster import Calendar, Contact, DayKind, QuietHours, Shift
from yuqing.domain.verdict import Severity

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Handover:
    """交接班: `giver` handed the duty of `unit` to `taker` (names of contacts) at `at`.

    Until `taken_at` the taker has not acknowledged, and the giver stays on duty beside them.
    """

    unit: str
    giver: str
    taker: str
    at: datetime
    taken_at: datetime | None = None


def day_kind(day: date, calendar: Calendar) -> DayKind:
    """Whether people work on `day`, by the calendar.

    Of years whose holidays are not announced yet, Mondays to Fridays are workdays.
    """
    plain = DayKind.WORKDAY if day.weekday() < 5 else DayKind.WEEKEND
    if calendar is Calendar.NATURAL:
        return plain
    try:
        free, name = get_holiday_detail(day)
    except NotImplementedError:
        return plain
    if not free:
        return DayKind.WORKDAY
    return DayKind.HOLIDAY if name else DayKind.WEEKEND


def on_duty(
    jurisdiction: Jurisdiction, unit: Unit, at: datetime, handovers: Sequence[Handover] = ()
) -> tuple[Contact, ...]:
    """Who of `unit` is on duty at `at`: by its shifts, else its standing duty contacts.

    Whoever handed over and has not been relieved yet is among them.
    """
    local = at.astimezone(ZoneInfo(jurisdiction.zone)).replace(tzinfo=None)
    shifts = [shift for shift in jurisdiction.roster.shifts if shift.unit == unit.code]
    standing = [
        contact
        for shift in _standing(shifts, local, jurisdiction.roster.calendar)
        for contact in shift.contacts
    ]
    held = _unrelieved(unit, shifts, at, handovers)
    return tuple(dict.fromkeys((*(standing or unit.duty), *held)))


def awake(jurisdiction: Jurisdiction, grade: Severity, at: datetime) -> datetime:
    """The first moment from `at` on at which a push about a ticket of `grade` may leave.

    重大 and 特别重大 never wait.
    """
    quiet = jurisdiction.quiet_hours
    if quiet is None or grade not in quiet.grades or grade >= Severity.MAJOR:
        return at
    zone = ZoneInfo(jurisdiction.zone)
    local = at.astimezone(zone).replace(tzinfo=None)
    ends = _end_of_quiet(quiet, local)
    return ends.replace(tzinfo=zone).astimezone(at.tzinfo) if ends else at


def everybody_of(jurisdiction: Jurisdiction) -> tuple[tuple[str, Contact], ...]:
    """(unit, contact) of everybody the file names; leader and superior stand for themselves."""
    persons = (("leader", jurisdiction.leader), ("superior", jurisdiction.superior))
    found = [(name, contact) for name, contact in persons if contact]
    found += [(u.code, one) for u in jurisdiction.units for one in (u.principal, *u.duty)]
    shifts = jurisdiction.roster.shifts
    found += [(shift.unit, one) for shift in shifts for one in shift.contacts]
    return tuple(dict.fromkeys(found))


def _standing(shifts: Sequence[Shift], local: datetime, calendar: Calendar) -> Iterator[Shift]:
    for begun in (local.date(), local.date() - _DAY):
        dated = any(begun in shift.dates for shift in shifts)
        for shift in shifts:
            if _begins(shift, begun, calendar, dated) and _covers(shift, begun, local):
                yield shift


def _begins(shift: Shift, day: date, calendar: Calendar, dated: bool) -> bool:
    """Whether `shift` begins on `day`, of which `dated` says that a shift names it by its date."""
    if shift.dates or dated:
        return day in shift.dates
    named = not shift.weekdays or day.isoweekday() in shift.weekdays
    return named and day_kind(day, calendar) in shift.days


def _covers(shift: Shift, begun: date, local: datetime) -> bool:
    begin, end = datetime.combine(begun, shift.begin), datetime.combine(begun, shift.end)
    return begin <= local < (end if shift.end > shift.begin else end + _DAY)


def _unrelieved(
    unit: Unit, shifts: Sequence[Shift], at: datetime, handovers: Sequence[Handover]
) -> Iterator[Contact]:
    known = [*unit.duty, unit.principal, *(one for shift in shifts for one in shift.contacts)]
    for handover in handovers:
        waiting = handover.taken_at is None or handover.taken_at > at
        if handover.unit == unit.code and handover.at <= at and waiting:
            yield from (one for one in known if one.name == handover.giver)


def _end_of_quiet(quiet: QuietHours, local: datetime) -> datetime | None:
    for begun in (local.date(), local.date() - _DAY):
        begin, end = datetime.combine(begun, quiet.begin), datetime.combine(begun, quiet.end)
        end = end if quiet.end > quiet.begin else end + _DAY
        if begin <= local < end:
            return end
    return None
