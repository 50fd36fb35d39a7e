"""值班表, 交接班, and trying a contact's channels."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from responder.api.once import ActingRoute
from responder.api.paging import Paged, paged
from responder.api.services import After, At, Me, Myself, Number
from responder.api.tickets import PageSize
from responder.desk_duty import DutyLine
from responder.handovers import HandoverLine

router = APIRouter(prefix="/api/v1", tags=["duty"], route_class=ActingRoute)
Home = Annotated[str, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Plain = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Named = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]


class HandoverIn(BaseModel):
    """Duty given by one contact of a unit to another, by name."""

    jurisdiction: Plain
    unit: Plain
    giver: Named
    taker: Named
    note: str = Field("", max_length=1000)

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "jurisdiction": "qinghe",
                    "unit": "yingji",
                    "giver": "应急局值班",
                    "taker": "应急局负责人",
                    "note": "北坡一件待首报",
                }
            ]
        }
    }


class PushTestIn(BaseModel):
    """Which contact is sent a test message."""

    jurisdiction: Plain
    unit: Plain
    contact: Named

    model_config = {
        "json_schema_extra": {
            "examples": [{"jurisdiction": "qinghe", "unit": "yingji", "contact": "应急局值班"}]
        }
    }


@router.get("/roster")
def roster(jurisdiction: Home, at: At, me: Me) -> list[DutyLine]:
    """Who is on duty now, unit by unit."""
    return list(at.desk.roster(me, jurisdiction, at.clock.now()))


@router.post("/roster/push-test", status_code=HTTPStatus.ACCEPTED)
def push_test(wanted: PushTestIn, at: At, me: Myself) -> None:
    """Send a test message; what became of it is in the deliveries."""
    at.desk.test_push(me, wanted.jurisdiction, wanted.unit, wanted.contact, at.clock.now())


@router.get("/handovers")
def handovers(
    jurisdiction: Home, at: At, me: Me, size: PageSize = 50, after: After = None
) -> Paged[HandoverLine]:
    """Handovers, newest first."""
    lines = at.desk.handovers(me, jurisdiction, size + 1, after)
    return paged(lines, size, lambda one: (one.given_at, one.handover_id))


@router.post("/handovers", status_code=HTTPStatus.CREATED)
def hand_over(given: HandoverIn, at: At, me: Myself) -> HandoverLine:
    """Hand over; the taker is pushed, and both are on duty until the taker acknowledges. One that
    nobody takes is chased up to the coordinator."""
    people = (given.giver, given.taker)
    now = at.clock.now()
    return at.desk.hand_over(me, given.jurisdiction, given.unit, people, given.note, now)


@router.post("/handovers/{handover_id}/take")
def take_over(handover_id: Number, at: At, me: Myself) -> HandoverLine:
    """Acknowledge a handover."""
    return at.desk.take_over(me, handover_id, at.clock.now())
