"""A short hand for ticket histories in tests: hours from one morning, clocks as short tuples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from responder.act import Act
from responder.clocks import Reading, read_clocks
from responder.policy import national
from yuqing.domain.jurisdiction import Policy

DAWN = datetime(2026, 4, 1, 6, tzinfo=UTC)


def at(hours: float) -> datetime:
    """So many hours after the morning all tests begin with."""
    return DAWN + timedelta(hours=hours)


def text(hours: float) -> str:
    """The same as an act's data holds it."""
    return at(hours).isoformat()


def act(hours: float, action: str, who: str = "甲", **data: object) -> Act:
    """One act; what it says of times is given in hours, as `published=2` for published_at."""
    times = ("published", "held", "answered", "discovered", "first_posted")
    said = {f"{key}_at" if key in times else key: value for key, value in data.items()}
    hour_keys = {f"{key}_at" for key in times} | {"due"}
    told = {
        key: text(value) if key in hour_keys and isinstance(value, int | float) else value
        for key, value in said.items()
    }
    return Act(at(hours), who, action, told)


def opened(grade: int, emergency: bool, discovered: float = 0, **data: Any) -> Act:
    """The opening, recorded at hour 0 or at the discovery if that is later."""
    hours = max(0.0, discovered)
    return act(hours, "open", discovered=discovered, grade=grade, emergency=emergency, **data)


def handled(hours: float) -> list[Act]:
    """Assigned, acknowledged and started, all at once."""
    return [act(hours, action, unit="u") for action in ("assign", "acknowledge", "start")]


def tell(acts: list[Act], now: float, policy: Policy | None = None) -> dict[str, str]:
    """Each clock as "status start-due [stopped] +late" in hours; name, round and seq as its key."""
    readings = read_clocks(acts, policy or national(), at(now))
    return {_name(reading): _words(reading) for reading in readings}


def _name(reading: Reading) -> str:
    seq = f"#{reading.seq}" if reading.seq is not None else ""
    return f"{reading.name}/{reading.round}{seq}"


def _words(reading: Reading) -> str:
    words = [reading.status.value, f"{_hour(reading.start)}-{_hour(reading.due)}"]
    if reading.stopped_at:
        words.append(f"at {_hour(reading.stopped_at)}")
    if reading.late_seconds:
        words.append(f"late {reading.late_seconds / 3600:g}")
    return " ".join(words)


def _hour(time: datetime) -> str:
    return f"{(time - DAWN) / timedelta(hours=1):g}"
