"""The application service behind console and API: who may see and do what, at the door.

Signatures first; see the next commits for the inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.readmodels import (
    ActionOffer,
    Counts,
    EventLine,
    EventPage,
    HitLine,
    NoticeLine,
    OfferLine,
    TicketLine,
    TicketPage,
    WatchlistView,
)


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Every field narrows; empty means any. `text` is looked for in number and title."""

    jurisdiction: str | None = None
    open: bool | None = None
    states: tuple[str, ...] = ()
    unit: str | None = None
    topic: str | None = None
    grade_min: int = 0
    breached: bool | None = None
    event_id: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of tickets, newest first; `after` is the `next` of the page before."""

    lines: tuple[TicketLine, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class EventListing:
    """One page of events, latest post first."""

    lines: tuple[EventLine, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case opened by hand: a call, a paper, an emergency that is not yet online."""

    jurisdiction: str
    title: str
    text: str
    topic: str
    grade: int
    emergency: bool
    places: tuple[str, ...] = ()
    first_posted_at: datetime | None = None
    discovered_at: datetime | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class WatchlistDraft:
    """What a person types to make or change a 监测方案."""

    jurisdiction: str
    name: str
    query: str
    topics: tuple[str, ...] = ()
    severity_min: int = 0
    notify: tuple[str, ...] = ()
    every_minutes: int = 10
    active: bool = True


# class Desk:
#   tickets(person, filter, now, size=50, after=None) -> Listing
#   ticket(person, ticket_id, now) -> TicketPage
#   actions_for(person, ticket_id, now) -> tuple[ActionOffer, ...]
#   act(person, ticket_id, expected_version, action, data, now) -> TicketLine
#   open_by_hand(person, case: NewCase, now) -> TicketLine
#   offers(person, state="offered", size=50) -> tuple[OfferLine, ...]
#   accept_offer(person, offer_id, expected_version, speaker, principal, now) -> TicketLine
#   refuse_offer(person, offer_id, reason, now) -> OfferLine
#   events(person, size=50, after=None, jurisdiction=None, text="") -> EventListing
#   event(person, event_id) -> EventPage
#   counts(person, now, jurisdiction=None) -> Counts
#   notices(person, unread_only=False, size=50) -> tuple[NoticeLine, ...]
#   read_notice(person, notice_id, now) -> None
#   watchlists(person) -> tuple[WatchlistView, ...]
#   save_watchlist(person, draft, now, watchlist_id=None, expected_version=None) -> WatchlistView
#   drop_watchlist(person, watchlist_id) -> None
#   hits(person, watchlist_id, size=50) -> tuple[HitLine, ...]
#   units(jurisdiction) -> tuple[tuple[str, str], ...]      (code, name)
#   people_to_notify(person) -> tuple[tuple[str, str], ...] (login, name)
# Person is responder.people.Person(login, name, role, jurisdiction, unit, channels); Role in the same module.
# Errors: NotFound, NotAllowed, Conflict, InvalidMessage (a field that does not fit), RetryLater.
__all__ = [
    "ActionOffer",
    "Any",
    "Counts",
    "EventPage",
    "HitLine",
    "Mapping",
    "NoticeLine",
    "OfferLine",
    "TicketPage",
    "WatchlistView",
]
