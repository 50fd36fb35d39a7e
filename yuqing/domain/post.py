"""A post, the sightings of it, and how both get their identities."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yuqing.domain.text import normalise


class Owner(StrEnum):
    """Whose voice a source is."""

    OFFICIAL = "official"
    MEDIA = "media"
    CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class Post:
    """One thing somebody published; immutable.

    `place` names where it stands (source and native id, or source and canonical URL); `post_id`
    is derived from the place and the normalised text, so the same place with new text is another
    post, a revision whose `revises` is the former `post_id`. `jurisdictions` are those of its
    source, and may be empty. Times are aware, UTC. `published_at` is None when the page does not
    tell (then `seen_at` stands in: `first_known_at`).
    """

    post_id: str
    place: str
    source: str
    owner: Owner
    title: str
    body: str
    url: str
    author: str
    published_at: datetime | None
    seen_at: datetime
    jurisdictions: tuple[str, ...] = ()
    followers: int | None = None
    revises: str | None = None

    @property
    def text(self) -> str:
        """Title and body as one text; the text every verdict's spans point into."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body

    @property
    def first_known_at(self) -> datetime:
        """When it was published, as far as known."""
        return self.published_at or self.seen_at


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time a post was seen, with its counts then (None: the page does not show it)."""

    post_id: str
    place: str
    seen_at: datetime
    likes: int | None = None
    reposts: int | None = None
    comments: int | None = None


def place_of(source: str, native: str) -> str:
    """The place of `native` (a native id or a canonical URL) at `source`."""
    return f"{source}:{native}"


def post_id_of(place: str, title: str, body: str) -> str:
    """The content-derived id: 32 hex digits of SHA-256 over place and normalised text."""
    text = f"{normalise(title)}\n{normalise(body)}"
    return hashlib.sha256(f"{place}\x00{text}".encode()).hexdigest()[:32]
