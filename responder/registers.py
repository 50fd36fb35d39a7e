"""Reading the ticket store for pages: narrowed to what a person may see, paged by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, false, func, or_, select

from responder.people import Person, Role
from responder.schema import event_copies, notice_reads, notices, ticket_clocks, tickets
from responder.schema_lists import ticket_scopes
from responder.scopes import scope_of
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.text import clean

COUNTED = 1000
"""How far what no tally knows is counted: a total of that many means that there are no fewer."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Every field narrows; empty means any. `text` is looked for in the title."""

    jurisdiction: str | None = None
    text: str = ""
    topic: str | None = None
    severity_min: int = 0


def visible(person: Person) -> ColumnElement[bool]:
    """The tickets that `person` may see; the same rule as doors.may_see. For looking at tickets
    that something else has found: lists start from the person's scope."""
    if person.role is not Role.UNIT:
        return _own_place(person)
    scope = scope_of(person)
    if scope is None:
        return false()
    mine = (ticket_scopes.c.scope == scope, ticket_scopes.c.ticket_id == tickets.c.ticket_id)
    return exists().where(*mine).correlate_except(ticket_scopes)


def _own_place(person: Person) -> ColumnElement[bool]:
    if person.jurisdiction is None:
        return tickets.c.ticket_id.is_not(None)
    return tickets.c.jurisdiction == person.jurisdiction


def readable(person: Person) -> ColumnElement[bool]:
    """The tickets that `person` may open: besides those on the lists, while it is open, what the
    person or the person's unit was pushed; to read, not to act on."""
    told = exists().where(notices.c.ticket_id == tickets.c.ticket_id, addressed(person))
    return or_(visible(person), and_(_own_place(person), tickets.c.open, told))


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
    counted: bool = True,
) -> tuple[Sequence[Row[Any]], int, str | None]:
    """One page of events, the latest post first, each with the number of its ticket; how many
    there are, counted up to COUNTED (0 where nobody asks: `counted` false)."""
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
    known = select(events.event_id).where(*rules).limit(COUNTED).subquery()
    total = (
        connection.execute(select(func.count()).select_from(known)).scalar_one() if counted else 0
    )
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
    rules: list[ColumnElement[bool]] = [notices.c.audience.in_(_audiences(person))]
    if person.jurisdiction is not None:
        rules.append(notices.c.jurisdiction == person.jurisdiction)
    return and_(*rules)


def _audiences(person: Person) -> tuple[str, ...]:
    unit = (f"unit:{person.unit}",) if person.unit is not None else ()
    return (f"person:{person.login}", f"role:{person.role.value}", *unit)


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
        .order_by(notices.c.at.desc(), notices.c.notice_id.desc())
        .limit(size)
    )
    if person.jurisdiction is not None:
        query = query.where(notices.c.jurisdiction == person.jurisdiction)
    if after is not None:
        query = query.where(beyond(notices.c.at, notices.c.notice_id, after))
    if unread_only:
        query = query.where(notice_reads.c.at.is_(None))
    # One audience at a time: of each the index knows the latest.
    each = (query.where(notices.c.audience == one) for one in _audiences(person))
    rows = [row for one in each for row in connection.execute(one)]
    return sorted(rows, key=lambda row: (row.at, row.notice_id), reverse=True)[:size]


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
