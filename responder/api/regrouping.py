"""并入, 拆出, 固定: people's word on which posts are one matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from responder.api.once import ActingRoute
from responder.api.paging import Paged, page_of
from responder.api.services import After, At, Me, Myself, Name
from responder.api.tickets import PageSize, Version
from responder.api.versions import IfMatch, tag, version_asked
from responder.regroupings import Regrouping, Wish
from yuqing.domain.decision import Regroup
from yuqing.domain.text import discreet

router = APIRouter(prefix="/api/v1/events", tags=["judging"], route_class=ActingRoute)
Plain = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,96}$")]


class WishIn(BaseModel):
    """Merge: all of the event goes `into` another. Split: `post_ids` leave it, `into` another
    event or, without, one of their own. Pin: `post_ids` belong to it, and the machine no longer
    merges it with others."""

    version: Version = None
    action: Regroup = Field(examples=["merge"])
    into: Plain | None = Field(None, examples=["3f9a6c0d41b2e857"])
    post_ids: list[Plain] = Field(default_factory=list, max_length=500)
    reason: str = Field(max_length=500, examples=["同一厂区的同一起火情"])

    def wish(self, event_id: str) -> Wish:
        """The wish in the product's words."""
        return Wish(self.action, event_id, self.into, tuple(self.post_ids), self.reason)


@dataclass(frozen=True, slots=True)
class RegroupingLine:
    """One decision; it made `version` of what people decided about the event."""

    version: int
    action: Regroup
    event_id: str
    into: str | None
    post_ids: tuple[str, ...]
    who: str
    at: datetime
    reason: str


@router.get("/{event_id}/regroupings")
def regroupings(
    event_id: Name, response: Response, at: At, me: Me, size: PageSize = 50, after: After = None
) -> Paged[RegroupingLine]:
    """What people decided about the event, the latest first. The ETag counts these decisions; the
    machine's additions to the event do not move it."""
    decided = at.desk.regroupings_of(me, event_id)
    tag(response, len(decided) + 1)
    lines = [_line(one, len(decided) + 1 - place) for place, one in enumerate(decided)]
    return page_of(lines, size, after, lambda one: one.version)


@router.post("/{event_id}/regroupings", status_code=HTTPStatus.ACCEPTED)
def regroup(
    event_id: Name,
    form: WishIn,
    response: Response,
    at: At,
    me: Myself,
    if_match: IfMatch = None,
) -> RegroupingLine:
    """Merge, split or pin; it is on record at once, events and tickets follow within moments."""
    with version_asked(if_match, form.version) as version:
        at.desk.regroup(me, form.wish(event_id), at.clock.now(), version)
    decided = at.desk.regroupings_of(me, event_id)
    tag(response, version + 1)
    return _line(decided[len(decided) - version], version + 1)


def _line(one: Regrouping, version: int) -> RegroupingLine:
    return RegroupingLine(
        version=version,
        action=one.action,
        event_id=one.event_id,
        into=one.into,
        post_ids=one.post_ids,
        who=one.who,
        at=one.at,
        reason=discreet(one.reason),
    )
