"""漂移 as people meet it: kept by the day, said in words, and pushed to those who answer for the
judge when it moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from responder import labels
from responder.copies import plain
from responder.outbox import Push, put_pushes
from responder.people import Person, Role, everybody
from responder.schema_judging import drifts
from stream.sql import failures_named, reading
from yuqing.domain.drift import Drift, HeadDrift, Move

TOLD = (Role.ANALYST, Role.ADMIN)
"""Who answers for the judge, and is told when it moves."""
HEADS = {"relevant": "是否相关", "topic": "议题", "severity": "等级", "confidence": "把握度"}
LEVELS = {"moved": "明显偏移", "noticeable": "略有偏移", "still": "平稳", "unknown": "样本不足"}


@dataclass(frozen=True, slots=True)
class DriftView:
    """One comparison, as of `day`; `said` is a sentence a head."""

    jurisdiction: str
    day: str
    at: datetime
    drift: Drift
    said: tuple[tuple[HeadDrift, str], ...]


class Drifts:
    """The comparisons in the ticket store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, jurisdiction: str, drift: Drift, day: date, now: datetime) -> int:
        """Keep the comparison of `day` (the last of a day holds) and alert those who answer for
        the judge, once a week for the same heads; returns how many pushes are new."""
        row = {
            "jurisdiction": jurisdiction,
            "day": day.isoformat(),
            "at": now,
            "moved": bool(drift.moved),
            "report": plain(drift),
        }
        told = everybody(self._engine) if drift.moved else ()
        with failures_named(), self._engine.begin() as connection:
            many = postgresql if connection.dialect.name == "postgresql" else sqlite
            upsert = many.insert(drifts).values(row)
            keys = ["jurisdiction", "day"]
            connection.execute(upsert.on_conflict_do_update(index_elements=keys, set_=row))
            return put_pushes(connection, _pushes(jurisdiction, drift, day, told, now), now)

    def latest(self, jurisdiction: str | None, size: int) -> tuple[DriftView, ...]:
        """The last comparisons, newest first."""
        query = select(drifts).order_by(drifts.c.day.desc(), drifts.c.jurisdiction).limit(size)
        if jurisdiction is not None:
            query = query.where(drifts.c.jurisdiction == jurisdiction)
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_view(row) for row in connection.execute(query))


def explained(head: HeadDrift) -> str:
    """What happened to one head, in a sentence."""
    name = HEADS.get(head.head, head.head)
    if head.psi is None:
        return f"{name}：近七天 {head.posts} 条，样本不足，不作比较"
    moved = "，".join(_moved(head.head, one) for one in head.moves)
    return f"{name}：{LEVELS[head.level]}（PSI {head.psi:.2f}）。{moved}"


def class_zh(head: str, name: str) -> str:
    """What people call a class of a head."""
    match head:
        case "relevant":
            return "相关" if name == "true" else "无关"
        case "topic":
            return labels.named(labels.TOPICS, name)
        case "severity":
            return labels.GRADES.get(int(name), name)
        case "confidence":
            return f"把握 {int(float(name) * 100)}%–{int(float(name) * 100) + 10}%"
    return name


def _moved(head: str, move: Move) -> str:
    way = "升至" if move.after >= move.before else "降至"
    return f"“{class_zh(head, move.name)}”由 {move.before:.1%} {way} {move.after:.1%}"


def _pushes(
    jurisdiction: str, drift: Drift, day: date, people: Iterable[Person], now: datetime
) -> list[Push]:
    heads = "、".join(HEADS.get(one.head, one.head) for one in drift.moved)
    names = "+".join(one.head for one in drift.moved)
    near = [one for one in people if one.role in TOLD and one.jurisdiction in (None, jurisdiction)]
    return [
        Push(
            key=f"drift:{jurisdiction}:{day:%G-W%V}:{names}:{one.login}",
            purpose="drift",
            audience=f"person:{one.login}",
            jurisdiction=jurisdiction,
            title=f"研判结果出现偏移：{heads}",
            body="\n".join(explained(head) for head in drift.moved),
            link="/drift",
            due_at=now,
            recipients=((one.name, one.channels),),
        )
        for one in near
    ]


def _view(row: Row[Any]) -> DriftView:
    drift = _drifts().validate_python(row.report)
    said = tuple((head, explained(head)) for head in drift.heads)
    return DriftView(row.jurisdiction, row.day, row.at, drift, said)


@lru_cache(maxsize=1)
def _drifts() -> TypeAdapter[Drift]:
    return TypeAdapter(Drift)
