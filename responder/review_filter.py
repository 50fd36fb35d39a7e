"""Which posts of the review queue somebody asks for, as conditions on its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, or_

from responder.registers import page_key
from responder.schema_judging import reviews
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.verdict import Severity

HELD_FOR = timedelta(minutes=15)
_STRAY = "after: 翻页标记不对，请从第一页开始"


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Every field narrows; empty means any. `taken`: somebody works on it, or nobody does."""

    jurisdiction: str | None = None
    severity_min: int = 0
    topic: str | None = None
    taken: bool | None = None


ALL = ReviewFilter()


def within(
    jurisdiction: str | None, column: Column[Any] = reviews.c.jurisdictions
) -> ColumnElement[bool]:
    """Rows of the jurisdiction; of any, for who sees all."""
    if jurisdiction is None:
        return column.is_not(None)
    return column.contains(f",{jurisdiction},", autoescape=True)


def waiting_for(jurisdiction: str | None) -> ColumnElement[bool]:
    """Rows that nobody has settled yet."""
    return reviews.c.done_at.is_(None) & within(jurisdiction)


def held(now: datetime) -> ColumnElement[bool]:
    """Rows that somebody works on at `now`."""
    return reviews.c.taken_by.is_not(None) & (reviews.c.taken_at >= now - HELD_FOR)


def narrowed(wanted: ReviewFilter, now: datetime) -> ColumnElement[bool]:
    """Rows that `wanted` describes, at `now`."""
    rules: list[ColumnElement[bool]] = [reviews.c.severity >= wanted.severity_min]
    if wanted.jurisdiction is not None:
        rules.append(within(wanted.jurisdiction))
    if wanted.topic is not None:
        topic = reviews.c.judged["verdict"]["topic"].as_string()
        rules.append(topic == wanted.topic)
    if wanted.taken is not None:
        rules.append(held(now) if wanted.taken else ~held(now))
    return and_(*rules)


def beyond(after: str) -> ColumnElement[bool]:
    """What follows the row with the key `after` (GRADE|TIME|POST). Raises InvalidMessage."""
    grade, _, rest = after.partition("|")
    at, post_id = page_key(rest)
    if grade not in {str(int(one)) for one in Severity}:
        raise InvalidMessage(_STRAY)
    same, sooner = reviews.c.severity == int(grade), reviews.c.known_at < at
    beside = and_(reviews.c.known_at == at, reviews.c.post_id < post_id)
    return or_(reviews.c.severity < int(grade), and_(same, or_(sooner, beside)))
