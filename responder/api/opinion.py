"""What people say: events, and the posts that the index finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from responder.api.posts import PostFound, post_found
from responder.api.services import After, At, Code, Instant, Me, Name, Size, Typed
from responder.api.versions import tag
from responder.desk import EventListing
from responder.doors import check_reads_posts
from responder.people import Person
from responder.readmodels.events import EventPage
from stream.index import Page, Search
from stream.messages import Judged
from yuqing.domain.errors import NotFound
from yuqing.domain.query import parse_query

router = APIRouter(prefix="/api/v1", tags=["opinion"])
Grade = Annotated[int, Field(ge=0, le=4)]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, newest first; facets count over all pages."""

    posts: tuple[PostFound, ...]
    total: int
    facets: dict[str, tuple[tuple[str, int], ...]]
    next: str | None


@router.get("/events")
def events(
    at: At,
    me: Me,
    jurisdiction: Code = None,
    text: Typed = "",
    topic: Code = None,
    severity_min: Annotated[int, Query(ge=0, le=4)] = 0,
    size: Size = 50,
    after: After = None,
) -> EventListing:
    """Events, the latest post first; every filter narrows."""
    return at.desk.events(me, size, after, jurisdiction, text, topic, severity_min)


@router.get("/events/{event_id}")
def event(event_id: Name, response: Response, at: At, me: Me) -> EventPage:
    """One event with its posts; its ETag is its version, which every new post moves on."""
    page = at.desk.event(me, event_id)
    tag(response, page.line.version)
    return page


@router.get("/posts")
def posts(
    at: At,
    me: Me,
    text: Typed = "",
    jurisdiction: Code = None,
    topic: Annotated[list[str], Query(max_length=30)] = [],  # noqa: B006
    severity: Annotated[list[Grade], Query(max_length=5)] = [],  # noqa: B006
    source: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
    owner: Annotated[list[str], Query(max_length=3)] = [],  # noqa: B006
    relevant: bool | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    size: Size = 50,
    after: Annotated[str | None, Query(max_length=500)] = None,
) -> Found:
    """Search: space means and, | or, a leading - excludes, double quotes keep words together."""
    search = Search(
        query=parse_query(text),
        jurisdiction=_own(me, jurisdiction),
        topics=tuple(topic),
        severities=tuple(severity),
        sources=tuple(source),
        owners=tuple(owner),
        relevant=relevant,
        since=since,
        until=until,
        size=size,
        after=after,
    )
    page = at.index.search(search)
    return _found(page, at.desk.settled(page.hits))


def _own(person: Person, jurisdiction: str | None) -> str | None:
    check_reads_posts(person)
    if jurisdiction is not None and person.jurisdiction not in (None, jurisdiction):
        raise NotFound(f"没有辖区 {jurisdiction}")
    return person.jurisdiction or jurisdiction


def _found(page: Page, hits: Sequence[Judged]) -> Found:
    return Found(tuple(post_found(hit) for hit in hits), page.total, dict(page.facets), page.next)
