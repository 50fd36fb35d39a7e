"""A store with any number of open tickets for `ticket_scale`: the first ones come through the desk,
the others are copies of their rows under other numbers.

A copy has every row that the desk would have written (the audit log's entries, chained, and the
tallies included) but for changes on the way to the bus, which a sender would have taken away;
`check` holds a copy against a ticket that the desk opened in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Subquery,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    type_coerce,
    union_all,
    update,
)

from responder.audit import note, noted_act
from responder.desk import Desk, NewCase
from responder.people import Person, Role
from responder.schema import notices, outbox, ticket_clocks, ticket_events, tickets
from responder.schema_lists import ticket_scopes, ticket_tallies, ticket_waits
from responder.scopes import scopes_of
from responder.store import TicketStore
from responder.sweep import sweep_due
from yuqing.domain.jurisdiction import ChainStep, Contact, Jurisdiction, Unit
from yuqing.domain.policy import national
from yuqing.domain.verdict import Severity, Topic

START = datetime(2026, 3, 2, tzinfo=UTC)
FAR = START + timedelta(days=365)
FIRST, UNITS, AT_ONCE = 250, 40, 50
HOME = "bench"
ANALYST = Person("ana", "研判员", Role.ANALYST, HOME)
REVIEWER = Person("xu", "审核人", Role.REVIEWER, HOME)
_PATHS = ((), ("acknowledge",), ("acknowledge", "start"), ("acknowledge", "start", "submit"))
_DATA = {"submit": {"draft": "今晚修复，后续进展另行公布。"}}


def home() -> Jurisdiction:
    """A district of forty units."""
    steps = (ChainStep(timedelta(0), "duty"), ChainStep(timedelta(minutes=30), "principal"))
    units = tuple(
        Unit(f"u{n}", f"单位{n}", "bureau", Contact(f"{n}负责人", "主要负责人"), (_duty(),))
        for n in range(UNITS)
    )
    return Jurisdiction(
        code=HOME,
        name="测试区",
        level="district",
        zone="Asia/Shanghai",
        policy=national(),
        units=units,
        coordinator="u0",
        routes=((Topic.URBAN, "u1"),),
        places=(),
        chains=tuple((Severity(grade), steps) for grade in (1, 2, 3, 4)),
    )


def of_unit(number: int) -> Person:
    """Somebody who acts for one of the units."""
    return Person(f"chen{number}", "责任单位", Role.UNIT, HOME, f"u{number}")


def found_town(engine: Engine, desk: Desk) -> None:
    """The first tickets, as people open and handle them: a fifth wait for their assignment, the
    others are spread over the states up to the review; one in ten is late."""
    for number in range(FIRST):
        opened(desk, number)
    sweep_due(TicketStore(engine), {HOME: home()}, START + timedelta(minutes=20), FIRST)


def opened(desk: Desk, number: int) -> str:
    """Ticket `number`, by the desk."""
    at = START + timedelta(seconds=number)
    late = timedelta(hours=60) if number % 10 == 3 else timedelta(0)
    case = NewCase(HOME, f"事项{number}", "来电反映", "urban", 1 + number % 4, False)
    line = desk.open_by_hand(ANALYST, replace(case, discovered_at=at - late), at)
    if number % 5:
        unit, helper = number % UNITS, (number * 7 + 1) % UNITS
        data = {"unit": f"u{unit}", "co_units": [f"u{helper}"] if number % 3 == 0 else []}
        line = desk.act(ANALYST, line.ticket_id, 1, "assign", data, at)
        for action in _PATHS[number % 5 - 1]:
            told = _DATA.get(action, {})
            line = desk.act(of_unit(unit), line.ticket_id, line.version, action, told, at)
    return line.ticket_id


def grow(engine: Engine, size: int, tell: Callable[[int], None]) -> None:
    """Copy the first tickets until there are `size`, none due; what `ANALYZE` and `VACUUM` a
    PostgreSQL server does by itself it does now."""
    with engine.begin() as link:
        titled = tickets.c.title.like("事项%")
        there = link.execute(select(func.count()).where(titled)).scalar_one()
    for first in range(there // FIRST, size // FIRST, AT_ONCE):
        tell(first * FIRST)
        with engine.begin() as link:
            _copy_all(link, [f"-{n}" for n in range(first, min(first + AT_ONCE, size // FIRST))])
            _note_all(link, range(first, min(first + AT_ONCE, size // FIRST)))
    with engine.begin() as link:
        _tally(link)
        quiet(link)
        # What the desk opened has left for the bus.
        link.execute(delete(outbox).where(outbox.c.kind == "bus"))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.exec_driver_sql("VACUUM ANALYZE")


def quiet(link: Connection) -> None:
    """Nothing is due."""
    link.execute(update(tickets).where(tickets.c.next_due_at < FAR).values(next_due_at=FAR))
    link.execute(update(tickets).where(tickets.c.next_due_at.is_(None)).values(next_due_at=FAR))


def check(engine: Engine, desk: Desk, size: int, number: int) -> None:
    """Raises AssertionError unless the last copy of `number` has the rows of one that the desk has
    just opened in the same way and the sweep has looked at."""
    fresh = opened(desk, number)
    store = TicketStore(engine)
    with engine.begin() as link:
        link.execute(update(tickets).where(tickets.c.ticket_id == fresh).values(next_due_at=START))
    sweep_due(store, {HOME: home()}, START + timedelta(minutes=20), 1)
    copy = f"{_number(number)}-{size // FIRST - 1}"
    with engine.begin() as link:
        quiet(link)
        for table in _TABLES:
            left, right = (_rows_of(link, table, one) for one in (copy, fresh))
            assert left == right, f"{table.name}: {left} {right}"
    assert scopes_of(store.get(copy)) == scopes_of(store.get(fresh))


_TABLES = (tickets, ticket_scopes, ticket_waits, ticket_events, ticket_clocks, outbox, notices)
_NUMBERED = {"outbox": "outbox_id", "notices": "notice_id"}
_NAMING = {"ticket_id", "key", "link", "body", "payload"}


def _duty() -> Contact:
    return Contact("值班", "")


def copies(link: Connection) -> list[str]:
    """The numbers of the copies; who measures leaves the first tickets as they are."""
    return list(link.execute(select(tickets.c.ticket_id).where(~_is_original(tickets))).scalars())


def _is_original(table: Table) -> Any:
    return table.c.ticket_id.in_([_number(n) for n in range(FIRST)])


def _number(original: int) -> str:
    return f"{HOME.upper()}-2026-{original + 1:06d}"


def _copy_all(link: Connection, marks: list[str]) -> None:
    marked = union_all(*(select(literal(mark).label("mark")) for mark in marks)).subquery()
    for table in _TABLES:
        kept = [one for one in table.c if one.name != _NUMBERED.get(table.name)]
        copied = [_renamed(one, table, marked, link.dialect.name) for one in kept]
        first = select(*copied).select_from(table.join(marked, literal(True)))
        first = first.where(_is_original(table))
        if table is outbox:
            first = first.where(outbox.c.kind == "push")
        link.execute(insert(table).from_select([one.name for one in kept], first))


def _renamed(one: Column[Any], table: Table, marked: Subquery, dialect: str) -> Any:
    """The column as it stands in a copy: the ticket's number is another one, wherever it is."""
    number = table.c.ticket_id
    if one.name not in _NAMING:
        return one
    told = func.replace(cast(one, Text), number, number.concat(marked.c.mark))
    if one.name == "payload":
        return (cast if dialect == "postgresql" else type_coerce)(told, JSON).label(one.name)
    return told.label(one.name)


def _note_all(link: Connection, copies: range) -> None:
    acts = link.execute(select(ticket_events).where(_is_original(ticket_events))).all()
    note(
        link,
        *(
            noted_act(f"{a.ticket_id}-{n}", a.position, a.at, a.who, a.action, a.data)
            for n in copies
            for a in acts
        ),
    )


def _tally(link: Connection) -> None:
    link.execute(delete(ticket_tallies))
    link.execute(insert(ticket_tallies).from_select([c.name for c in ticket_tallies.c], counted()))


def counted() -> Any:
    """The tallies, counted anew."""
    own = ticket_scopes.c
    by_state = select(own.scope, literal("state"), own.state, own.grade, func.count())
    found = [by_state.group_by(own.scope, own.state, own.grade)]
    for column in (own.running, own.breached):
        number = func.sum(column)
        clocks = select(own.scope, literal("clock"), literal(column.name), literal(0), number)
        found.append(clocks.group_by(own.scope).having(number > 0))
    return union_all(*found)


def check_tallies(engine: Engine) -> None:
    """Raises AssertionError unless the tallies are what one counts."""
    with engine.connect() as link:
        kept = {tuple(row) for row in link.execute(select(ticket_tallies)) if row.number}
        assert kept == {tuple(row) for row in link.execute(counted())}


def _rows_of(link: Connection, table: Table, ticket_id: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.ticket_id == ticket_id)
    if table is outbox:
        query = query.where(outbox.c.kind == "push")
    rows = link.execute(query).mappings()
    return sorted((_bare(row, table, ticket_id) for row in rows), key=str)


def _bare(row: Any, table: Table, ticket_id: str) -> dict[str, Any]:
    gone = {_NUMBERED.get(table.name), "next_due_at"}
    return {k: _unnamed(v, ticket_id) for k, v in row.items() if k not in gone}


def _unnamed(value: Any, ticket_id: str) -> Any:
    if isinstance(value, dict):
        return {key: _unnamed(one, ticket_id) for key, one in value.items()}
    return value.replace(ticket_id, "#") if isinstance(value, str) else value
