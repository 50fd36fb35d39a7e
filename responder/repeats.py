"""Requests seen before: whoever asks again under the same key gets the first answer again.

A claim is written before the work and the answer after it. When the process dies in between,
nobody knows whether the work was done; the key then answers that, and never does it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, delete, select, update

from responder.rows import insert_new
from responder.schema_doors import idempotency_keys as table
from stream.sql import failures_named
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import Conflict

KEPT_FOR = timedelta(hours=24)
IN_HAND_FOR = timedelta(minutes=2)
_UNKNOWN = "上次请求没有得到结果，无法确定是否已经办成：请先查看，再换一个幂等键"


class KeyReused(Conflict):
    """The key came with another request before."""


class InHand(Conflict):
    """The first request under this key is not answered yet, or never was."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, as it went out."""

    status: int
    headers: Mapping[str, str]
    body: str


class Repeats:
    """The answers in the ticket store. All methods raise RetryLater when it is away."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def claim(self, who: str, key: str, request_sha256: str) -> Answer | None:
        """None when the caller is the first and must do the work; else what was answered then.

        Raises KeyReused or InHand.
        """
        now = self._clock.now()
        row = {"who": who, "key": key, "request_sha256": request_sha256, "claimed_at": now}
        with failures_named(), self._engine.begin() as connection:
            old = now - real_span(self._clock, KEPT_FOR)
            connection.execute(delete(table).where(table.c.claimed_at < old))
            if insert_new(connection, table, [row]):
                return None
            return self._answered(connection, who, key, request_sha256)

    def _answered(self, connection: Connection, who: str, key: str, sha256: str) -> Answer:
        found = connection.execute(select(table).where(table.c.who == who, table.c.key == key))
        row = found.one()
        if row.request_sha256 != sha256:
            raise KeyReused("这个 Idempotency-Key 已用于另一个请求，请换一个")
        if row.status is None:
            waiting = self._clock.now() - row.claimed_at < real_span(self._clock, IN_HAND_FOR)
            raise InHand("同一请求正在处理，请稍后再试" if waiting else _UNKNOWN)
        return Answer(row.status, row.headers, row.body)

    def keep(self, who: str, key: str, answer: Answer) -> None:
        """The work is done; this was answered."""
        values = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        with failures_named(), self._engine.begin() as connection:
            mine = (table.c.who == who) & (table.c.key == key)
            connection.execute(update(table).where(mine).values(values))

    def release(self, who: str, key: str) -> None:
        """The work was refused and changed nothing: the key is free again."""
        with failures_named(), self._engine.begin() as connection:
            mine = (table.c.who == who) & (table.c.key == key) & table.c.status.is_(None)
            connection.execute(delete(table).where(mine))
