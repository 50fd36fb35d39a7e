"""Whether the ticket store stays as fast with a hundred thousand open tickets as with a thousand.

python -m benchmarks.ticket_scale sqlite:///FILE | postgresql+psycopg://… [SIZE …]

The first tickets are opened and acted on through the desk; larger stores are made by copying their
rows (tickets, histories, clocks, pushes, notices) under other numbers. At each size, one writer:
opening, acting, reading a ticket and its page, the lists of the console, and sweeps with nothing
due and with some due. One JSON line a size with medians in milliseconds, by the wall clock and by
this process's processor time (which other processes do not disturb; with SQLite all the work is in
it), then the ratios of the largest to the smallest.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from sqlalchemy import Connection, Engine, Table, func, insert, literal, select, update

from responder.desk import Desk, NewCase, TicketFilter
from responder.people import Person, Role
from responder.schema import (
    notices,
    outbox,
    ticket_clocks,
    ticket_events,
    tickets,
)
from responder.schema_lists import ticket_scopes as ticket_units
from responder.store import TicketStore
from responder.sweep import sweep_due
from stream.sql import open_engine
from yuqing.domain.jurisdiction import ChainStep, Contact, Jurisdiction, Unit
from yuqing.domain.policy import national
from yuqing.domain.verdict import Severity, Topic

START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = START + timedelta(hours=1)
FAR = START + timedelta(days=365)
ANA = Person("ana", "研判员", Role.ANALYST, "bench")
CHEN = Person("chen", "责任单位", Role.UNIT, "bench", "u7")
FIRST, SAMPLES = 250, 50
DUE = (10, 100, 500)
Taken = tuple[float, float]
"""Milliseconds by the wall clock, and of processor time."""


def main(url: str, sizes: Sequence[int] = (1000, 10_000, 100_000)) -> None:
    """Measure at each size and print the lines."""
    console = Console(stderr=True)
    engine = open_engine(url, durable=True)
    TicketStore(engine).migrate()
    desk = Desk(engine, {"bench": _home()})
    found: list[dict[str, Taken]] = []
    with console.status("opening") as status:
        _first(desk)
        for size in sizes:
            status.update(f"growing to {size}")
            _grow(engine, size)
            status.update(f"measuring at {size}")
            found.append(_measured(engine, desk))
            line = {name: [round(ms, 2) for ms in taken] for name, taken in found[-1].items()}
            print(json.dumps({"database": engine.dialect.name, "tickets": size} | line), flush=True)
    ratios = {
        name: [round(a / b, 2) for a, b in zip(found[-1][name], found[0][name], strict=True)]
        for name in found[0]
    }
    print(json.dumps({"database": engine.dialect.name, "ratio": ratios}))
    engine.dispose()


def _home() -> Jurisdiction:
    steps = (ChainStep(timedelta(0), "duty"), ChainStep(timedelta(minutes=30), "principal"))
    duty = (Contact("值班", ""),)
    units = tuple(
        Unit(f"u{n}", f"单位{n}", "bureau", Contact(f"{n}负责人", "主要负责人"), duty)
        for n in range(40)
    )
    return Jurisdiction(
        code="bench",
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


def _first(desk: Desk) -> None:
    for number in range(FIRST):
        _opened(desk, number)


def _opened(desk: Desk, number: int) -> str:
    case = NewCase("bench", f"事项 {number}", "来电反映", "urban", 1 + number % 2, False)
    line = desk.open_by_hand(ANA, case, START)
    unit = {"unit": f"u{number % 40}"}
    return desk.act(ANA, line.ticket_id, 1, "assign", unit, START).ticket_id


def _grow(engine: Engine, size: int) -> None:
    """Copy the first thousand until there are `size`."""
    with engine.begin() as link:
        there = link.execute(select(func.count()).select_from(tickets)).scalar_one()
    for copy in range(there // FIRST, size // FIRST):
        with engine.begin() as link:
            _copied(link, f"-{copy}")
    with engine.begin() as link:
        link.execute(update(tickets).values(next_due_at=FAR))
        if engine.dialect.name == "sqlite":
            link.exec_driver_sql("ANALYZE")
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.exec_driver_sql("VACUUM ANALYZE")


def _copied(link: Connection, mark: str) -> None:
    for table in (tickets, ticket_units, ticket_events, ticket_clocks):
        _copy(link, table, mark, {"ticket_id"})
    for table, number in ((outbox, "outbox_id"), (notices, "notice_id")):
        _copy(link, table, mark, {"ticket_id", "key"}, leaving=number)


def _copy(
    link: Connection, table: Table, mark: str, renamed: set[str], leaving: str | None = None
) -> None:
    kept = [column for column in table.c if column.name != leaving]
    values: list[Any] = [
        column.concat(literal(mark)).label(column.name) if column.name in renamed else column
        for column in kept
    ]
    first = select(*values).where(table.c.ticket_id.in_(_originals()))
    if table is outbox:
        first = first.where(outbox.c.kind == "push")
    link.execute(insert(table).from_select([column.name for column in kept], first))


def _originals() -> Any:
    return select(tickets.c.ticket_id).where(
        tickets.c.ticket_id.like("BENCH-2026-______"), tickets.c.title.like("事项%")
    )


def _measured(engine: Engine, desk: Desk) -> dict[str, Taken]:
    store, dice = TicketStore(engine), random.Random(7)
    with engine.begin() as link:
        known = list(link.execute(select(tickets.c.ticket_id)).scalars())
    some = dice.sample(known, SAMPLES)
    mine = TicketFilter(open=True)
    found = {
        "open": _median(lambda n: desk.open_by_hand(ANA, _measure_case(n), NOW), SAMPLES),
        "act": _median(lambda n: _note(desk, store, some[n]), SAMPLES),
        "read": _median(lambda n: store.history(some[n]), SAMPLES),
        "page": _median(lambda n: desk.ticket(ANA, some[n], NOW), SAMPLES),
        "list": _median(lambda _: desk.tickets(ANA, mine, NOW), 20),
        "unit_list": _median(lambda _: desk.tickets(CHEN, mine, NOW), 20),
        "urgent": _median(lambda _: desk.urgent(ANA, NOW), 20),
        "counts": _median(lambda _: desk.counts(ANA, NOW), 10),
        "notices": _median(lambda _: desk.notices(CHEN), 20),
    }
    _quiet(engine)
    homes = {"bench": _home()}
    found["sweep_0"] = _median(lambda _: sweep_due(store, homes, NOW), 20)
    for due in DUE:
        found[f"sweep_{due}"] = _swept(engine, store, homes, known, due)
    _quiet(engine)
    return found


def _measure_case(number: int) -> NewCase:
    return NewCase("bench", f"测量 {number}", "来电反映", "urban", 1, False)


def _note(desk: Desk, store: TicketStore, ticket_id: str) -> None:
    version = store.get(ticket_id).version
    desk.act(ANA, ticket_id, version, "note", {"text": "已电话核实"}, NOW)


def _swept(
    engine: Engine, store: TicketStore, homes: dict[str, Jurisdiction], known: list[str], due: int
) -> Taken:
    """One sweep with `due` tickets due."""
    with engine.begin() as link:
        chosen = tickets.c.ticket_id.in_(known[:due])
        link.execute(update(tickets).where(chosen).values(next_due_at=START))
    taken = _median(lambda _: sweep_due(store, homes, NOW, limit=due), 1)
    _quiet(engine)
    return taken


def _quiet(engine: Engine) -> None:
    with engine.begin() as link:
        soon = tickets.c.next_due_at < FAR
        link.execute(update(tickets).where(soon).values(next_due_at=FAR))


def _median(work: Callable[[int], object], count: int) -> Taken:
    wall, cpu = [], []
    for number in range(count):
        began = time.perf_counter(), time.process_time()
        work(number)
        wall.append((time.perf_counter() - began[0]) * 1000)
        cpu.append((time.process_time() - began[1]) * 1000)
    return statistics.median(wall), statistics.median(cpu)


if __name__ == "__main__":
    main(sys.argv[1], [int(word) for word in sys.argv[2:]] or (1000, 10_000, 100_000))
