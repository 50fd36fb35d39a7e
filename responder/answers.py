"""Published answers that the machine found: offered to a human as evidence, never more.

A post of an official source may be the answer to an open ticket: certainly related when grouping
put it into the ticket's event, likely when topic, place and words agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from responder.copies import digest, plain, post_of
from responder.rows import insert_new
from responder.schema import event_posts, offers, tickets
from stream.messages import Relevant
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, NotFound
from yuqing.domain.post import Owner, Post
from yuqing.domain.text import tokens
from yuqing.domain.verdict import Verdict

LIKELY = 0.55
LEAST_WORDS = 0.2
_CANDIDATES = 500
_CONFERENCE = ("新闻发布会", "新闻通气会", "媒体通气会")


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


@dataclass(frozen=True, slots=True)
class Matter:
    """What a ticket is about, as far as matching needs it; `texts` are of its title and posts."""

    ticket_id: str
    topic: str
    places: tuple[str, ...]
    first_posted_at: datetime
    texts: tuple[str, ...]


def likeness(post: Post, verdict: Verdict, matter: Matter) -> tuple[float, tuple[str, ...]]:
    """How likely `post` answers `matter`, 0..1, and why; 0 for what was published before it."""
    if post.first_known_at < matter.first_posted_at:
        return 0.0, ()
    words = max((shared(text, post.text) for text in matter.texts), default=0.0)
    if words < LEAST_WORDS:
        return 0.0, ()
    score, reasons = 0.4 * min(words / 0.6, 1.0), [f"用语相近 {words:.0%}"]
    if matter.topic in {verdict.topic.value, *(topic.value for topic in verdict.also)}:
        score, reasons = score + 0.25, [*reasons, "主题相同"]
    common = [place for place in matter.places if place in verdict.places or place in post.text]
    if common:
        score, reasons = score + 0.35, [*reasons, f"涉及同一地点：{'、'.join(common)}"]
    return score, tuple(reasons)


def shared(asked: str, answer: str) -> float:
    """The share of the token pairs of `asked` that `answer` has too, 0..1."""
    pairs = _pairs(asked)
    return len(pairs & _pairs(answer)) / len(pairs) if pairs else 0.0


def kind_of(post: Post) -> str:
    """`press_conference` when the post tells of one, else `publish`."""
    return "press_conference" if any(word in post.text for word in _CONFERENCE) else "publish"


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
    query = (
        select(tickets)
        .where(tickets.c.jurisdiction == relevant.jurisdiction, tickets.c.open)
        .where(tickets.c.topic.in_(topics))
        .order_by(tickets.c.opened_at.desc())
        .limit(_CANDIDATES)
    )
    rows = connection.execute(query).all()
    return [_matter(connection, row) for row in rows]


def _matter(connection: Connection, row: Row[Any]) -> Matter:
    query = (
        select(event_posts.c.post)
        .where(event_posts.c.event_id == row.event_id)
        .order_by(event_posts.c.copied_at)
        .limit(5)
    )
    posts = connection.execute(query).scalars().all() if row.event_id else []
    texts = (row.title, *(str(post["title"] or post["body"][:80]) for post in posts))
    first = row.first_posted_at or row.discovered_at
    return Matter(row.ticket_id, row.topic, tuple(row.places), first, texts)


def _pairs(text: str) -> set[tuple[str, str]]:
    words = tokens(text)
    return set(pairwise(words))


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
