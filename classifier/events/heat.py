"""Heat: how many posts an event drew in each hour."""

from __future__ import annotations

from datetime import UTC, datetime

Heat = tuple[tuple[datetime, int], ...]

HOURS_KEPT = 720


def cooled(heat: Heat, at: datetime) -> Heat:
    """`heat` with one post less at `at` (aware)."""
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    counts = dict(heat)
    counts[hour] = counts.get(hour, 0) - 1
    return tuple(sorted((hour, count) for hour, count in counts.items() if count > 0))


def warmed(heat: Heat, at: datetime) -> Heat:
    """`heat` with one more post at `at` (aware). Ascending; the newest HOURS_KEPT hours stay."""
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if heat and heat[-1][0] == hour:
        return (*heat[:-1], (hour, heat[-1][1] + 1))
    counts = dict(heat)
    counts[hour] = counts.get(hour, 0) + 1
    return tuple(sorted(counts.items()))[-HOURS_KEPT:]
