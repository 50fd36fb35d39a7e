"""Published answers that the machine found: offered to a human as evidence, never more.

A post of an official source may be the answer to an open ticket: certainly related when grouping
put it into the ticket's event, likely when topic, place and words agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from responder.copies import digest, plain, post_of
from responder.matching import LIKELY, Matter, kind_of, likeness
from responder.open_matters import OpenMatters
from responder.rows import insert_new
from responder.schema import offers
from stream.messages import Relevant
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, NotFound
from yuqing.domain.post import Owner, Post


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

    def match(self, posts: Iterable[Relevant], now: datetime) -> int:
        """Offer the official ones of `posts` to the open tickets they likely answer; returns new
        offers."""
        official = [one for one in posts if one.post.owner is Owner.OFFICIAL]
        if not official:
            return 0
        with failures_named(), reading(self._engine).begin() as connection:
            matters = OpenMatters(connection)
            rows = [row for one in official for row in _likely(one, matters.near(one), now)]
        return self._write(rows)

    def put(self, posts: Iterable[tuple[str, Post]], now: datetime) -> int:
        """Offer those of (ticket id, post of the ticket's own event) that are official; returns
        new offers."""
        official = [(ticket, post) for ticket, post in posts if post.owner is Owner.OFFICIAL]
        return self._write(
            [_row(ticket, post, 1.0, ("同一事件",), now) for ticket, post in official]
        )

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


def _likely(
    relevant: Relevant, matters: Iterable[Matter], now: datetime
) -> Iterator[dict[str, Any]]:
    for matter in matters:
        score, reasons = likeness(relevant.post, relevant.verdict, matter)
        if score >= LIKELY:
            yield _row(matter.ticket_id, relevant.post, score, reasons, now)


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
