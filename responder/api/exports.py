"""A ticket's whole record to take away, and personal numbers for those who must call back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from responder.api.once import ActingRoute
from responder.api.services import At, Me, Myself, Name
from responder.desk_export import Unmasked
from responder.labels import is_key
from yuqing.domain.errors import NotAllowed

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], route_class=ActingRoute)
_ZIP = {"description": "A ZIP file.", "content": {"application/zip": {}}}
_ZIP_HEADER = {"X-Manifest-SHA256": {"schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}}


class Why(BaseModel):
    """Why personal data must be read; it goes into the audit log."""

    reason: str = Field(max_length=500, examples=["回访来电人"])


class ZipResponse(Response):
    """A ZIP file."""

    media_type = "application/zip"


@router.get(
    "/{ticket_id}/export",
    response_class=ZipResponse,
    responses={200: _ZIP | {"headers": _ZIP_HEADER}},
)
def export(
    ticket_id: Name,
    at: At,
    me: Me,
    reason: Annotated[
        str | None,
        Query(max_length=500, description="Given, personal numbers are shown; it is noted."),
    ] = None,
) -> Response:
    """The whole record: JSON, a page to print, what `yuqing clocks` recomputes, and a manifest of
    hashes; `yuqing export verify FILE` checks it anywhere."""
    if reason is not None and is_key(me.login):
        raise NotAllowed("个人信息只向本人登录的人员显示，不接受接口密钥")
    made = at.desk.export(me, ticket_id, at.clock.now(), reason)
    headers = {
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "X-Manifest-SHA256": made.manifest_sha256,
    }
    return ZipResponse(made.content, headers=headers)


@router.get("/{ticket_id}/print", response_class=HTMLResponse)
def printed(ticket_id: Name, at: At, me: Me) -> HTMLResponse:
    """The record as a page to print, personal numbers masked."""
    page = at.desk.printed(me, ticket_id, at.clock.now())
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


@router.post("/{ticket_id}/unmasked")
def unmasked(ticket_id: Name, why: Why, at: At, me: Myself) -> list[Unmasked]:
    """The texts that are shown masked, as they were written; the reading is noted first."""
    return list(at.desk.unmask(me, ticket_id, why.reason, at.clock.now()))
