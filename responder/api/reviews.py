"""复核队列: the posts that the machine was not sure of, and who works on which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from responder.api.once import ActingRoute
from responder.api.posts import PostFound, Verdict, post_found, verdict_shown
from responder.api.services import After, At, Code, Me, Myself, Name
from responder.api.tickets import PageSize
from responder.review_filter import ReviewFilter
from responder.reviews import Review
from yuqing.domain.verdict import Topic

router = APIRouter(prefix="/api/v1/reviews", tags=["judging"], route_class=ActingRoute)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One post that waits; `taken_by` is who works on it, null when nobody does."""

    post: PostFound
    verdict: Verdict
    jurisdictions: tuple[str, ...]
    entered_at: datetime
    taken_by: str | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue. Who is less sure than `below` puts a post into it."""

    lines: tuple[ReviewLine, ...]
    total: int
    below: float
    next: str | None


@router.get("")
def reviews(
    at: At,
    me: Me,
    jurisdiction: Code = None,
    topic: Topic | None = None,
    severity_min: Annotated[int, Query(ge=0, le=4)] = 0,
    taken: Annotated[
        bool | None, Query(description="Whether somebody works on it just now.")
    ] = None,
    size: PageSize = 50,
    after: After = None,
) -> Queue:
    """复核队列: the gravest first, of one grade the newest."""
    wanted = ReviewFilter(jurisdiction, severity_min, topic, taken)
    page = at.desk.reviews(me, at.clock.now(), size, wanted, after)
    return Queue(tuple(_review(one) for one in page.lines), page.total, page.below, page.next)


@router.post("/{post_id}/take", status_code=HTTPStatus.NO_CONTENT)
def take(post_id: Name, at: At, me: Myself) -> None:
    """You work on it: for 15 minutes nobody else takes or judges it. 409 says who already does."""
    at.desk.take_review(me, post_id, at.clock.now())


@router.post("/{post_id}/leave", status_code=HTTPStatus.NO_CONTENT)
def leave(post_id: Name, at: At, me: Myself) -> None:
    """You no longer work on it; what others hold stays theirs."""
    at.desk.leave_review(me, post_id)


def _review(one: Review) -> ReviewLine:
    judged = one.judged
    return ReviewLine(
        post=post_found(judged),
        verdict=verdict_shown(judged),
        jurisdictions=judged.jurisdictions,
        entered_at=one.entered_at,
        taken_by=one.taken_by,
        taken_at=one.taken_at,
    )
