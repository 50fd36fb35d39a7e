"""The one place that reads the wall clock, as it is or running fast."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from yuqing.domain.clock import Clock
from yuqing.domain.errors import ConfigError


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return datetime.now(UTC)

    def real_seconds(self, span: timedelta) -> float:
        """Real seconds are this clock's seconds."""
        return max(0.0, span.total_seconds())


@dataclass(frozen=True, slots=True)
class FastClock:
    """A world that starts at `start` when real time is `anchor` (epoch seconds), and then runs
    `speed` times as fast. Processes that share the three agree on the time."""

    start: datetime
    anchor: float
    speed: float

    def now(self) -> datetime:
        """The present moment of that world; it stands still until the anchor."""
        passed = max(0.0, time.time() - self.anchor)
        return self.start.astimezone(UTC) + timedelta(seconds=passed * self.speed)

    def real_seconds(self, span: timedelta) -> float:
        """`span` of that world in real seconds."""
        return max(0.0, span.total_seconds() / self.speed)

    def as_setting(self) -> str:
        """The form `parse_clock` reads, for child processes."""
        return f"{self.start.isoformat()}@{self.anchor!r}x{self.speed!r}"


def real_now() -> datetime:
    """Real time, for leases and deadlines that must hold whatever clock the world runs on."""
    return datetime.now(UTC)


def fast_clock(start: datetime, speed: float, delay: float = 0.0) -> FastClock:
    """A clock that begins to run `delay` real seconds from now."""
    return FastClock(start, time.time() + delay, speed)


def parse_clock(text: str) -> Clock:
    """The clock that the setting `YUQING_CLOCK` names; empty means the real time.

    Raises ConfigError for anything but START@EPOCHxSPEED.
    """
    if not text:
        return SystemClock()
    try:
        start, rest = text.split("@")
        anchor, speed = rest.split("x")
        clock = FastClock(datetime.fromisoformat(start), float(anchor), float(speed))
    except ValueError as error:
        raise ConfigError(
            "environment",
            "YUQING_CLOCK",
            f"cannot read {text!r}",
            "Leave it empty for the real time, or write START@EPOCHxSPEED.",
        ) from error
    if clock.start.tzinfo is None or clock.speed <= 0:
        raise ConfigError(
            "environment",
            "YUQING_CLOCK",
            "the start has no time zone or the speed is not positive",
            "Write for example 2026-03-02T00:00:00+08:00@1772400000x60.",
        )
    return clock
