"""工作日: lengths that count on workdays only, by a table that travels with the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Workdays:
    """Which days are worked in `zone`: Monday to Friday, but not on `off`, and also on `on`.

    A table and not a look-up, so that a record can be recomputed years later, whatever the
    holidays of another year were announced to be meanwhile.
    """

    zone: str
    off: tuple[date, ...] = ()
    on: tuple[date, ...] = ()

    def works(self, day: date) -> bool:
        """Whether `day` is a workday."""
        return day in self.on or (day.weekday() < _SATURDAY and day not in self.off)

    def after(self, start: datetime, length: timedelta) -> datetime:
        """The moment (UTC) when `length` of time on workdays has passed since `start`; a workday
        is the whole day from midnight to midnight. OverflowError beyond the year 9999."""
        zone = ZoneInfo(self.zone)
        at, left = start.astimezone(zone), length
        while True:
            midnight = datetime.combine(at.date() + _DAY, time(0), zone)
            if self.works(at.date()):
                today = midnight.astimezone(UTC) - at.astimezone(UTC)
                if left <= today:
                    return at.astimezone(UTC) + left
                left -= today
            at = midnight
