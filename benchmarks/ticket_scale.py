"""Whether the ticket store stays as fast with a hundred thousand open tickets as with a thousand.

python -m benchmarks.ticket_scale [--database URL] [SIZE …]

The database is an empty SQLite file of its own, or the one named (sqlite:///FILE,
postgresql+psycopg://…). At each size, one writer: opening, acting, reading a ticket and its page,
the lists, queues and numbers of the console, and sweeps with nothing due and with some due. One
JSON line a size with medians in milliseconds, by the wall clock and by this process's processor
time (which other processes do not disturb; with SQLite all the work is in it), then the ratios:
`ratio` of the largest size to the smallest, `due` of what one due ticket costs where the most are
due to where the fewest are.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine, update

from benchmarks.ticket_crowd import (
    ANALYST,
    HOME,
    REVIEWER,
    START,
    check,
    check_tallies,
    copies,
    found_town,
    grow,
    home,
    of_unit,
    quiet,
)
from responder.desk import Desk, NewCase, TicketFilter
from responder.desk_deliveries import DeliveryFilter
from responder.schema import tickets
from responder.store import TicketStore
from responder.sweep import sweep_due
from stream.sql import open_engine

NOW = START + timedelta(minutes=40)
WRITES, READS, LISTS = 25, 25, 9
DUE = (10, 50, 150)
CHECKED = (0, 3, 14)
"""Which of the first tickets a copy is held against."""
UNIT = of_unit(7)
Taken = tuple[float, float]
"""Milliseconds by the wall clock, and of processor time."""


@dataclass(frozen=True)
class Bench:
    """What is measured, and the tickets that are there."""

    engine: Engine
    desk: Desk
    store: TicketStore
    known: Sequence[str]
    some: Sequence[str]


def main(url: str, sizes: Sequence[int]) -> None:
    """Measure at each size and print the lines."""
    console = Console(stderr=True)
    engine = open_engine(url, durable=True)
    TicketStore(engine).migrate()
    desk = Desk(engine, {HOME: home()})
    found: list[dict[str, Taken]] = []
    with console.status("opening") as status:
        found_town(engine, desk)
        for size in sizes:
            grow(engine, size, lambda there: status.update(f"growing: {there}"))
            for number in CHECKED:
                check(engine, desk, size, number)
            status.update(f"measuring at {size}")
            found.append(_measured(engine, desk))
            check_tallies(engine)
            line = {name: [round(ms, 2) for ms in taken] for name, taken in found[-1].items()}
            print(json.dumps({"database": engine.dialect.name, "tickets": size} | line), flush=True)
    print(json.dumps({"database": engine.dialect.name} | _ratios(found)))
    engine.dispose()


def _ratios(found: Sequence[dict[str, Taken]]) -> dict[str, object]:
    """[by the wall clock, by processor time] of each."""
    grown = {name: _over(found[-1][name], found[0][name]) for name in found[0]}
    few, many = DUE[0], DUE[-1]
    one_of = {
        due: tuple(ms / due for ms in found[-1][f"sweep_{due}"])  # what one due ticket costs
        for due in (few, many)
    }
    return {"ratio": grown, "due": _over(one_of[many], one_of[few])}


def _over(after: Sequence[float], before: Sequence[float]) -> list[float]:
    return [round(a / b, 2) for a, b in zip(after, before, strict=True)]


def _measured(engine: Engine, desk: Desk) -> dict[str, Taken]:
    with engine.begin() as link:
        known = copies(link)
    at = Bench(engine, desk, TicketStore(engine), known, random.Random(7).sample(known, READS))
    found = _of_tickets(at) | _of_the_console(at) | _of_a_unit(at)
    with engine.begin() as link:
        quiet(link)
    found["sweep_0"] = _median(lambda _: sweep_due(at.store, {HOME: home()}, NOW), LISTS)
    return found | {f"sweep_{due}": _swept(at, due) for due in DUE}


def _of_tickets(at: Bench) -> dict[str, Taken]:
    desk, some = at.desk, at.some
    return {
        "open": _median(lambda n: desk.open_by_hand(ANALYST, _case(n), NOW), WRITES),
        "act": _median(lambda n: _noted(at, some[n]), WRITES),
        "regrade": _median(lambda n: _graded(at, some[n], 1 + n % 4), WRITES),
        "read": _median(lambda n: at.store.history(some[n]), READS),
        "page": _median(lambda n: desk.ticket(ANALYST, some[n], NOW), READS),
    }


def _of_the_console(at: Bench) -> dict[str, Taken]:
    desk, shown = at.desk, TicketFilter(open=True)
    grave, late = TicketFilter(open=True, grade_min=4), TicketFilter(open=True, breached=True)
    soon = TicketFilter(open=True, due_within=timedelta(hours=1))
    return {
        "front_page": _median(lambda _: desk.counts(ANALYST, NOW), LISTS),
        "urgent": _median(lambda _: desk.urgent(ANALYST, NOW), LISTS),
        "list": _median(lambda _: desk.tickets(ANALYST, shown, NOW), LISTS),
        "list_grave": _median(lambda _: desk.tickets(ANALYST, grave, NOW), LISTS),
        "list_late": _median(lambda _: desk.tickets(ANALYST, late, NOW), LISTS),
        "list_soon": _median(lambda _: desk.tickets(ANALYST, soon, NOW), LISTS),
        "triage": _median(lambda _: desk.triage(ANALYST, NOW), LISTS),
        "my_work": _median(lambda _: desk.my_work(ANALYST, NOW), LISTS),
        "reviews": _median(lambda _: desk.my_work(REVIEWER, NOW), LISTS),
        "deliveries": _median(lambda _: desk.deliveries(ANALYST, DeliveryFilter()), LISTS),
        "undelivered": _median(
            lambda _: desk.deliveries(ANALYST, DeliveryFilter(state="failed")), LISTS
        ),
        "notices": _median(lambda _: desk.notices(ANALYST), LISTS),
    }


def _of_a_unit(at: Bench) -> dict[str, Taken]:
    desk = at.desk
    mine = [line.ticket_id for line in desk.tickets(UNIT, TicketFilter(), NOW).lines]
    return {
        "unit_front_page": _median(lambda _: desk.counts(UNIT, NOW), LISTS),
        "unit_urgent": _median(lambda _: desk.urgent(UNIT, NOW), LISTS),
        "unit_list": _median(lambda _: desk.tickets(UNIT, TicketFilter(open=True), NOW), LISTS),
        "unit_work": _median(lambda _: desk.my_work(UNIT, NOW), LISTS),
        "unit_page": _median(lambda n: desk.ticket(UNIT, mine[n % len(mine)], NOW), LISTS),
        "unit_notices": _median(lambda _: desk.notices(UNIT), LISTS),
        "unit_deliveries": _median(lambda _: desk.deliveries(UNIT, DeliveryFilter()), LISTS),
    }


def _case(number: int) -> NewCase:
    return NewCase(HOME, f"测量{number}", "来电反映", "urban", 1, False)


def _noted(at: Bench, ticket_id: str) -> None:
    version = at.store.get(ticket_id).version
    at.desk.act(ANALYST, ticket_id, version, "note", {"text": "已电话核实"}, NOW)


def _graded(at: Bench, ticket_id: str, grade: int) -> None:
    version = at.store.get(ticket_id).version
    data = {"grade": grade, "emergency": False, "reason": "复核"}
    at.desk.act(ANALYST, ticket_id, version, "grade", data, NOW)


def _swept(at: Bench, due: int) -> Taken:
    """One sweep with `due` tickets due."""
    with at.engine.begin() as link:
        chosen = tickets.c.ticket_id.in_(random.Random(due).sample(list(at.known), due))
        link.execute(update(tickets).where(chosen).values(next_due_at=START))
    taken = _median(lambda _: sweep_due(at.store, {HOME: home()}, NOW, limit=due), 1)
    with at.engine.begin() as link:
        quiet(link)
    return taken


def _median(work: Callable[[int], object], count: int) -> Taken:
    wall, cpu = [], []
    for number in range(count):
        began = time.perf_counter(), time.process_time()
        work(number)
        wall.append((time.perf_counter() - began[0]) * 1000)
        cpu.append((time.process_time() - began[1]) * 1000)
    return statistics.median(wall), statistics.median(cpu)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ticket_scale", description=__doc__)
    parser.add_argument("--database", metavar="URL", default="")
    parser.add_argument("sizes", metavar="SIZE", nargs="*", type=int)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        main(
            asked.database or f"sqlite:///{Path(folder) / 'tickets.db'}",
            asked.sizes or (1000, 10_000, 100_000),
        )
