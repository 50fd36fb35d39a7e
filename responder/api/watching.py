"""监测方案 and their hits, and the notices of a person."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from responder.api.services import At, Me, Number, Size
from responder.desk import WatchlistDraft
from responder.readmodels import HitLine, NoticeLine, WatchlistView

router = APIRouter(prefix="/api/v1", tags=["watching"])


class WatchlistIn(BaseModel):
    """A watchlist as typed; `version` only when changing one."""

    jurisdiction: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
    query: str = Field("", max_length=2000, pattern=r"^[^\x00]*$")
    topics: list[str] = Field(default_factory=list, max_length=30)
    severity_min: int = Field(0, ge=0, le=4)
    notify: list[str] = Field(default_factory=list, max_length=100)
    every_minutes: int = Field(10, ge=1, le=1440)
    active: bool = True
    version: int | None = None

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
def watchlists(at: At, me: Me) -> list[WatchlistView]:
    """All of your jurisdiction."""
    return list(at.desk.watchlists(me))


@router.post("/watchlists", status_code=HTTPStatus.CREATED)
def make(form: WatchlistIn, at: At, me: Me) -> WatchlistView:
    """Make one."""
    return at.desk.save_watchlist(me, form.draft(), at.clock.now())


@router.put("/watchlists/{watchlist_id}")
def change(watchlist_id: Number, form: WatchlistIn, at: At, me: Me) -> WatchlistView:
    """Change one; 409 when somebody changed it first."""
    now = at.clock.now()
    return at.desk.save_watchlist(me, form.draft(), now, watchlist_id, form.version)


@router.delete("/watchlists/{watchlist_id}", status_code=HTTPStatus.NO_CONTENT)
def drop(watchlist_id: Number, at: At, me: Me) -> None:
    """Forget one, with its hits."""
    at.desk.drop_watchlist(me, watchlist_id)


@router.get("/watchlists/{watchlist_id}/hits")
def hits(watchlist_id: Number, at: At, me: Me, size: Size = 50) -> list[HitLine]:
    """Its latest hits."""
    return list(at.desk.hits(me, watchlist_id, size))


@router.get("/notices")
def notices(at: At, me: Me, unread: bool = False, size: Size = 50) -> list[NoticeLine]:
    """Your notices, your unit's and your role's, newest first."""
    return list(at.desk.notices(me, unread, size))


@router.post("/notices/{notice_id}/read", status_code=HTTPStatus.NO_CONTENT)
def read(notice_id: Number, at: At, me: Me) -> None:
    """You have read it."""
    at.desk.read_notice(me, notice_id, at.clock.now())
