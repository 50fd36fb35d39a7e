"""Tickets: lists, pages, actions, and the publications offered as answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from responder.api.services import After, At, Code, Me, Name, Number, Size, Typed
from responder.desk import Listing, NewCase, TicketFilter
from responder.readmodels import ActionOffer, Counts, OfferLine, TicketLine, TicketPage
from responder.transitions import State

router = APIRouter(prefix="/api/v1", tags=["tickets"])


class CaseIn(BaseModel):
    """A case opened by hand; times with an offset from UTC."""

    jurisdiction: str
    title: str
    text: str
    topic: str
    grade: int = Field(ge=1, le=4)
    emergency: bool
    places: list[str] = Field(default_factory=list, max_length=20)
    first_posted_at: AwareDatetime | None = None
    discovered_at: AwareDatetime | None = None
    event_id: str | None = Field(None, pattern=r"^[A-Za-z0-9._-]{1,64}$")


class ActIn(BaseModel):
    """One action; `version` is that of the ticket as it was read."""

    action: str
    version: int = Field(ge=1, le=2**31)
    data: dict[str, Any] = Field(default_factory=dict)


class AcceptIn(BaseModel):
    """A human's word on an offered publication; `principal`: 主要负责人 spoke in person."""

    version: int = Field(ge=1, le=2**31)
    speaker: str
    principal: bool
    kind: str | None = None


class RefuseIn(BaseModel):
    """Why it is no answer."""

    reason: str


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
    text: Typed = "",
    size: Size = 50,
    after: After = None,
) -> Listing:
    """Tickets, newest first."""
    wanted = TicketFilter(
        jurisdiction, open, tuple(state), unit, topic, grade_min, breached, event, text
    )
    return at.desk.tickets(me, wanted, at.clock.now(), size, after)


@router.post("/tickets", status_code=HTTPStatus.CREATED)
def open_by_hand(case: CaseIn, at: At, me: Me) -> TicketLine:
    """Open a case for a call, a paper, or what is not yet online."""
    fields = case.model_dump() | {"places": tuple(case.places)}
    return at.desk.open_by_hand(me, NewCase(**fields), at.clock.now())


@router.get("/tickets/{ticket_id}")
def ticket(ticket_id: Name, at: At, me: Me) -> TicketPage:
    """All of one ticket."""
    return at.desk.ticket(me, ticket_id, at.clock.now())


@router.get("/tickets/{ticket_id}/record")
def record(ticket_id: Name, at: At, me: Me) -> dict[str, Any]:
    """One line for `yuqing clocks`, which recomputes the ticket offline, for an inspection."""
    return at.desk.record(me, ticket_id, at.clock.now())


@router.get("/tickets/{ticket_id}/actions")
def actions(ticket_id: Name, at: At, me: Me) -> list[ActionOffer]:
    """What you may do next, what each asks for, and what happens then."""
    return list(at.desk.actions_for(me, ticket_id, at.clock.now()))


@router.post("/tickets/{ticket_id}/acts")
def act(ticket_id: Name, act: ActIn, at: At, me: Me) -> TicketLine:
    """Record one action; 409 says who was first."""
    return at.desk.act(me, ticket_id, act.version, act.action, act.data, at.clock.now())


@router.get("/offers")
def offers(at: At, me: Me, state: Code = "offered", size: Size = 50) -> list[OfferLine]:
    """Publications that may be answers, newest first."""
    return list(at.desk.offers(me, state or "", size))


@router.post("/offers/{offer_id}/accept")
def accept(offer_id: Number, word: AcceptIn, at: At, me: Me) -> TicketLine:
    """It is the answer: put it on record at its own time."""
    now = at.clock.now()
    return at.desk.accept_offer(
        me, offer_id, word.version, word.speaker, word.principal, now, word.kind
    )


@router.post("/offers/{offer_id}/refuse")
def refuse(offer_id: Number, word: RefuseIn, at: At, me: Me) -> OfferLine:
    """It is no answer."""
    return at.desk.refuse_offer(me, offer_id, word.reason, at.clock.now())


@router.get("/counts")
def counts(at: At, me: Me, jurisdiction: Code = None) -> Counts:
    """The numbers at the top of the console."""
    return at.desk.counts(me, at.clock.now(), jurisdiction)
