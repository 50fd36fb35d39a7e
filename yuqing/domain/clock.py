"""The clock port: the only way any part of the product learns the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time of the world the product watches.

    In production that is the wall clock; in a demo or a drill it may run fast. `now` is aware,
    in UTC, and never goes back within one process.
    """

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def real_seconds(self, span: timedelta) -> float:
        """How many seconds of real waiting `span` of this clock takes (at least 0)."""
        ...


def real_span(clock: Clock, span: timedelta) -> timedelta:
    """How much of `clock` passes while `span` of real time does: for leases, backoff and sign-ins,
    which must not shrink where the world's clock runs fast. Never less than `span`."""
    minute = timedelta(minutes=1)
    seconds = clock.real_seconds(minute)
    return span * (60 / seconds) if 0 < seconds < 60 else span
