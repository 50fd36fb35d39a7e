"""并入, 拆出, 固定: people's word on which posts are one matter, on record and told to grouping."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, insert, select
from sqlalchemy.exc import IntegrityError

from responder.audit import Entry, note
from responder.copies import plain, post_of, verdict_of
from responder.outbox import put_decision
from responder.schema import event_copies, event_posts
from responder.schema_judging import regroupings
from stream.codec import encode
from stream.messages import Regrouped, Relevant
from stream.sql import failures_named, reading
from yuqing.domain.decision import Regroup
from yuqing.domain.errors import Conflict, InvalidMessage, NotFound
from yuqing.domain.post import Sighting

LARGEST = 600_000
"""Bytes of one decision: what a bus takes in one message."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for: `into` is the other event (split: None for one of its own)."""

    action: Regroup
    event_id: str
    into: str | None
    post_ids: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Regrouping:
    """One such decision, as it is on record."""

    action: Regroup
    event_id: str
    into: str | None
    post_ids: tuple[str, ...]
    who: str
    at: datetime
    reason: str


class Regroupings:
    """The decisions about events in the ticket store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, wish: Wish, who: str, now: datetime, version: int | None = None) -> Regrouped:
        """Put it on record and tell grouping. `version` is one more than the decisions about the
        event that `who` has seen; None: however many there are.

        Raises InvalidMessage, NotFound, or Conflict naming the login of whoever came between
        (nobody's for a version that never was).
        """
        try:
            with failures_named(), self._engine.begin() as connection:
                return self._write(connection, wish, who, now, version)
        except IntegrityError as error:  # two followed the same one: the other was first
            raise Conflict(self.of_event(wish.event_id)[0].who) from error

    def of_event(self, event_id: str) -> tuple[Regrouping, ...]:
        """What people decided about it, the latest first."""
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_regrouping(row) for row in connection.execute(_about(event_id)))

    def _write(
        self, connection: Connection, wish: Wish, who: str, now: datetime, version: int | None
    ) -> Regrouped:
        home = _home(connection, wish.event_id)
        if wish.into is not None and _home(connection, wish.into) != home:
            raise InvalidMessage("into: 只能并到本辖区的事件")
        decided = connection.execute(_about(wish.event_id)).all()
        if version is not None and version != len(decided) + 1:
            raise Conflict(decided[0].who if version <= len(decided) else "")
        mine = event_posts.c.event_id == wish.event_id
        rows = connection.execute(select(event_posts).where(mine)).all()
        number = _decision_id(wish.event_id, decided)
        told = _told(number, wish, home, rows, who, now)
        connection.execute(insert(regroupings), _row(told, wish.reason))
        put_decision(connection, told, home, now)
        note(connection, _entry(told))
        return told


def _about(event_id: str) -> Select[Any]:
    mine = (regroupings.c.event_id == event_id) | (regroupings.c.into_id == event_id)
    return select(regroupings).where(mine).order_by(regroupings.c.regrouping_id.desc())


def _told(
    decision_id: str, wish: Wish, home: str, rows: Sequence[Row[Any]], who: str, now: datetime
) -> Regrouped:
    moved = [row for row in rows if row.post_id in wish.post_ids]
    stay = [row for row in rows if row.post_id not in wish.post_ids]
    _check(wish, len(moved), len(stay))
    told = Regrouped(
        decision_id=decision_id,
        jurisdiction=home,
        action=wish.action,
        event_id=wish.event_id,
        into=wish.into,
        posts=tuple(_relevant(home, row) for row in moved),
        left_seen_at=min((post_of(row.post).seen_at for row in stay), default=None),
        who=who,
        at=now,
    )
    if len(encode(told)) > LARGEST:
        raise InvalidMessage("post_ids: 所选帖文太多，请分几次办理")
    return told


def _check(wish: Wish, moved: int, stay: int) -> None:
    if wish.into == wish.event_id:
        raise InvalidMessage("into: 不能并到事件自身")
    if wish.action is Regroup.MERGE:
        if wish.into is None:
            raise InvalidMessage("into: 请选择并入哪个事件")
        return
    if moved != len(set(wish.post_ids)) or not moved:
        raise InvalidMessage("post_ids: 请选择本事件的帖文")
    if wish.action is Regroup.SPLIT and not stay:
        raise InvalidMessage("post_ids: 不能拆出全部帖文；整件归到另一事件请用“并入”")


def _relevant(home: str, row: Row[Any]) -> Relevant:
    post = post_of(row.post)
    seen = Sighting(post.post_id, post.place, post.seen_at)
    return Relevant(home, post, seen, verdict_of(row.verdict))


def _home(connection: Connection, event_id: str) -> str:
    query = select(event_copies.c.jurisdiction).where(event_copies.c.event_id == event_id)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(f"没有事件 {event_id}")
    return str(found)


def _decision_id(event_id: str, decided: Sequence[Row[Any]]) -> str:
    """Names what follows the last decision about the event: of two that follow the same one the
    database takes the first."""
    told = f"{event_id}\x00{decided[0].decision_id if decided else ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _entry(told: Regrouped) -> Entry:
    detail = {
        "decision": told.decision_id,
        "action": told.action.value,
        "into": told.into,
        "posts": len(told.posts),
    }
    return Entry(told.at, told.who, "regrouped", f"event:{told.event_id}", detail)


def _row(told: Regrouped, reason: str) -> dict[str, Any]:
    return {
        "decision_id": told.decision_id,
        "jurisdiction": told.jurisdiction,
        "action": told.action.value,
        "event_id": told.event_id,
        "into_id": told.into,
        "post_ids": plain([one.post.post_id for one in told.posts]),
        "who": told.who,
        "at": told.at,
        "reason": reason,
    }


def _regrouping(row: Row[Any]) -> Regrouping:
    return Regrouping(
        Regroup(row.action),
        row.event_id,
        row.into_id,
        tuple(row.post_ids),
        row.who,
        row.at,
        row.reason,
    )
