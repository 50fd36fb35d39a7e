"""What people see of tickets, events and notices: narrowed to what each may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, Row, select

from responder import pages
from responder.answers import Offers
from responder.audit import AuditFilter, entries_of
from responder.doors import check_audits, may_see
from responder.explain import Explained, explain_clocks
from responder.lines.events import event_line
from responder.lines.pushes import notice_line
from responder.lines.tickets import clock_views, ticket_line
from responder.people import Person, Role
from responder.readmodels.events import EventLine, EventPage
from responder.readmodels.offers import OfferLine
from responder.readmodels.pushes import NoticeLine
from responder.readmodels.tickets import Counts, TicketLine, TicketPage
from responder.records import record_of
from responder.registers import (
    EventFilter,
    addressed,
    clocks_by_ticket,
    event_rows,
    notice_rows,
    readable,
    visible,
)
from responder.rows import insert_new
from responder.schema import notice_reads, notices, tickets
from responder.store import TicketStore
from responder.ticket_lists import TicketFilter, ticket_rows, urgent_rows
from responder.watchlists import Watchlists
from stream.sql import failures_named, reading
from yuqing.domain.errors import InvalidMessage, NotFound
from yuqing.domain.jurisdiction import Jurisdiction

LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of tickets, newest first; `next` is the `after` of the following page. `total` is
    exact for state and grade alone; else it is counted up to 1,000."""

    lines: tuple[TicketLine, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class EventListing:
    """One page of events, latest post first; `next` is the `after` of the following page. `total`
    is counted up to 1,000."""

    lines: tuple[EventLine, ...]
    total: int
    next: str | None


class ReadingDesk:
    """Lists, pages and counts. `now` is the moment of the watched world."""

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
        size = page_size(size)
        with failures_named(), reading(self._engine).begin() as connection:
            rows, total, following = ticket_rows(connection, person, wanted, now, size, after)
            return Listing(self._lines(connection, rows, now), total, following)

    def urgent(self, person: Person, now: datetime, size: int = 10) -> tuple[TicketLine, ...]:
        """The open tickets with an unstopped clock, the earliest due first."""
        with failures_named(), reading(self._engine).begin() as connection:
            rows = urgent_rows(connection, person, page_size(size))
            return self._lines(connection, rows, now)

    def ticket(self, person: Person, ticket_id: str, now: datetime) -> TicketPage:
        """All of one ticket."""
        with failures_named(), reading(self._engine).begin() as connection:
            row = _opened(connection, person, ticket_id)
            return pages.ticket_page(connection, row, self._jurisdictions, now)

    def only_reads(self, person: Person, ticket_id: str) -> bool:
        """True when the person was pushed the ticket but may not act on it: it is not, or no
        longer, with the person's unit."""
        with failures_named(), reading(self._engine).begin() as connection:
            row = _opened(connection, person, ticket_id)
        return not may_see(person, row.jurisdiction, row.unit, row.co_units)

    def record(self, person: Person, ticket_id: str, now: datetime) -> dict[str, Any]:
        """The ticket as `yuqing clocks` recomputes it, for an inspection."""
        with failures_named(), reading(self._engine).begin() as connection:
            return record_of(connection, seen(connection, person, ticket_id), now)

    def audit(
        self,
        person: Person,
        size: int,
        before: int | None = None,
        wanted: AuditFilter | None = None,
    ) -> Sequence[Row[Any]]:
        """The audit log below entry `before`, the latest first. Raises NotAllowed."""
        check_audits(person)
        with failures_named(), reading(self._engine).begin() as connection:
            return entries_of(connection, page_size(size), before, wanted)

    def explained(self, person: Person, ticket_id: str, now: datetime) -> tuple[Explained, ...]:
        """Every clock of the ticket with the Chinese sentences that account for it; who acted is
        told by login. Times are those of the jurisdiction's zone."""
        with failures_named(), reading(self._engine).begin() as connection:
            _opened(connection, person, ticket_id)
        stored, acts = self._store.history(ticket_id)
        home = self._jurisdictions.get(stored.jurisdiction)
        zone = ZoneInfo(home.zone if home else "UTC")
        return explain_clocks(acts, stored.policy, max(now, stored.ticket.last_at), zone)

    def offers(
        self, person: Person, state: str = "offered", size: int = 50, after: str | None = None
    ) -> tuple[OfferLine, ...]:
        """Published posts that may be answers to tickets the person may see; newest first.
        `after` is the time and number, TIME|NUMBER, of the last of the page before."""
        with failures_named(), reading(self._engine).begin() as connection:
            return pages.offer_lines(connection, person, None, page_size(size), state, after)

    def events(
        self,
        person: Person,
        size: int = 50,
        after: str | None = None,
        jurisdiction: str | None = None,
        text: str = "",
        topic: str | None = None,
        severity_min: int = 0,
    ) -> EventListing:
        """The events that `person` may see, the latest post first."""
        wanted = EventFilter(jurisdiction, text, topic, severity_min)
        with failures_named(), reading(self._engine).begin() as connection:
            rows, total, following = event_rows(connection, person, wanted, page_size(size), after)
        lines = tuple(event_line(row.snapshot, row.ticket_id) for row in rows)
        return EventListing(lines, total, following)

    def active_events(self, person: Person, size: int) -> tuple[EventLine, ...]:
        """The events with the latest posts; nobody counts the others."""
        with failures_named(), reading(self._engine).begin() as connection:
            rows, _, _ = event_rows(connection, person, EventFilter(), page_size(size), None, False)
        return tuple(event_line(row.snapshot, row.ticket_id) for row in rows)

    def event(self, person: Person, event_id: str) -> EventPage:
        """One event with its posts."""
        with failures_named(), reading(self._engine).begin() as connection:
            page = pages.event_page(connection, event_id)
            if page is None or person.jurisdiction not in (None, page.line.jurisdiction):
                raise NotFound(f"没有事件 {event_id}")
            if person.role is Role.UNIT:
                _opened(connection, person, page.line.ticket_id or "")
            return page

    def counts(self, person: Person, now: datetime, jurisdiction: str | None = None) -> Counts:
        """The numbers at the top of the console."""
        known = self._jurisdictions.get(jurisdiction or person.jurisdiction or "")
        zone = known.zone if known else "Asia/Shanghai"
        with failures_named(), reading(self._engine).begin() as connection:
            return pages.counts(connection, person, now, jurisdiction, zone)

    def notices(
        self,
        person: Person,
        unread_only: bool = False,
        size: int = 50,
        after: str | None = None,
    ) -> tuple[NoticeLine, ...]:
        """The notices of the person, of the person's unit and role; newest first. `after` as for
        offers."""
        with failures_named(), reading(self._engine).begin() as connection:
            rows = notice_rows(connection, person, unread_only, page_size(size), after)
        return tuple(notice_line(row) for row in rows)

    def read_notice(self, person: Person, notice_id: int, now: datetime) -> None:
        """The person has read it; twice changes nothing. Raises NotFound."""
        row = {"notice_id": notice_id, "login": person.login, "at": now}
        mine = select(notices.c.notice_id).where(notices.c.notice_id == notice_id)
        with failures_named(), self._engine.begin() as connection:
            if connection.execute(mine.where(addressed(person))).first() is None:
                raise NotFound(f"没有消息 {notice_id}")
            insert_new(connection, notice_reads, [row])

    def units(self, jurisdiction: str) -> tuple[tuple[str, str], ...]:
        """(code, name) of its units."""
        known = self._jurisdictions.get(jurisdiction)
        return tuple((unit.code, unit.name) for unit in known.units) if known else ()

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


def seen(connection: Connection, person: Person, ticket_id: str) -> Row[Any]:
    """The row of a ticket that is on the lists of `person`. Raises NotFound."""
    return _found(connection, ticket_id, visible(person))


def _opened(connection: Connection, person: Person, ticket_id: str) -> Row[Any]:
    return _found(connection, ticket_id, readable(person))


def _found(connection: Connection, ticket_id: str, where: ColumnElement[bool]) -> Row[Any]:
    query = select(tickets).where(tickets.c.ticket_id == ticket_id, where)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"没有台账 {ticket_id}")
    return row


def page_size(size: int) -> int:
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidMessage(f"size: 每页须为 1 至 {LARGEST_PAGE} 条")
    return size
