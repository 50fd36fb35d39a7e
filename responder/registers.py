"""Reading the ticket store for lists and pages: narrowed to what a person may see, paged by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

from responder.people import Person, Role
from responder.schema import event_copies, notice_reads, notices, ticket_clocks, tickets
from responder.schema_doors import STANDING, ticket_units
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.text import clean


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Every field narrows; empty means any. `text` is looked for in number and title;
    `due_within` wants a running clock of the present round that is due within that span."""

    jurisdiction: str | None = None
    open: bool | None = None
    states: tuple[str, ...] = ()
    unit: str | None = None
    topic: str | None = None
    grade_min: int = 0
    breached: bool | None = None
    event_id: str | None = None
    text: str = ""
    due_within: timedelta | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Every field narrows; empty means any. `text` is looked for in the title."""

    jurisdiction: str | None = None
    text: str = ""
    topic: str | None = None
    severity_min: int = 0


def visible(person: Person) -> ColumnElement[bool]:
    """The tickets that `person` may see; the same rule as doors.may_see."""
    rules = [_own_place(person)]
    if person.role is Role.UNIT and person.unit is None:
        rules.append(false())
    elif person.role is Role.UNIT:
        own = select(ticket_units.c.ticket_id).where(ticket_units.c.unit == person.unit)
        rules.append(tickets.c.ticket_id.in_(own))
    return and_(*rules)


def _own_place(person: Person) -> ColumnElement[bool]:
    if person.jurisdiction is None:
        return tickets.c.ticket_id.is_not(None)
    return tickets.c.jurisdiction == person.jurisdiction


def readable(person: Person) -> ColumnElement[bool]:
    """The tickets that `person` may open: besides those on the lists, while it is open, what the
    person or the person's unit was pushed; to read, not to act on."""
    told = exists().where(notices.c.ticket_id == tickets.c.ticket_id, addressed(person))
    return or_(visible(person), and_(_own_place(person), tickets.c.open, told))


def narrowed(wanted: TicketFilter, now: datetime) -> ColumnElement[bool]:
    """The tickets that `wanted` describes, at `now`."""
    # No rule where none is asked for: what an index holds is counted without a look at the rows.
    rules: list[ColumnElement[bool]] = [true()]
    if wanted.grade_min > 0:
        rules.append(tickets.c.grade >= wanted.grade_min)
    for column in ("jurisdiction", "open", "unit", "topic", "event_id", "origin"):
        if getattr(wanted, column) is not None:
            rules.append(tickets.c[column] == getattr(wanted, column))
    if wanted.states:
        rules.append(tickets.c.state.in_(wanted.states))
    if wanted.breached is not None:
        late = exists().where(ticket_clocks.c.ticket_id == tickets.c.ticket_id, is_late(now))
        rules.append(late if wanted.breached else ~late)
    if wanted.due_within is not None:
        soon = ticket_clocks.c.due.between(now, now + wanted.due_within)
        rules.append(exists().where(_standing(), ticket_clocks.c.status == "running", soon))
    if text := clean(wanted.text).strip():
        found = [c.icontains(text, autoescape=True) for c in (tickets.c.title, tickets.c.ticket_id)]
        rules.append(or_(*found))
    return and_(*rules)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Clocks breached at `now`, also those that the sweep has not yet looked at."""
    running = and_(ticket_clocks.c.status == "running", ticket_clocks.c.due < now)
    return or_(ticket_clocks.c.status == "breached", running)


def _standing() -> ColumnElement[bool]:
    """Clocks of a ticket's present round that nothing has stopped or ended."""
    return and_(
        ticket_clocks.c.ticket_id == tickets.c.ticket_id,
        ticket_clocks.c.round == tickets.c.round,
        ticket_clocks.c.stopped_at.is_(None),
        ticket_clocks.c.status.in_(("running", "breached")),
    )


def urgent_rows(
    connection: Connection, where: ColumnElement[bool], size: int
) -> Sequence[Row[Any]]:
    """The open tickets with an unstopped clock, the one due first before the others.

    Walks the standing clocks in order of their due times, no further than it must: a ticket with
    several of them comes up several times.
    """
    joined = select(tickets).join(ticket_clocks, _standing()).where(where, tickets.c.open)
    query = joined.where(STANDING).order_by(ticket_clocks.c.due, ticket_clocks.c.ticket_id)
    found: dict[str, Row[Any]] = {}
    with connection.execute(query, execution_options={"yield_per": 2 * size}) as rows:
        for row in rows:
            found.setdefault(row.ticket_id, row)
            if len(found) == size:
                break
    return list(found.values())


def ticket_rows(
    connection: Connection, where: ColumnElement[bool], size: int, after: str | None
) -> tuple[Sequence[Row[Any]], int, str | None]:
    """One page of tickets, newest first; how many there are in all; the key of the next page."""
    total = connection.execute(select(func.count()).select_from(tickets).where(where)).scalar_one()
    query = select(tickets).where(where)
    if after is not None:
        at, ticket_id = page_key(after)
        same = and_(tickets.c.opened_at == at, tickets.c.ticket_id < ticket_id)
        query = query.where(or_(tickets.c.opened_at < at, same))
    query = query.order_by(tickets.c.opened_at.desc(), tickets.c.ticket_id.desc())
    rows = connection.execute(query.limit(size + 1)).all()
    last = rows[size - 1] if len(rows) > size else None
    return rows[:size], total, f"{last.opened_at.isoformat()}|{last.ticket_id}" if last else None


def clocks_by_ticket(
    connection: Connection, ticket_ids: Sequence[str]
) -> dict[str, list[Row[Any]]]:
    """The materialised clocks of the tickets."""
    found: dict[str, list[Row[Any]]] = {ticket_id: [] for ticket_id in ticket_ids}
    query = select(ticket_clocks).where(ticket_clocks.c.ticket_id.in_(ticket_ids))
    for row in connection.execute(query):
        found[row.ticket_id].append(row)
    return found


def event_rows(
    connection: Connection,
    person: Person,
    wanted: EventFilter,
    size: int,
    after: str | None,
) -> tuple[Sequence[Row[Any]], int, str | None]:
    """One page of events, the latest post first, each with the number of its ticket."""
    events = event_copies.c
    rules: list[ColumnElement[bool]] = [events.posts >= 0]
    homes = (person.jurisdiction, wanted.jurisdiction)
    rules += [events.jurisdiction == one for one in homes if one]
    if wanted.topic is not None:
        rules.append(events.topic == wanted.topic)
    if wanted.severity_min > 0:
        rules.append(events.severity >= wanted.severity_min)
    if person.role is Role.UNIT:
        own = exists().where(tickets.c.event_id == events.event_id, visible(person))
        rules.append(own.correlate(event_copies))
    if text := clean(wanted.text).strip():
        rules.append(events.title.icontains(text, autoescape=True))
    total = connection.execute(select(func.count()).where(*rules)).scalar_one()
    query = (
        select(event_copies, tickets.c.ticket_id)
        .outerjoin(tickets, tickets.c.event_id == events.event_id)
        .where(*rules)
        .order_by(events.last_posted_at.desc(), events.event_id.desc())
    )
    if after is not None:
        at, event_id = page_key(after)
        same = and_(events.last_posted_at == at, events.event_id < event_id)
        query = query.where(or_(events.last_posted_at < at, same))
    rows = connection.execute(query.limit(size + 1)).all()
    last = rows[size - 1] if len(rows) > size else None
    key = f"{last.last_posted_at.isoformat()}|{last.event_id}" if last else None
    return rows[:size], total, key


def addressed(person: Person) -> ColumnElement[bool]:
    """The notices that are meant for `person`."""
    audiences = [f"person:{person.login}", f"role:{person.role.value}"]
    if person.unit is not None:
        audiences.append(f"unit:{person.unit}")
    rules: list[ColumnElement[bool]] = [notices.c.audience.in_(audiences)]
    if person.jurisdiction is not None:
        rules.append(notices.c.jurisdiction == person.jurisdiction)
    return and_(*rules)


def notice_rows(
    connection: Connection,
    person: Person,
    unread_only: bool,
    size: int,
    after: str | None = None,
) -> Sequence[Row[Any]]:
    """The latest notices of a person, of the person's unit and of the role."""
    mine = and_(
        notice_reads.c.notice_id == notices.c.notice_id, notice_reads.c.login == person.login
    )
    query = (
        select(notices, notice_reads.c.at.label("read_at"))
        .outerjoin(notice_reads, mine)
        .where(addressed(person))
        .order_by(notices.c.at.desc(), notices.c.notice_id.desc())
        .limit(size)
    )
    if after is not None:
        query = query.where(beyond(notices.c.at, notices.c.notice_id, after))
    if unread_only:
        query = query.where(notice_reads.c.at.is_(None))
    return connection.execute(query).all()


def beyond(at: Any, number: Any, after: str) -> ColumnElement[bool]:
    """What follows the row with the key `after` where the latest comes first, and of one moment
    the highest number. Raises InvalidMessage."""
    moment, name = page_key(after)
    if not name.isdecimal() or len(name) > 18:
        raise InvalidMessage("after: 翻页标记不对，请从第一页开始")
    return or_(at < moment, and_(at == moment, number < int(name)))


def page_key(after: str) -> tuple[datetime, str]:
    """The time and the name of the last row of a page. Raises InvalidMessage."""
    at, bar, name = after.partition("|")
    try:
        moment = datetime.fromisoformat(at)
        if not bar or moment.tzinfo is None:
            raise ValueError(at)
        return moment.astimezone(UTC), name
    except (ValueError, OverflowError) as error:
        raise InvalidMessage("after: 翻页标记不对，请从第一页开始") from error
