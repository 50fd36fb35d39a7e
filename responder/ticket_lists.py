"""Lists of tickets: walked along the index of the person's scope, no further than the page needs.

A list that several states, grades or reasons make up is walked once for each and put together, for
of each alone an index knows the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, or_, select, true

from responder.people import Person, Role
from responder.registers import COUNTED, page_key
from responder.schema import ticket_clocks, tickets
from responder.schema_lists import URGENT, ticket_scopes, ticket_waits
from responder.scopes import of_unit, scope_of
from responder.tallies import tallies_of
from responder.waits import queues_of
from yuqing.domain.text import clean

_S = ticket_scopes.c
GRAVEST = 4


@dataclass(frozen=True, slots=True)
class Walk:
    """Tickets, and the two columns that say which is newest."""

    query: Select[Any]
    at: ColumnElement[Any]
    number: ColumnElement[Any]


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


def ticket_rows(
    connection: Connection,
    person: Person,
    wanted: TicketFilter,
    now: datetime,
    size: int,
    after: str | None,
) -> tuple[Sequence[Row[Any]], int, str | None]:
    """One page of the tickets that `person` may see, newest first; how many there are in all (by
    the tallies, else counted up to COUNTED); the key of the next page."""
    scope = _scope(person, wanted)
    if scope is None:
        return [], 0, None
    walks = list(_walks(scope, wanted, now))
    found = {row.ticket_id: row for walk in walks for row in _page(connection, walk, size, after)}
    rows = sorted(found.values(), key=_newest, reverse=True)
    last = rows[size - 1] if len(rows) > size else None
    key = f"{last.opened_at.isoformat()}|{last.ticket_id}" if last else None
    return rows[:size], _total(connection, scope, wanted, walks), key


def urgent_rows(connection: Connection, person: Person, size: int) -> Sequence[Row[Any]]:
    """The open tickets with an unstopped clock, the one due first before the others."""
    query = _of(scope_of(person)).where(URGENT).order_by(_S.urgent_at, _S.ticket_id)
    return connection.execute(query.limit(size)).all()


def gravest_rows(
    connection: Connection, person: Person, states: Sequence[str], size: int
) -> Sequence[Row[Any]]:
    """Tickets in one of `states`, the gravest first, of one grade the longest waiting."""
    order = (_S.grade.desc(), _S.emergency.desc(), _S.opened_at, _S.ticket_id)
    query = _of(scope_of(person)).order_by(*order).limit(size)
    rows = [r for state in states for r in connection.execute(query.where(_S.state == state))]
    return sorted(rows, key=lambda r: (-r.grade, not r.emergency, r.opened_at, r.ticket_id))[:size]


def charged_rows(
    connection: Connection, person: Person, states: Sequence[str], size: int
) -> Sequence[Row[Any]]:
    """As `gravest_rows`, of the tickets that the person's unit is in charge of."""
    t = tickets.c
    mine = and_(t.jurisdiction == person.jurisdiction, t.unit == person.unit)
    query = select(tickets).where(mine).order_by(t.grade.desc(), t.opened_at, t.ticket_id)
    each = (query.where(t.state == state).limit(size) for state in states)
    rows = [row for one in each for row in connection.execute(one)]
    return sorted(rows, key=lambda r: (-r.grade, r.opened_at, r.ticket_id))[:size]


def waiting_rows(
    connection: Connection, person: Person, kind: str, where: ColumnElement[bool], size: int
) -> Sequence[Row[Any]]:
    """Open tickets in the queues of `kind` that `person` looks into, the longest waiting first."""
    order = (ticket_waits.c.opened_at, ticket_waits.c.ticket_id)
    joined = ticket_waits.join(tickets, tickets.c.ticket_id == ticket_waits.c.ticket_id)
    query = select(tickets).select_from(joined).where(where, tickets.c.open).order_by(*order)
    queues = (query.where(ticket_waits.c.queue == one) for one in queues_of(person, kind))
    found = {r.ticket_id: r for one in queues for r in connection.execute(one.limit(size))}
    return sorted(found.values(), key=lambda r: (r.opened_at, r.ticket_id))[:size]


def _of(scope: str | None) -> Select[Any]:
    joined = ticket_scopes.join(tickets, tickets.c.ticket_id == _S.ticket_id)
    return select(tickets).select_from(joined).where(_S.scope == scope)


def _scope(person: Person, wanted: TicketFilter) -> str | None:
    scope = scope_of(person, wanted.jurisdiction)
    if scope and wanted.unit is not None and person.role is not Role.UNIT:
        return of_unit(scope, wanted.unit)
    return scope


def _walks(scope: str, wanted: TicketFilter, now: datetime) -> Iterator[Walk]:
    """What the list is put together of, each along one index."""
    rules = (_S.scope == scope, *_rules(wanted, now))
    joined = ticket_scopes.join(tickets, tickets.c.ticket_id == _S.ticket_id)
    along = select(tickets).select_from(joined).where(*rules)
    for part in _parts(wanted):
        yield Walk(along.where(part), _S.opened_at, _S.ticket_id)
    moments = _moments(wanted, now)
    if moments is not None:
        # Few are due: start from them, and ask of each whether it is on the list.
        clocks = select(ticket_clocks.c.ticket_id).where(ticket_clocks.c.status == "running")
        on_list = exists().where(_S.ticket_id == tickets.c.ticket_id, *rules)
        found = select(tickets).where(tickets.c.ticket_id.in_(clocks.where(moments)))
        listed = on_list.correlate(tickets)
        yield Walk(found.where(listed), tickets.c.opened_at, tickets.c.ticket_id)


def _parts(wanted: TicketFilter) -> Iterator[ColumnElement[bool]]:
    opens = (True, False) if wanted.open is None else (wanted.open,)
    if wanted.breached is not None:
        yield from (and_(_S.open == one, _S.late == wanted.breached) for one in opens)
    elif wanted.due_within is not None:
        return
    elif wanted.states:
        yield from (_S.state == state for state in dict.fromkeys(wanted.states))
    elif _by_grade(wanted):
        grades = range(wanted.grade_min, GRAVEST + 1)
        yield from (and_(_S.open == one, _S.grade == grade) for one in opens for grade in grades)
    else:
        yield true() if wanted.open is None else _S.open == wanted.open


def _by_grade(wanted: TicketFilter) -> bool:
    """Whether the list is walked grade by grade."""
    others = wanted.states or wanted.breached is not None or wanted.due_within is not None
    return wanted.grade_min > 1 and not others


def _moments(wanted: TicketFilter, now: datetime) -> ColumnElement[bool] | None:
    """When the running clocks are due that put a ticket on the list, if any do."""
    if wanted.due_within is not None and wanted.breached is None:
        return ticket_clocks.c.due.between(now, now + wanted.due_within)
    return ticket_clocks.c.due < now if wanted.breached else None


def _rules(wanted: TicketFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    """What `wanted` asks of every ticket on the list; its jurisdiction the scope has said."""
    if wanted.open is not None:
        yield _S.open == wanted.open
    if wanted.states:
        yield _S.state.in_(wanted.states)
    if wanted.grade_min > 0 and not _by_grade(wanted):
        yield _S.grade >= wanted.grade_min
    for column in ("unit", "topic", "event_id", "origin"):
        if getattr(wanted, column) is not None:
            yield tickets.c[column] == getattr(wanted, column)
    if wanted.breached is False:
        clocks = select(ticket_clocks.c.ticket_id).where(ticket_clocks.c.status == "running")
        yield _S.ticket_id.not_in(clocks.where(ticket_clocks.c.due < now))
    if wanted.breached is not None and wanted.due_within is not None:
        soon = ticket_clocks.c.due.between(now, now + wanted.due_within)
        running = (ticket_clocks.c.ticket_id == _S.ticket_id, ticket_clocks.c.status == "running")
        yield exists().where(*running, soon)
    if text := clean(wanted.text).strip():
        found = [c.icontains(text, autoescape=True) for c in (tickets.c.title, tickets.c.ticket_id)]
        yield or_(*found)


def _page(connection: Connection, walk: Walk, size: int, after: str | None) -> Sequence[Row[Any]]:
    query = walk.query
    if after is not None:
        at, ticket_id = page_key(after)
        same = and_(walk.at == at, walk.number < ticket_id)
        query = query.where(or_(walk.at < at, same))
    newest = (walk.at.desc(), walk.number.desc())
    return connection.execute(query.order_by(*newest).limit(size + 1)).all()


def _newest(row: Row[Any]) -> tuple[datetime, str]:
    return row.opened_at, row.ticket_id


def _total(connection: Connection, scope: str, wanted: TicketFilter, walks: Sequence[Walk]) -> int:
    asked = TicketFilter(open=wanted.open, states=wanted.states, grade_min=wanted.grade_min)
    if wanted == replace(asked, jurisdiction=wanted.jurisdiction):
        tallies = tallies_of(connection, scope)
        return tallies.number(wanted.open, wanted.states, wanted.grade_min)
    numbers = (walk.query.with_only_columns(tickets.c.ticket_id).limit(COUNTED) for walk in walks)
    found = {one for query in numbers for one in connection.execute(query).scalars()}
    return min(len(found), COUNTED)
