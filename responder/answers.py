"""Published answers that the machine found: offered to a human as evidence, never more.

A post of an official source may be the answer to an open ticket: certainly related when grouping
put it into the ticket's event, likely when topic, place and words agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from responder.copies import digest, plain, post_of
from responder.matching import LEAST_WORDS, LIKELY, Matter, kind_of, likeness, shared
from responder.rows import insert_new
from responder.schema import event_posts, offers, tickets
from stream.messages import Relevant
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, NotFound
from yuqing.domain.post import Owner, Post

_CANDIDATES = 500
_TITLES = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """A published post offered as evidence. `kind`: publish or press_conference. `state`:
    offered, accepted, refused."""

    offer_id: int
    ticket_id: str
    kind: str
    score: float
    reasons: tuple[str, ...]
    post: Post
    sha256: str
    state: str
    offered_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class Offers:
    """The offers in the ticket store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def match(self, relevant: Relevant, now: datetime) -> int:
        """Offer an official post to the open tickets it likely answers; returns new offers."""
        if relevant.post.owner is not Owner.OFFICIAL:
            return 0
        with failures_named(), reading(self._engine).begin() as connection:
            matters = _matters(connection, relevant)
        found = [
            (matter.ticket_id, *likeness(relevant.post, relevant.verdict, matter))
            for matter in matters
        ]
        rows = [
            _row(ticket_id, relevant.post, score, reasons, now)
            for ticket_id, score, reasons in found
            if score >= LIKELY
        ]
        return self._write(rows)

    def put(self, ticket_id: str, posts: Iterable[Post], now: datetime) -> int:
        """Offer those of `posts`, of the ticket's own event, that are official; returns new."""
        official = [post for post in posts if post.owner is Owner.OFFICIAL]
        return self._write([_row(ticket_id, post, 1.0, ("同一事件",), now) for post in official])

    def get(self, offer_id: int) -> Offer:
        """One offer. Raises NotFound."""
        query = select(offers).where(offers.c.offer_id == offer_id)
        with failures_named(), reading(self._engine).begin() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"没有待采信的发布 {offer_id}")
        return offer_of(row)

    def _write(self, rows: Sequence[dict[str, Any]]) -> int:
        if not rows:
            return 0
        with failures_named(), self._engine.begin() as connection:
            return insert_new(connection, offers, rows)


def decide(
    connection: Connection,
    offer_id: int,
    state: str,
    who: str,
    now: datetime,
    position: int | None,
) -> None:
    """Settle an offer within the caller's transaction. Raises Conflict when it is settled."""
    values = {"state": state, "decided_by": who, "decided_at": now, "position": position}
    done = connection.execute(
        update(offers)
        .where(offers.c.offer_id == offer_id, offers.c.state == "offered")
        .values(values)
    )
    if done.rowcount != 1:
        raise Conflict("这条发布已有人处理，请刷新后再试")


def _matters(connection: Connection, relevant: Relevant) -> list[Matter]:
    topics = [relevant.verdict.topic.value, *(topic.value for topic in relevant.verdict.also)]
    found = tickets.c
    columns = (found.ticket_id, found.event_id, found.title, found.topic, found.places)
    query = (
        select(*columns, found.first_posted_at, found.discovered_at)
        .where(found.jurisdiction == relevant.jurisdiction, found.open, found.topic.in_(topics))
        .order_by(found.opened_at.desc())
        .limit(_CANDIDATES)
    )
    rows = [row for row in connection.execute(query) if _concerns(row, relevant)]
    titles = _titles(connection, [row.event_id for row in rows if row.event_id])
    return [_matter(row, titles.get(row.event_id, [])) for row in rows]


def _concerns(row: Any, relevant: Relevant) -> bool:
    """Worth a closer look: a place or words in common."""
    text, places = relevant.post.text, relevant.verdict.places
    near = any(place in places or place in text for place in row.places)
    return near or shared(row.title, text) >= LEAST_WORDS


def _titles(connection: Connection, event_ids: Sequence[str]) -> dict[str, list[str]]:
    """The first few titles of each event's posts."""
    query = (
        select(event_posts.c.event_id, event_posts.c.post["title"].as_string())
        .where(event_posts.c.event_id.in_(event_ids))
        .order_by(event_posts.c.copied_at, event_posts.c.post_id)
    )
    titles: dict[str, list[str]] = {}
    for event_id, title in connection.execute(query):
        first = titles.setdefault(event_id, [])
        if title and len(first) < _TITLES:
            first.append(title)
    return titles


def _matter(row: Any, titles: Sequence[str]) -> Matter:
    first = row.first_posted_at or row.discovered_at
    texts = tuple(dict.fromkeys((row.title, *titles)))
    return Matter(row.ticket_id, row.topic, tuple(row.places), first, texts)


def _row(
    ticket_id: str, post: Post, score: float, reasons: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    copy = plain(post)
    return {
        "ticket_id": ticket_id,
        "post_id": post.post_id,
        "kind": kind_of(post),
        "score": score,
        "reasons": list(reasons),
        "post": copy,
        "sha256": digest(copy),
        "state": "offered",
        "offered_at": now,
    }


def offer_of(row: Row[Any]) -> Offer:
    return Offer(
        row.offer_id,
        row.ticket_id,
        row.kind,
        row.score,
        tuple(row.reasons),
        post_of(row.post),
        row.sha256,
        row.state,
        row.offered_at,
        row.decided_by,
        row.decided_at,
    )
