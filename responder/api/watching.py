"""监测方案 and their hits, and the notices of a person."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from responder.api.once import ActingRoute
from responder.api.paging import Paged, page_of, paged
from responder.api.services import After, At, Me, Number
from responder.api.tickets import PageSize, Version
from responder.api.versions import IfMatch, tag, version_asked, version_wished
from responder.desk import WatchlistDraft
from responder.readmodels.pushes import NoticeLine
from responder.readmodels.watching import HitLine, WatchlistView

router = APIRouter(prefix="/api/v1", tags=["watching"], route_class=ActingRoute)


class WatchlistIn(BaseModel):
    """A watchlist as typed; `version` only when changing one."""

    jurisdiction: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["qinghe"])
    name: str = Field(
        min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$", examples=["北坡火情"]
    )
    query: str = Field("", max_length=2000, pattern=r"^[^\x00]*$", examples=["北坡 -演练"])
    topics: list[str] = Field(default_factory=list, max_length=30)
    severity_min: int = Field(0, ge=0, le=4)
    notify: list[str] = Field(default_factory=list, max_length=100)
    every_minutes: int = Field(10, ge=1, le=1440)
    active: bool = True
    version: Version = None

    def draft(self) -> WatchlistDraft:
        """The draft in the product's words."""
        return WatchlistDraft(
            self.jurisdiction,
            self.name,
            self.query,
            tuple(self.topics),
            self.severity_min,
            tuple(self.notify),
            self.every_minutes,
            self.active,
        )


@router.get("/watchlists")
def watchlists(at: At, me: Me, size: PageSize = 50, after: After = None) -> Paged[WatchlistView]:
    """Those of your jurisdiction, by name."""
    found = at.desk.watchlists(me)
    return page_of(found, size, after, lambda one: one.watchlist_id)


@router.post("/watchlists", status_code=HTTPStatus.CREATED)
def make(form: WatchlistIn, response: Response, at: At, me: Me) -> WatchlistView:
    """Make one."""
    made = at.desk.save_watchlist(me, form.draft(), at.clock.now())
    tag(response, made.version)
    return made


@router.get("/watchlists/{watchlist_id}")
def one(watchlist_id: Number, response: Response, at: At, me: Me) -> WatchlistView:
    """One watchlist; its ETag is its version."""
    found = at.desk.watchlist(me, watchlist_id)
    tag(response, found.version)
    return found


@router.put("/watchlists/{watchlist_id}")
def change(
    watchlist_id: Number,
    form: WatchlistIn,
    response: Response,
    at: At,
    me: Me,
    if_match: IfMatch = None,
) -> WatchlistView:
    """Change one; 409 or 412 when somebody changed it first."""
    now = at.clock.now()
    with version_asked(if_match, form.version) as version:
        changed = at.desk.save_watchlist(me, form.draft(), now, watchlist_id, version)
    tag(response, changed.version)
    return changed


@router.delete("/watchlists/{watchlist_id}", status_code=HTTPStatus.NO_CONTENT)
def drop(watchlist_id: Number, at: At, me: Me, if_match: IfMatch = None) -> None:
    """Forget one, with its hits. With If-Match only the version that you read."""
    with version_wished(if_match) as version:
        at.desk.drop_watchlist(me, watchlist_id, at.clock.now(), version)


@router.get("/watchlists/{watchlist_id}/hits")
def hits(
    watchlist_id: Number, at: At, me: Me, size: PageSize = 50, after: After = None
) -> Paged[HitLine]:
    """Its hits, the latest first."""
    lines = at.desk.hits(me, watchlist_id, size + 1, after)
    return paged(lines, size, lambda one: (one.at, one.post_id))


@router.get("/notices")
def notices(
    at: At, me: Me, unread: bool = False, size: PageSize = 50, after: After = None
) -> Paged[NoticeLine]:
    """Your notices, your unit's and your role's, newest first."""
    lines = at.desk.notices(me, unread, size + 1, after)
    return paged(lines, size, lambda one: (one.at, one.notice_id))


@router.post("/notices/{notice_id}/read", status_code=HTTPStatus.NO_CONTENT)
def read(notice_id: Number, at: At, me: Me) -> None:
    """You have read it."""
    at.desk.read_notice(me, notice_id, at.clock.now())
