"""The statutory holidays and make-up workdays that are known, as a table for policies."""

from __future__ import annotations

from chinese_calendar.constants import holidays, workdays

from yuqing.domain.workdays import Workdays

YEARS = 3
_SATURDAY = 5


def known_workdays(zone: str) -> Workdays:
    """What differs from Monday to Friday in the last `YEARS` years that are announced."""
    first = max(holidays).year - YEARS + 1
    off = (day for day in holidays if day.year >= first and day.weekday() < _SATURDAY)
    on = (day for day in workdays if day.year >= first and day.weekday() >= _SATURDAY)
    return Workdays(zone, tuple(sorted(off)), tuple(sorted(on)))
