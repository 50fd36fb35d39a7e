"""An event as shown, in a list and on its page, with the posts it was copied with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from responder.explanation import Span


@dataclass(frozen=True, slots=True)
class PostLine:
    """A copied post with what is said of it by now; `sha256` is of its canonical JSON, as it was
    when copied. `spans` point into `text`: title, line break, body. `confirmed_by` is the login of
    who confirmed or corrected the verdict, empty when only the machine has judged."""

    post_id: str
    source: str
    owner: str
    title: str
    body: str
    url: str
    author: str
    published_at: datetime | None
    seen_at: datetime
    topic_zh: str
    severity: int
    severity_zh: str
    sha256: str
    relevant: bool = True
    spans: tuple[Span, ...] = ()
    confirmed_by: str = ""

    @property
    def text(self) -> str:
        """The text that `spans` point into."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event in a list; `heat` is (start of the hour, posts), ascending, gaps left out."""

    event_id: str
    jurisdiction: str
    version: int
    title: str
    topic: str
    topic_zh: str
    severity: int
    severity_zh: str
    emergency: str | None
    emergency_zh: str
    disposition_zh: str
    rumour_risk: float
    places: tuple[str, ...]
    posts: int
    first_posted_at: datetime
    first_seen_at: datetime
    last_posted_at: datetime
    heat: tuple[tuple[datetime, int], ...]
    ticket_id: str | None


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event with its copied posts, newest first."""

    line: EventLine
    posts: tuple[PostLine, ...]
