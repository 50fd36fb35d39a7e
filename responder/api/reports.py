"""Reporting a ticket up, receipts, and the answer to a notice from 网信."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from responder.api.once import ActingRoute
from responder.api.services import At, Instant, Me, Name
from responder.api.tickets import Version
from responder.api.versions import IfMatch, tag, version_asked
from responder.desk_reporting import ReportDraft
from responder.readmodels.tickets import TicketLine

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], route_class=ActingRoute)
_PARTS = {
    "time": "3月2日12时00分发现",
    "place": "北坡",
    "what": "北坡仓库起火",
    "harm": "暂未发现伤亡，待核实",
    "done": "3月2日12时20分交办应急局",
    "asked": "请协调邻区消防力量",
}


class ReportIn(BaseModel):
    """A confirmed report: `to` are superior, publicity, cyberspace; `parts` as drafted, with what
    a person has changed and added."""

    version: Version = None
    to: list[str] = Field(min_length=1, max_length=10, examples=[["superior", "publicity"]])
    parts: dict[str, Annotated[str, Field(max_length=4000)]] = Field(
        max_length=20, examples=[_PARTS]
    )


class ReceiptIn(BaseModel):
    """What the other side answered."""

    version: Version = None
    receipt: str = Field(max_length=2000, examples=["已收悉，请每两小时续报"])
    received_at: Instant = Field(examples=["2026-03-02T15:00:00+08:00"])


class ReplyIn(BaseModel):
    """The answer to a notice from 网信."""

    version: Version = None
    text: str = Field(max_length=20_000, examples=["经核查，情况属实，已于当日处置并公开回应"])


@router.get("/{ticket_id}/report")
def draft(ticket_id: Name, response: Response, at: At, me: Me) -> ReportDraft:
    """A report drafted from the record, in the usual form, for a person to complete."""
    made = at.desk.draft_report(me, ticket_id)
    tag(response, made.version)
    return made


@router.post("/{ticket_id}/reports")
def report(
    ticket_id: Name, form: ReportIn, response: Response, at: At, me: Me, if_match: IfMatch = None
) -> TicketLine:
    """Confirm a report and send it; it goes on record once for each body told."""
    with version_asked(if_match, form.version) as version:
        line = at.desk.report(me, ticket_id, version, form.to, form.parts, at.clock.now())
    tag(response, line.version)
    return line


@router.post("/{ticket_id}/reports/{position}/receipt")
def receipt(
    ticket_id: Name,
    position: Annotated[int, Path(ge=0, le=10**6)],
    form: ReceiptIn,
    response: Response,
    at: At,
    me: Me,
    if_match: IfMatch = None,
) -> TicketLine:
    """Put the receipt of the report at `position` of the history on record."""
    now = at.clock.now()
    with version_asked(if_match, form.version) as version:
        line = at.desk.record_receipt(
            me, ticket_id, version, position, form.receipt, form.received_at, now
        )
    tag(response, line.version)
    return line


@router.post("/{ticket_id}/reply")
def reply(
    ticket_id: Name, form: ReplyIn, response: Response, at: At, me: Me, if_match: IfMatch = None
) -> TicketLine:
    """Answer a notice from 网信; its ticket cannot be closed before."""
    with version_asked(if_match, form.version) as version:
        line = at.desk.reply_to_notice(me, ticket_id, version, form.text, at.clock.now())
    tag(response, line.version)
    return line
