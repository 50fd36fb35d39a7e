"""The Index port: the store of posts, searched by people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from stream.messages import Judged, Seen
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.query import Query


class Refused(InvalidMessage):
    """Some posts do not fit the index; all others of the same put are in.

    `posts` maps each refused `post_id` to the reason.
    """

    def __init__(self, posts: Mapping[str, str]) -> None:
        first, reason = next(iter(posts.items()))
        super().__init__(f"{len(posts)} posts refused by the index, such as {first}: {reason}")
        self.posts = posts


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: every field narrows; empty means any. Newest first.

    `since` (inclusive) and `until` (exclusive) bound the post's `first_known_at`. `after` is the
    `next` of the page before. `size` is at most 500. `facets` False spares counting them.
    `topics` narrows, and the facet counts, by the verdict's main topic.
    """

    query: Query = field(default_factory=Query)
    jurisdiction: str | None = None
    topics: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    post_ids: tuple[str, ...] = ()
    relevant: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    size: int = 50
    after: str | None = None
    facets: bool = True
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Page:
    """`hits` newest first; `total` is exact over all pages; `facets` maps topic, severity,
    source and day (ISO date in the search's zone) to counts over all pages, largest first
    (days ascending). `next` asks for the following page, None at the end."""

    hits: tuple[Judged, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    next: str | None


class Index(Protocol):
    """One document a post (`post_id`), by month of `first_known_at`.

    A search sees what was put before it. All methods raise RetryLater when the store cannot be
    reached, is locked or its disk is full; after that, put again: putting twice changes nothing.
    """

    def put(self, documents: Sequence[Judged | Seen]) -> None:
        """Add or replace posts; a Seen updates the counts of a known post (the latest `seen_at`
        wins, an unknown post is ignored; a post put again keeps later counts it already has, and
        a verdict that a person confirmed unless it brings a later one of a person).

        Raises Refused, when all others are in, for posts that can never be stored."""
        ...

    def search(self, search: Search) -> Page:
        """The page of posts that match.

        Raises InvalidMessage for a foreign `after`, a `size` over 500, a bound without a time
        zone or an unknown `zone`."""
        ...

    def rebuild(self, documents: Iterable[Judged | Seen]) -> int:
        """Replace everything by `documents`, behind the readers' backs: they see the old posts
        until the new ones are complete; what is put meanwhile goes to both. Returns how many
        posts the index then holds. One rebuild at a time: a second one ends the first."""
        ...

    def drop_before(self, day: date) -> int:
        """Retention: drop every whole month that ended before `day`; returns months dropped."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
