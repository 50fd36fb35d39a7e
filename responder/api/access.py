"""Keys of machine clients, and the audit log. For administrators, in person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from responder.api.once import SHOWN_ONCE, ActingRoute
from responder.api.paging import Paged, page_of, paged
from responder.api.services import After, At, Instant, Myself
from responder.api.tickets import PageSize
from responder.audit import AuditFilter
from responder.doors import check_admin, in_place
from responder.keys import ApiKey, KeyDraft, Keys
from responder.people import Person
from yuqing.domain.errors import NotFound

router = APIRouter(prefix="/api/v1", tags=["access"], route_class=ActingRoute)
Code = Annotated[str | None, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
KeyId = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]
Said = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


class KeyIn(BaseModel):
    """A key to be made; `role` is monitor, analyst or unit."""

    name: str = Field(max_length=64, examples=["热线平台"])
    role: str = Field(examples=["monitor"])
    scopes: list[str] = Field(max_length=10, examples=[["read", "write"]])
    jurisdiction: Code = None
    unit: Code = None
    expires_at: Instant | None = None


class KeyMade(BaseModel):
    """A new key and its token, which is not shown again."""

    key: ApiKey
    token: str = Field(examples=["yq_0123456789ab_…"])


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry; `hash` is over it and `previous`, the hash of the entry before it."""

    number: int
    at: datetime
    who: str
    what: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


@router.get("/keys")
def keys(at: At, me: Myself, size: PageSize = 50, after: After = None) -> Paged[ApiKey]:
    """The keys that you administer, the newest first, without their secrets."""
    return page_of(_mine(at.keys, me), size, after, lambda key: key.key_id)


@router.post("/keys", status_code=HTTPStatus.CREATED)
def create(form: KeyIn, response: Response, at: At, me: Myself) -> KeyMade:
    """Make a key for a machine client."""
    check_admin(me)
    place = in_place(me, form.jurisdiction)
    draft = KeyDraft(form.name, form.role, tuple(form.scopes), place, form.unit, form.expires_at)
    key, token = at.keys.create(draft, me.login)
    response.headers[SHOWN_ONCE] = "true"
    return KeyMade(key=key, token=token)


@router.delete("/keys/{key_id}")
def revoke(key_id: KeyId, at: At, me: Myself) -> ApiKey:
    """From now on the key opens nothing."""
    if key_id not in {key.key_id for key in _mine(at.keys, me)}:
        raise NotFound(f"没有接口密钥 {key_id}")
    return at.keys.revoke(key_id, me.login)


@router.get("/audit")
def audit(
    at: At,
    me: Myself,
    who: Said = None,
    what: Said = None,
    subject: Said = None,
    size: PageSize = 50,
    after: Annotated[str | None, Query(pattern=r"^[^|]{1,40}\|[0-9]{1,18}$")] = None,
) -> Paged[AuditLine]:
    """The audit log, the latest first. Only for administrators of all jurisdictions."""
    before = int(after.rpartition("|")[2]) if after else None
    rows = at.desk.audit(me, size + 1, before, AuditFilter(who, what, subject))
    lines = [AuditLine(**row._mapping) for row in rows]
    return paged(lines, size, lambda line: (line.at, line.number))


def _mine(keys: Keys, me: Person) -> list[ApiKey]:
    check_admin(me)
    return [key for key in keys.listed() if me.jurisdiction in (None, key.jurisdiction)]
