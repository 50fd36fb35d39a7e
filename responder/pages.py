"""The pages of the console, read in one transaction each: a ticket, an event, the counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, exists, func, select

from responder import labels
from responder.answers import offer_of
from responder.conduct import conduct_of
from responder.consultation import consultations
from responder.corrections import latest
from responder.lines.conduct import consultation_view
from responder.lines.events import event_line, post_line
from responder.lines.history import history_line
from responder.lines.masking import shown_places
from responder.lines.names import Jurisdictions, unit_zh
from responder.lines.offers import offer_line
from responder.lines.pushes import push_line
from responder.lines.tickets import clock_views, ticket_line
from responder.origins import TITLES as ORIGINS
from responder.people import Person, Role
from responder.readmodels.events import EventLine, EventPage, PostLine
from responder.readmodels.offers import OfferLine
from responder.readmodels.tickets import Counts, TicketPage
from responder.registers import COUNTED, beyond, clocks_by_ticket, visible
from responder.schema import (
    event_copies,
    event_posts,
    offers,
    outbox,
    people,
    ticket_clocks,
    ticket_events,
    tickets,
)
from responder.schema_lists import ticket_scopes
from responder.scopes import scope_of
from responder.stored import acts_of
from responder.tallies import tallies_of
from yuqing.domain.text import discreet


def ticket_page(
    connection: Connection, row: Row[Any], jurisdictions: Jurisdictions, now: datetime
) -> TicketPage:
    """All of one ticket, as of `now`."""
    jurisdiction = jurisdictions.get(row.jurisdiction)
    clocks = clock_views(
        row.policy, clocks_by_ticket(connection, [row.ticket_id])[row.ticket_id], now
    )
    names = _names(connection)
    event = event_of_id(connection, row.event_id) if row.event_id else None
    conduct = conduct_of(row, acts_of(connection, row.ticket_id), jurisdiction, names, now)
    return TicketPage(
        line=ticket_line(row, clocks, jurisdictions),
        round=row.round,
        clocks=clocks,
        history=tuple(
            history_line(one, names, jurisdiction)
            for one in connection.execute(
                select(ticket_events)
                .where(ticket_events.c.ticket_id == row.ticket_id)
                .order_by(ticket_events.c.position)
            )
        ),
        pushes=tuple(
            push_line(one, jurisdiction)
            for one in connection.execute(
                select(outbox)
                .where(outbox.c.ticket_id == row.ticket_id, outbox.c.kind == "push")
                .order_by(outbox.c.due_at, outbox.c.outbox_id)
            )
        ),
        offers=offer_lines(connection, None, row.ticket_id, 100),
        event=event,
        posts=posts_of(connection, row.event_id) if row.event_id else (),
        co_units_zh=tuple(unit_zh(jurisdiction, code) for code in row.co_units),
        places=shown_places(row.places),
        disposition_zh=labels.named(labels.DISPOSITIONS, row.disposition),
        routing_zh=tuple(row.routing),
        coordinator_zh=unit_zh(jurisdiction, jurisdiction.coordinator) if jurisdiction else "",
        spokesperson=discreet(row.spokesperson) if row.spokesperson else None,
        first_posted_at=row.first_posted_at,
        discovered_at=row.discovered_at,
        graded_by_human=row.graded_by_human,
        proposal_zh=_proposal(row, event),
        policy_name=str(row.policy["name"]),
        approved_line=conduct.line,
        releasing_unit_zh=conduct.releasing_unit_zh,
        review=conduct.review,
        reports=conduct.reports,
        origin_zh=labels.named(ORIGINS, row.origin),
        reference=conduct.reference,
        owed=conduct.owed,
        consultations=tuple(
            consultation_view(one, jurisdiction)
            for one in consultations(acts_of(connection, row.ticket_id))
        ),
    )


def event_of_id(connection: Connection, event_id: str) -> EventLine | None:
    """The copy of one event."""
    query = (
        select(event_copies.c.snapshot, tickets.c.ticket_id)
        .outerjoin(tickets, tickets.c.event_id == event_copies.c.event_id)
        .where(event_copies.c.event_id == event_id)
    )
    row = connection.execute(query).one_or_none()
    return event_line(row.snapshot, row.ticket_id) if row else None


def event_page(connection: Connection, event_id: str) -> EventPage | None:
    """One event with its posts."""
    line = event_of_id(connection, event_id)
    return EventPage(line, posts_of(connection, event_id)) if line else None


def posts_of(connection: Connection, event_id: str, size: int = 500) -> tuple[PostLine, ...]:
    """The copied posts of an event, newest first."""
    query = select(event_posts).where(event_posts.c.event_id == event_id).limit(size)
    rows = connection.execute(query).all()
    said = latest(connection, [row.post_id for row in rows])
    lines = (post_line(row, said.get(row.post_id)) for row in rows)
    return tuple(
        sorted(lines, key=lambda line: (line.published_at or line.seen_at, line.post_id))[::-1]
    )


def offer_lines(
    connection: Connection,
    person: Person | None,
    ticket_id: str | None,
    size: int,
    state: str = "",
    after: str | None = None,
) -> tuple[OfferLine, ...]:
    """Offers, newest first: of one ticket, or of all that `person` may see."""
    query = (
        select(offers, tickets.c.title)
        .join(tickets, tickets.c.ticket_id == offers.c.ticket_id)
        .order_by(offers.c.offered_at.desc(), offers.c.offer_id.desc())
        .limit(size)
    )
    if person is not None:
        query = query.where(visible(person))
    if ticket_id is not None:
        query = query.where(offers.c.ticket_id == ticket_id)
    if state:
        query = query.where(offers.c.state == state)
    if after is not None:
        query = query.where(beyond(offers.c.offered_at, offers.c.offer_id, after))
    return tuple(offer_line(offer_of(row), row.title) for row in connection.execute(query))


def counts(
    connection: Connection, person: Person, now: datetime, jurisdiction: str | None, zone: str
) -> Counts:
    """The numbers at the top of the console: what the tallies say, and what became due since."""
    scope = scope_of(person, jurisdiction)
    tallies = tallies_of(connection, scope)
    by_state, by_grade = tallies.by_state(), tallies.by_grade()
    due = ticket_clocks.c.due
    overdue = _running(connection, scope, due < now)
    mine = visible(person)
    if jurisdiction is not None:
        mine &= tickets.c.jurisdiction == jurisdiction
    return Counts(
        open_tickets=sum(by_grade.values()),
        by_state=tuple((state, by_state[state]) for state in labels.STATES if state in by_state),
        by_grade=tuple(sorted(by_grade.items(), reverse=True)),
        clocks_running=tallies.clocks["running"] - overdue,
        clocks_breached=tallies.clocks["breached"] + overdue,
        due_within_hour=_running(connection, scope, and_(due >= now, due < now + _SOON)),
        waiting_triage=by_state["triage"],
        offers_waiting=_number(connection, offers, offers.c.state == "offered", mine),
        events_today=_events_today(connection, person, now, jurisdiction, zone),
        pushes_failed=_number(connection, outbox, _PUSH_FAILED, mine),
    )


_SOON = timedelta(hours=1)
_PUSH_FAILED = and_(outbox.c.kind == "push", outbox.c.state == "failed")


def _running(connection: Connection, scope: str | None, when: ColumnElement[bool]) -> int:
    """Running clocks (which only open tickets have, in their present round) due `when`."""
    seen = exists().where(
        ticket_scopes.c.scope == scope, ticket_scopes.c.ticket_id == ticket_clocks.c.ticket_id
    )
    query = select(func.count()).select_from(ticket_clocks)
    running = query.where(ticket_clocks.c.status == "running", when, seen)
    return connection.execute(running).scalar_one()


def _number(
    connection: Connection, table: Table, where: ColumnElement[bool], mine: ColumnElement[bool]
) -> int:
    """How many rows about tickets, counted up to COUNTED."""
    joined = table.join(tickets, tickets.c.ticket_id == table.c.ticket_id)
    found = select(table.c.ticket_id).select_from(joined).where(where, mine).limit(COUNTED)
    query = select(func.count()).select_from(found.subquery())
    return connection.execute(query).scalar_one()


def _events_today(
    connection: Connection, person: Person, now: datetime, jurisdiction: str | None, zone: str
) -> int:
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    events = event_copies.c
    query = select(func.count()).where(events.last_posted_at >= midnight)
    for code in (person.jurisdiction, jurisdiction):
        if code is not None:
            query = query.where(events.jurisdiction == code)
    if person.role is Role.UNIT:
        mine = exists().where(tickets.c.event_id == events.event_id, visible(person))
        query = query.where(mine.correlate(event_copies))
    return connection.execute(query).scalar_one()


def _names(connection: Connection) -> Mapping[str, str]:
    query = select(people.c.login, people.c.name)
    return {row.login: row.name for row in connection.execute(query)}


def _proposal(row: Row[Any], event: EventLine | None) -> str:
    if event is None or not row.graded_by_human or not row.open:
        return ""
    if (event.severity, event.emergency is not None) == (row.grade, row.emergency):
        return ""
    mark = "突发事件" if event.emergency else "非突发"
    return f"系统研判为{event.severity_zh}、{mark}，与现有定级不同，请人工复核"
