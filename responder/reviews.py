"""复核队列: posts that the machine was not sure of, for people to confirm or correct.

A post enters when its verdict's calibrated confidence is below the threshold, that of the service
or the jurisdiction's own, and leaves when a person has settled it or a later verdict is sure.
Taking one is a lease, so that a colleague who went home holds nothing back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    delete,
    func,
    or_,
    select,
    update,
)

from responder.copies import plain
from responder.labels import MACHINE
from responder.review_filter import ALL, HELD_FOR, ReviewFilter, beyond, held, narrowed, waiting_for
from responder.rows import insert_new
from responder.schema_judging import corrections, reviews
from stream.messages import Judged
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, NotFound
from yuqing.domain.jurisdiction import Jurisdiction

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Review:
    """One post that waits. `taken_by` is the login of who works on it, None when nobody does."""

    judged: Judged
    entered_at: datetime
    taken_by: str | None
    taken_at: datetime | None

    @property
    def key(self) -> str:
        """Its place in the queue, for the page after it: GRADE|TIME|POST."""
        post, severity = self.judged.post, int(self.judged.verdict.severity)
        return f"{severity}|{post.first_known_at.isoformat()}|{post.post_id}"


class Reviews:
    """The queue in the ticket store; `below` is the confidence from which on nobody need look,
    where `own` has none for the jurisdiction's code."""

    def __init__(
        self, engine: Engine, below: float, own: Mapping[str, float] = MappingProxyType({})
    ) -> None:
        self._engine, self._below, self._own = engine, below, own

    def below(self, jurisdiction: str | None) -> float:
        """The threshold of a jurisdiction; that of the service for who sees all."""
        return self._own.get(jurisdiction, self._below) if jurisdiction else self._below

    def record(self, judged: Sequence[Judged], now: datetime) -> int:
        """Queue the unsure ones of `judged`, let go of those that are sure by now; returns how
        many entered. The same posts again change nothing."""
        asking = {one.post.post_id: self._asking(one) for one in judged}
        unsure = [one for one in judged if asking[one.post.post_id]]
        sure = [one.post.post_id for one in judged if not asking[one.post.post_id]]
        with failures_named(), self._engine.begin() as connection:
            if sure:
                _close(connection, sure, MACHINE, now)
            known = _settled(connection, [one.post.post_id for one in unsure])
            fresh = [one for one in unsure if one.post.post_id not in known]
            rows = [_row(one, asking[one.post.post_id], now) for one in fresh]
            return insert_new(connection, reviews, rows)

    def _asking(self, judged: Judged) -> tuple[str, ...]:
        """The jurisdictions of the post that are not sure enough; "" where it has none."""
        confidence, codes = judged.verdict.confidence, judged.jurisdictions or ("",)
        return tuple(code for code in codes if confidence < self.below(code))

    def waiting(
        self,
        jurisdiction: str | None,
        size: int,
        now: datetime,
        wanted: ReviewFilter = ALL,
        after: str | None = None,
    ) -> Sequence[Review]:
        """Those that wait, the gravest first, of one gravity the newest; `after` is the `key` of
        the last of the page before. Raises InvalidMessage."""
        query = select(reviews).where(waiting_for(jurisdiction), narrowed(wanted, now))
        if after is not None:
            query = query.where(beyond(after))
        order = (reviews.c.severity.desc(), reviews.c.known_at.desc(), reviews.c.post_id.desc())
        with failures_named(), reading(self._engine).begin() as connection:
            rows = connection.execute(query.order_by(*order).limit(size)).all()
        return [_review(row, now) for row in rows]

    def count(
        self, jurisdiction: str | None, now: datetime | None = None, wanted: ReviewFilter = ALL
    ) -> int:
        """How many wait; `now` where `wanted` asks who works on them."""
        query = select(func.count()).select_from(reviews).where(waiting_for(jurisdiction))
        if now is not None:
            query = query.where(narrowed(wanted, now))
        with failures_named(), reading(self._engine).begin() as connection:
            return int(connection.execute(query).scalar_one())

    def one(self, jurisdiction: str | None, post_id: str, now: datetime) -> Review | None:
        """The post in the queue, None when it does not wait there."""
        query = select(reviews).where(waiting_for(jurisdiction), reviews.c.post_id == post_id)
        with failures_named(), reading(self._engine).begin() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _review(row, now)

    def take(self, jurisdiction: str | None, post_id: str, who: str, now: datetime) -> None:
        """`who`, of the jurisdiction, works on it for a while. Raises NotFound, or Conflict naming
        the login that already does."""
        free = or_(~held(now), reviews.c.taken_by == who)
        mine = waiting_for(jurisdiction) & (reviews.c.post_id == post_id)
        with failures_named(), self._engine.begin() as connection:
            taken = update(reviews).where(mine, free).values(taken_by=who, taken_at=now)
            if connection.execute(taken).rowcount:
                return
            row = connection.execute(select(reviews).where(mine)).one_or_none()
        if row is not None:
            raise Conflict(row.taken_by)
        raise NotFound("这条帖文已不在复核队列，可能已由他人处理")

    def give_back(self, post_id: str, who: str) -> None:
        """`who` no longer works on it."""
        mine = (reviews.c.post_id == post_id) & (reviews.c.taken_by == who)
        with failures_named(), self._engine.begin() as connection:
            connection.execute(update(reviews).where(mine).values(taken_by=None, taken_at=None))

    def forget(self, now: datetime) -> int:
        """Drop what entered long ago: nobody will look at it any more. Returns how many."""
        old = delete(reviews).where(reviews.c.entered_at < now - KEPT_FOR)
        with failures_named(), self._engine.begin() as connection:
            return connection.execute(old).rowcount


def own_thresholds(homes: Mapping[str, Jurisdiction]) -> Mapping[str, float]:
    """The thresholds that jurisdictions name for themselves, by code."""
    named = {code: home.review_below for code, home in homes.items()}
    return {code: below for code, below in named.items() if below is not None}


def settle(connection: Connection, post_id: str, who: str, now: datetime) -> None:
    """The post leaves the queue, within the transaction of the correction."""
    _close(connection, [post_id], who, now)


def joined(jurisdictions: Sequence[str]) -> str:
    """`jurisdictions` as the column holds them."""
    return "," + ",".join(jurisdictions) + ","


def judged_of(data: Any) -> Judged:
    """The judged post that `plain` made `data` of."""
    return _judged().validate_python(data)


def _close(connection: Connection, post_ids: Sequence[str], who: str, now: datetime) -> None:
    mine = reviews.c.post_id.in_(post_ids) & reviews.c.done_at.is_(None)
    connection.execute(update(reviews).where(mine).values(done_by=who, done_at=now))


def _settled(connection: Connection, post_ids: Sequence[str]) -> frozenset[str]:
    query = select(corrections.c.post_id).where(corrections.c.post_id.in_(post_ids))
    return frozenset(connection.execute(query).scalars()) if post_ids else frozenset()


def _row(judged: Judged, asking: Sequence[str], now: datetime) -> dict[str, Any]:
    return {
        "post_id": judged.post.post_id,
        "jurisdictions": joined([code for code in asking if code]),
        "severity": int(judged.verdict.severity),
        "confidence": judged.verdict.confidence,
        "known_at": judged.post.first_known_at,
        "entered_at": now,
        "judged": plain(judged),
    }


def _review(row: Row[Any], now: datetime) -> Review:
    held = row.taken_by is not None and row.taken_at >= now - HELD_FOR
    return Review(
        judged_of(row.judged),
        row.entered_at,
        row.taken_by if held else None,
        row.taken_at if held else None,
    )


@lru_cache(maxsize=1)
def _judged() -> TypeAdapter[Judged]:
    return TypeAdapter(Judged)
