"""Tickets: lists, pages, actions, and the publications offered as answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from responder.api.once import ActingRoute
from responder.api.paging import Paged, paged
from responder.api.services import After, At, Code, Instant, Me, Name, Number, Size, Typed
from responder.api.versions import IfMatch, tag, version_asked
from responder.desk import Listing, NewCase, TicketFilter
from responder.origins import Origin
from responder.readmodels.actions import ActionOffer
from responder.readmodels.offers import OfferLine
from responder.readmodels.tickets import Counts, TicketLine, TicketPage
from responder.transitions import State

router = APIRouter(prefix="/api/v1", tags=["tickets"], route_class=ActingRoute)
LARGEST = 199
"""One less than what the desk gives: the line beyond a page tells whether there is another."""
PageSize = Annotated[int, Query(ge=1, le=LARGEST, description="How many at most.")]
Version = Annotated[
    int | None, Field(ge=1, le=10**9 - 1, description="As read; or send If-Match instead.")
]


class CaseIn(BaseModel):
    """A case opened by hand; times with an offset from UTC."""

    jurisdiction: str = Field(examples=["qinghe"])
    title: str = Field(examples=["来电反映路灯不亮"])
    text: str = Field(examples=["南湖路三盏路灯不亮已有一周"])
    topic: str = Field(examples=["urban"])
    grade: int = Field(ge=1, le=4, examples=[1])
    emergency: bool = Field(examples=[False])
    places: list[str] = Field(default_factory=list, max_length=20, examples=[["南湖"]])
    first_posted_at: Instant | None = None
    discovered_at: Instant | None = None
    event_id: str | None = Field(None, pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=[None])
    origin: Origin = Field(Origin.OTHER, description="Where it comes from.")
    reference: str | None = Field(
        None, description="Its number there: of a notice, an order.", examples=["网信〔2026〕17号"]
    )


class ActIn(BaseModel):
    """One action; `data` holds the fields that `GET …/actions` asks for."""

    action: str = Field(examples=["assign"])
    version: Version = None
    data: dict[str, Any] = Field(default_factory=dict, examples=[{"unit": "yingji"}])


class AcceptIn(BaseModel):
    """A human's word on an offered publication; `principal`: 主要负责人 spoke in person."""

    version: Version = None
    speaker: str = Field(examples=["应急局负责人"])
    principal: bool
    kind: str | None = Field(None, examples=["publish"])


class RefuseIn(BaseModel):
    """Why it is no answer."""

    reason: str = Field(examples=["说的是另一起火情"])


@router.get("/tickets")
def tickets(
    at: At,
    me: Me,
    jurisdiction: Code = None,
    open: bool | None = None,
    state: Annotated[list[State], Query()] = [],  # noqa: B006
    unit: Code = None,
    topic: Code = None,
    grade_min: Annotated[int, Query(ge=0, le=4)] = 0,
    breached: bool | None = None,
    event: Code = None,
    origin: Origin | None = None,
    text: Typed = "",
    size: Size = 50,
    after: After = None,
) -> Listing:
    """Tickets, newest first; every filter narrows."""
    wanted = TicketFilter(
        jurisdiction=jurisdiction,
        open=open,
        states=tuple(state),
        unit=unit,
        topic=topic,
        grade_min=grade_min,
        breached=breached,
        event_id=event,
        origin=origin,
        text=text,
    )
    return at.desk.tickets(me, wanted, at.clock.now(), size, after)


@router.post("/tickets", status_code=HTTPStatus.CREATED)
def open_by_hand(case: CaseIn, response: Response, at: At, me: Me) -> TicketLine:
    """Open a case for a call, a paper, a notice, or what is not yet online."""
    fields = case.model_dump() | {"places": tuple(case.places)}
    line = at.desk.open_by_hand(me, NewCase(**fields), at.clock.now())
    response.headers["Location"] = f"/api/v1/tickets/{line.ticket_id}"
    tag(response, line.version)
    return line


@router.get("/tickets/{ticket_id}")
def ticket(ticket_id: Name, response: Response, at: At, me: Me) -> TicketPage:
    """All of one ticket; its ETag is its version."""
    page = at.desk.ticket(me, ticket_id, at.clock.now())
    tag(response, page.line.version)
    return page


@router.get("/tickets/{ticket_id}/record")
def record(ticket_id: Name, at: At, me: Me) -> dict[str, Any]:
    """One line for `yuqing clocks`, which recomputes the ticket offline, for an inspection."""
    return at.desk.record(me, ticket_id, at.clock.now())


@router.get("/tickets/{ticket_id}/actions")
def actions(ticket_id: Name, at: At, me: Me) -> list[ActionOffer]:
    """What you may do next, what each asks for, and what happens then."""
    return list(at.desk.actions_for(me, ticket_id, at.clock.now()))


@router.post("/tickets/{ticket_id}/acts")
def act(
    ticket_id: Name, act: ActIn, response: Response, at: At, me: Me, if_match: IfMatch = None
) -> TicketLine:
    """Record one action on the version that you read; 409 or 412 says who was first."""
    with version_asked(if_match, act.version) as version:
        line = at.desk.act(me, ticket_id, version, act.action, act.data, at.clock.now())
    tag(response, line.version)
    return line


@router.get("/offers")
def offers(
    at: At, me: Me, state: Code = "offered", size: PageSize = 50, after: After = None
) -> Paged[OfferLine]:
    """Publications that may be answers, newest first."""
    lines = at.desk.offers(me, state or "", size + 1, after)
    return paged(lines, size, lambda one: (one.offered_at, one.offer_id))


@router.post("/offers/{offer_id}/accept")
def accept(
    offer_id: Number, word: AcceptIn, response: Response, at: At, me: Me, if_match: IfMatch = None
) -> TicketLine:
    """It is the answer: put it on record at its own time. The version is the ticket's."""
    now = at.clock.now()
    with version_asked(if_match, word.version) as version:
        line = at.desk.accept_offer(
            me, offer_id, version, word.speaker, word.principal, now, word.kind
        )
    tag(response, line.version)
    return line


@router.post("/offers/{offer_id}/refuse")
def refuse(offer_id: Number, word: RefuseIn, at: At, me: Me) -> OfferLine:
    """It is no answer."""
    return at.desk.refuse_offer(me, offer_id, word.reason, at.clock.now())


@router.get("/counts")
def counts(at: At, me: Me, jurisdiction: Code = None) -> Counts:
    """The numbers at the top of the console."""
    return at.desk.counts(me, at.clock.now(), jurisdiction)
