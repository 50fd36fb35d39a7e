"""The application service behind console and API: what a person may see and do, at one door.

All methods raise NotFound (also for what the person may not see), NotAllowed, Conflict (says who
was first), InvalidMessage (names the field) or RetryLater.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from responder import pages
from responder.act import Act
from responder.announce import announcer
from responder.answering import evidence_of_offer, settling
from responder.answers import Offer, Offers
from responder.choices import Scene, action_offers
from responder.doors import check_may, check_review, clean_data, may_see, text_of
from responder.lines import clock_views, event_line, hit_line, notice_line, offer_line, ticket_line
from responder.opening import NewCase, by_hand
from responder.people import Person, Role, everybody
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
from responder.registers import (
    TicketFilter,
    clocks_by_ticket,
    event_rows,
    narrowed,
    notice_rows,
    ticket_rows,
    visible,
)
from responder.rows import insert_new
from responder.schema import notice_reads, tickets
from responder.spokesperson import first_spokespeople
from responder.store import Change, TicketStore
from responder.stored import Stored
from responder.transitions import Action
from responder.watchlists import Watchlist, WatchlistDraft, Watchlists
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound
from yuqing.domain.jurisdiction import Jurisdiction

__all__ = ["Desk", "EventListing", "Listing", "NewCase", "TicketFilter", "WatchlistDraft"]

LARGEST_PAGE = 200
_CANCELS: Mapping[Action, tuple[str, ...]] = {
    Action.ACKNOWLEDGE: ("acknowledge",),
    Action.RETURN: ("acknowledge",),
    Action.REASSIGN: ("acknowledge",),
    Action.CLOSE: ("acknowledge", "clock"),
    Action.DISMISS: ("acknowledge", "clock"),
}
_MANAGERS = (Role.MONITOR, Role.ANALYST, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of tickets, newest first; `next` is the `after` of the following page."""

    lines: tuple[TicketLine, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class EventListing:
    """One page of events, latest post first; `next` is the `after` of the following page."""

    lines: tuple[EventLine, ...]
    total: int
    next: str | None


class Desk:
    """Everything people do in the responder. `now` is the moment of the watched world."""

    def __init__(self, engine: Engine, jurisdictions: Mapping[str, Jurisdiction]) -> None:
        self._engine, self._jurisdictions = engine, jurisdictions
        self._store, self._offers = TicketStore(engine), Offers(engine)
        self._watchlists = Watchlists(engine)

    def tickets(
        self,
        person: Person,
        wanted: TicketFilter,
        now: datetime,
        size: int = 50,
        after: str | None = None,
    ) -> Listing:
        """The tickets that `person` may see and `wanted` describes."""
        where = visible(person) & narrowed(wanted, now)
        with failures_named(), reading(self._engine).begin() as connection:
            rows, total, following = ticket_rows(connection, where, _page(size), after)
            return Listing(self._lines(connection, rows, now), total, following)

    def ticket(self, person: Person, ticket_id: str, now: datetime) -> TicketPage:
        """All of one ticket."""
        with failures_named(), reading(self._engine).begin() as connection:
            row = _seen(connection, person, ticket_id)
            return pages.ticket_page(connection, row, self._jurisdictions, now)

    def actions_for(self, person: Person, ticket_id: str, now: datetime) -> tuple[ActionOffer, ...]:
        """What `person` may do next with the ticket."""
        stored, acts, jurisdiction = self._known(person, ticket_id)
        return action_offers(person, Scene(stored, acts, jurisdiction, self._approvers(), now))

    def act(
        self,
        person: Person,
        ticket_id: str,
        expected_version: int,
        action: str,
        data: Mapping[str, Any],
        now: datetime,
    ) -> TicketLine:
        """Record one action on the ticket as it was read at `expected_version`."""
        stored, acts, jurisdiction = self._known(person, ticket_id)
        kind = _action(action)
        check_may(person, kind)
        if expected_version == stored.version:
            check_review(person, stored, acts, kind)
        logins = [login for login, _name in self._approvers()]
        fields = clean_data(kind, data, jurisdiction, logins, now)
        act = Act(now, person.login, kind.value, fields)
        if kind is Action.MERGE:
            self._merge(person, stored, expected_version, act)
        else:
            announce = announcer(jurisdiction)
            change = Change((act,), cancels=_CANCELS.get(kind, ()), announce=announce)
            self._store.change(ticket_id, lambda _s, _a: change, expected_version)
        return self._line(ticket_id, now)

    def open_by_hand(self, person: Person, case: NewCase, now: datetime) -> TicketLine:
        """Open a case; Conflict when its event has one already."""
        check_may(person, Action.OPEN)
        jurisdiction = self._jurisdictions.get(case.jurisdiction)
        if jurisdiction is None or person.jurisdiction not in (None, case.jurisdiction):
            raise NotFound(f"没有辖区 {case.jurisdiction}")
        stored, new = self._store.open(by_hand(case, person, jurisdiction, now))
        if not new:
            raise Conflict(f"该事件已立案：{stored.ticket_id}")
        return self._line(stored.ticket_id, now)

    def offers(
        self, person: Person, state: str = "offered", size: int = 50
    ) -> tuple[OfferLine, ...]:
        """Published posts that may be answers to tickets the person may see; newest first."""
        with failures_named(), reading(self._engine).begin() as connection:
            return pages.offer_lines(connection, person, None, _page(size), state)

    def accept_offer(
        self,
        person: Person,
        offer_id: int,
        expected_version: int,
        speaker: str,
        principal: bool,
        now: datetime,
        kind: str | None = None,
    ) -> TicketLine:
        """Put the post on record as evidence at its own time; it stops the clocks it fits."""
        offer = self._offer(person, offer_id)
        action = _action(kind or offer.kind)
        if action not in (Action.PUBLISH, Action.PRESS_CONFERENCE):
            raise InvalidMessage("kind: 须为 publish 或 press_conference")
        act = evidence_of_offer(offer, person, speaker, principal, action.value, now)
        self._store.change(
            offer.ticket_id,
            lambda _s, _a: Change((act,)),
            expected_version,
            settling(offer, person, now),
        )
        return self._line(offer.ticket_id, now)

    def refuse_offer(self, person: Person, offer_id: int, reason: str, now: datetime) -> OfferLine:
        """It is no answer to the ticket; the reason goes on the ticket's record."""
        offer = self._offer(person, offer_id)
        text = f"未采信发布“{offer.post.title[:80]}”：{text_of('reason', reason, 500)}"
        note = Act(now, person.login, Action.NOTE.value, {"text": text, "offer": offer_id})
        beside = settling(offer, person, now, "refused")
        stored = self._store.change(offer.ticket_id, lambda _s, _a: Change((note,)), None, beside)
        return offer_line(self._offers.get(offer_id), stored.title)

    def events(
        self,
        person: Person,
        size: int = 50,
        after: str | None = None,
        jurisdiction: str | None = None,
        text: str = "",
    ) -> EventListing:
        """The events that `person` may see, the latest post first."""
        with failures_named(), reading(self._engine).begin() as connection:
            rows, total, following = event_rows(
                connection, person, jurisdiction, text, _page(size), after
            )
        lines = tuple(event_line(row.snapshot, row.ticket_id) for row in rows)
        return EventListing(lines, total, following)

    def event(self, person: Person, event_id: str) -> EventPage:
        """One event with its posts."""
        with failures_named(), reading(self._engine).begin() as connection:
            page = pages.event_page(connection, event_id)
            if page is None or person.jurisdiction not in (None, page.line.jurisdiction):
                raise NotFound(f"没有事件 {event_id}")
            if person.role is Role.UNIT:
                _seen(connection, person, page.line.ticket_id or "")
            return page

    def counts(self, person: Person, now: datetime, jurisdiction: str | None = None) -> Counts:
        """The numbers at the top of the console."""
        known = self._jurisdictions.get(jurisdiction or person.jurisdiction or "")
        zone = known.zone if known else "Asia/Shanghai"
        with failures_named(), reading(self._engine).begin() as connection:
            return pages.counts(connection, person, now, jurisdiction, zone)

    def notices(
        self, person: Person, unread_only: bool = False, size: int = 50
    ) -> tuple[NoticeLine, ...]:
        """The notices of the person, of the person's unit and role; newest first."""
        with failures_named(), reading(self._engine).begin() as connection:
            rows = notice_rows(connection, person, unread_only, _page(size))
        return tuple(notice_line(row) for row in rows)

    def read_notice(self, person: Person, notice_id: int, now: datetime) -> None:
        """The person has read it; twice changes nothing."""
        row = {"notice_id": notice_id, "login": person.login, "at": now}
        with failures_named(), self._engine.begin() as connection:
            insert_new(connection, notice_reads, [row])

    def watchlists(self, person: Person) -> tuple[WatchlistView, ...]:
        """The watchlists of the person's jurisdiction, with their tallies."""
        tallies = self._watchlists.tallies()
        return tuple(
            _view(one, *tallies.get(one.watchlist_id, (0, None)))
            for one in self._watchlists.listed(person.jurisdiction)
        )

    def save_watchlist(
        self,
        person: Person,
        draft: WatchlistDraft,
        now: datetime,
        watchlist_id: int | None = None,
        expected_version: int | None = None,
    ) -> WatchlistView:
        """Make a watchlist, or change `watchlist_id`."""
        _check_manager(person)
        if person.jurisdiction not in (None, draft.jurisdiction) or (
            draft.jurisdiction not in self._jurisdictions
        ):
            raise NotFound(f"没有辖区 {draft.jurisdiction}")
        if watchlist_id is not None:
            self._watchlist(person, watchlist_id)
        unknown = set(draft.notify) - {one.login for one in everybody(self._engine)}
        if unknown:
            raise InvalidMessage(f"notify: 没有账号 {'、'.join(sorted(unknown))}")
        saved = self._watchlists.save(draft, person.login, now, watchlist_id, expected_version)
        return _view(saved, *self._watchlists.tallies().get(saved.watchlist_id, (0, None)))

    def drop_watchlist(self, person: Person, watchlist_id: int) -> None:
        """Forget a watchlist and its hits."""
        _check_manager(person)
        self._watchlists.drop(self._watchlist(person, watchlist_id).watchlist_id)

    def hits(self, person: Person, watchlist_id: int, size: int = 50) -> tuple[HitLine, ...]:
        """The latest hits of a watchlist."""
        self._watchlist(person, watchlist_id)
        return tuple(hit_line(row) for row in self._watchlists.hits(watchlist_id, _page(size)))

    def spokespeople(self, person: Person, ticket_id: str) -> tuple[tuple[str, str], ...]:
        """(name, role) of those who should speak in person, the first to be asked first."""
        stored, _acts, jurisdiction = self._known(person, ticket_id)
        contacts = first_spokespeople(jurisdiction, stored.ticket, stored.places)
        return tuple((contact.name, contact.role) for contact in contacts)

    def units(self, jurisdiction: str) -> tuple[tuple[str, str], ...]:
        """(code, name) of its units."""
        known = self._jurisdictions.get(jurisdiction)
        return tuple((unit.code, unit.name) for unit in known.units) if known else ()

    def people_to_notify(self, person: Person) -> tuple[tuple[str, str], ...]:
        """(login, name) of those that a watchlist of the person may alert."""
        near = (None, person.jurisdiction)
        return tuple(
            (one.login, one.name)
            for one in everybody(self._engine)
            if person.jurisdiction is None or one.jurisdiction in near
        )

    def _known(
        self, person: Person, ticket_id: str
    ) -> tuple[Stored, tuple[Act, ...], Jurisdiction]:
        stored, acts = self._store.history(ticket_id)
        ticket, jurisdiction = stored.ticket, self._jurisdictions.get(stored.jurisdiction)
        if not may_see(person, stored.jurisdiction, ticket.unit, ticket.co_units):
            raise NotFound(f"没有台账 {ticket_id}")
        if jurisdiction is None:
            raise NotAllowed(f"辖区 {stored.jurisdiction} 未在本系统配置，只能查看")
        return stored, acts, jurisdiction

    def _merge(self, person: Person, stored: Stored, version: int, act: Act) -> None:
        into, _acts, jurisdiction = self._known(person, str(act.data["into"]))
        if jurisdiction.code != stored.jurisdiction or not into.ticket.is_open:
            raise InvalidMessage("into: 只能并入本辖区未办结的台账")
        self._store.merge(stored.ticket_id, version, into.ticket_id, act)

    def _offer(self, person: Person, offer_id: int) -> Offer:
        check_may(person, Action.PUBLISH)
        offer = self._offers.get(offer_id)
        self._known(person, offer.ticket_id)
        return offer

    def _watchlist(self, person: Person, watchlist_id: int) -> Watchlist:
        found = self._watchlists.get(watchlist_id)
        if person.jurisdiction not in (None, found.draft.jurisdiction):
            raise NotFound(f"没有监测方案 {watchlist_id}")
        return found

    def _approvers(self) -> tuple[tuple[str, str], ...]:
        may = (Role.LEADER, Role.ADMIN)
        return tuple((p.login, p.name) for p in everybody(self._engine) if p.role in may)

    def _line(self, ticket_id: str, now: datetime) -> TicketLine:
        with failures_named(), reading(self._engine).begin() as connection:
            row = connection.execute(select(tickets).where(tickets.c.ticket_id == ticket_id)).one()
            return self._lines(connection, [row], now)[0]

    def _lines(
        self, connection: Connection, rows: Sequence[Row[Any]], now: datetime
    ) -> tuple[TicketLine, ...]:
        clocks = clocks_by_ticket(connection, [row.ticket_id for row in rows])
        return tuple(
            ticket_line(
                row, clock_views(row.policy, clocks[row.ticket_id], now), self._jurisdictions
            )
            for row in rows
        )


def _seen(connection: Connection, person: Person, ticket_id: str) -> Row[Any]:
    query = select(tickets).where(tickets.c.ticket_id == ticket_id, visible(person))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"没有台账 {ticket_id}")
    return row


def _action(name: str) -> Action:
    try:
        return Action(name)
    except ValueError as error:
        raise InvalidMessage(f"action: 没有操作 {name}") from error


def _page(size: int) -> int:
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidMessage(f"size: 每页须为 1 至 {LARGEST_PAGE} 条")
    return size


def _check_manager(person: Person) -> None:
    if person.role not in _MANAGERS:
        raise NotAllowed("您的角色不能修改监测方案")


def _view(one: Watchlist, hits: int, last: datetime | None) -> WatchlistView:
    draft = one.draft
    return WatchlistView(
        watchlist_id=one.watchlist_id,
        jurisdiction=draft.jurisdiction,
        name=draft.name,
        query=draft.query,
        topics=draft.topics,
        severity_min=draft.severity_min,
        owner=one.owner,
        notify=draft.notify,
        every_minutes=draft.every_minutes,
        active=draft.active,
        version=one.version,
        hits=hits,
        last_hit_at=last,
    )
