"""An event: the posts about one and the same matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic


@dataclass(frozen=True, slots=True)
class Event:
    """A snapshot of one event; `version` grows by one with each change.

    `event_id` comes from the founding post and never changes. `heat` is (start of the hour in
    UTC, posts in that hour), ascending, hours without a post left out. `first_posted_at` is the
    earliest publication, `first_seen_at` the earliest sighting by a crawler. `post_ids` are at most
    the 500 posts that joined last; `posts` counts all of them. `absorbed` are the ids of events
    that turned out to be this one: their posts are counted here, and no more is told of them.
    `decided_by` is the login of who last confirmed or corrected a post of it, `decided_severity`
    what that person said of that post; None while only the machine has judged.
    """

    event_id: str
    jurisdiction: str
    version: int
    title: str
    topic: Topic
    severity: Severity
    emergency: Emergency | None
    disposition: Disposition
    rumour_risk: float
    places: tuple[str, ...]
    first_posted_at: datetime
    first_seen_at: datetime
    last_posted_at: datetime
    post_ids: tuple[str, ...]
    heat: tuple[tuple[datetime, int], ...]
    watch_kinds: tuple[int, ...] = ()
    posts: int = 0
    absorbed: tuple[str, ...] = ()
    decided_by: str | None = None
    decided_severity: Severity | None = None
