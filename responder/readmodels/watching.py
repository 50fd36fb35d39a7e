"""监测方案 and what they caught, as shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WatchlistView:
    """监测方案: a saved query with exclusions, and whom its hits alert."""

    watchlist_id: int
    jurisdiction: str
    name: str
    query: str
    topics: tuple[str, ...]
    severity_min: int
    owner: str
    notify: tuple[str, ...]
    every_minutes: int
    active: bool
    version: int
    hits: int
    last_hit_at: datetime | None


@dataclass(frozen=True, slots=True)
class HitLine:
    """One post that a watchlist caught."""

    watchlist_id: int
    post_id: str
    title: str
    url: str
    source: str
    severity: int
    severity_zh: str
    published_at: datetime
    at: datetime
