"""What the open tickets are about, read once for a whole batch of published posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from responder.matching import LEAST_WORDS, Matter, shared
from responder.schema import event_posts, tickets
from stream.messages import Relevant

_CANDIDATES = 500
_TITLES = 5
_LOOKED_AT = 50
"""Of an event's posts; many have no title, and an event may have a hundred thousand."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An open ticket, before the titles of its event are read."""

    ticket_id: str
    event_id: str | None
    title: str
    topic: str
    places: tuple[str, ...]
    first_posted_at: datetime
    opened_at: datetime


class OpenMatters:
    """The open tickets as they stand in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: dict[tuple[str, str], list[_Open]] = {}
        self._titles: dict[str, list[str]] = {}

    def near(self, relevant: Relevant) -> list[Matter]:
        """Those of the newest tickets of the post's topics that it may concern: a place or words
        in common."""
        verdict = relevant.verdict
        topics = dict.fromkeys(one.value for one in (verdict.topic, *verdict.also))
        found = [one for topic in topics for one in self._of(relevant.jurisdiction, topic)]
        found.sort(key=lambda one: one.opened_at, reverse=True)
        return [self._matter(one) for one in found[:_CANDIDATES] if _concerns(one, relevant)]

    def _of(self, jurisdiction: str, topic: str) -> list[_Open]:
        if (jurisdiction, topic) not in self._open:
            self._open[jurisdiction, topic] = self._read(jurisdiction, topic)
        return self._open[jurisdiction, topic]

    def _read(self, jurisdiction: str, topic: str) -> list[_Open]:
        found = tickets.c
        columns = (found.ticket_id, found.event_id, found.title, found.topic, found.places)
        query = (
            select(*columns, found.first_posted_at, found.discovered_at, found.opened_at)
            .where(found.jurisdiction == jurisdiction, found.open, found.topic == topic)
            .order_by(found.opened_at.desc(), found.ticket_id.desc())
            .limit(_CANDIDATES)
        )
        return [
            _Open(
                row.ticket_id,
                row.event_id,
                row.title,
                row.topic,
                tuple(row.places),
                row.first_posted_at or row.discovered_at,
                row.opened_at,
            )
            for row in self._connection.execute(query)
        ]

    def _matter(self, one: _Open) -> Matter:
        titles = self._titles_of(one.event_id) if one.event_id else []
        texts = tuple(dict.fromkeys((one.title, *titles)))
        return Matter(one.ticket_id, one.topic, one.places, one.first_posted_at, texts)

    def _titles_of(self, event_id: str) -> list[str]:
        """A few titles of the event's posts."""
        if event_id not in self._titles:
            query = (
                select(event_posts.c.post["title"].as_string())
                .where(event_posts.c.event_id == event_id)
                .order_by(event_posts.c.post_id)
                .limit(_LOOKED_AT)
            )
            found = [title for title in self._connection.execute(query).scalars() if title]
            self._titles[event_id] = found[:_TITLES]
        return self._titles[event_id]


def _concerns(one: _Open, relevant: Relevant) -> bool:
    text, places = relevant.post.text, relevant.verdict.places
    near = any(place in places or place in text for place in one.places)
    return near or shared(one.title, text) >= LEAST_WORDS
