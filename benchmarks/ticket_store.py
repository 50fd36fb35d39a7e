"""How fast the ticket store opens, acts, reads and sweeps: acts per second, one writer.

python -m benchmarks.ticket_store sqlite:///FILE | postgresql+psycopg://… [TICKETS]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from responder.act import Act
from responder.changes import Opening
from responder.policy import national
from responder.store import TicketStore
from responder.sweep import sweep_due
from stream.sql import open_engine

START = datetime(2026, 3, 2, tzinfo=UTC)


def main(url: str, count: int = 300) -> None:
    """Measure and print one JSON line."""
    engine = open_engine(url, durable=True)
    store = TicketStore(engine)
    store.migrate()
    ids: list[str] = []
    opened = _rate(count, lambda number: ids.append(_open(store, number)))
    acted = _rate(count * 4, lambda number: _act(store, ids[number % count], number // count))
    read = _rate(count, lambda number: store.history(ids[number]))
    began = time.perf_counter()
    looked = sweep_due(store, {}, START + timedelta(days=1), count)
    swept = looked / (time.perf_counter() - began)
    quiet = _rate(100, lambda _number: sweep_due(store, {}, START + timedelta(days=1)))
    result = {"database": engine.dialect.name, "tickets": count}
    rates = {"opens": opened, "acts": acted, "reads": read, "sweeps": swept, "idle_sweeps": quiet}
    rounded = {f"{name}_per_second": round(rate) for name, rate in rates.items()}
    print(json.dumps(result | rounded))
    engine.dispose()


def _rate(count: int, work: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(count):
        work(number)
    return count / (time.perf_counter() - began)


def _open(store: TicketStore, number: int) -> str:
    data = {"discovered_at": START.isoformat(), "grade": 3, "emergency": True}
    opening = Opening(
        jurisdiction="bench",
        zone="Asia/Shanghai",
        title=f"事件 {number}",
        topic="work_safety",
        disposition="unclear",
        places=(),
        policy=national(),
        routing=(),
        act=Act(START, "machine", "open", data),
        event_id=f"{number}-{time.monotonic_ns()}",
    )
    return store.open(opening)[0].ticket_id


def _act(store: TicketStore, ticket_id: str, step: int) -> None:
    at = START + timedelta(minutes=step + 1)
    evidence = {"published_at": at.isoformat(), "official": True, "principal": True}
    acts: tuple[tuple[str, dict[str, object]], ...] = (
        ("assign", {"unit": "yingji"}),
        ("acknowledge", {}),
        ("start", {}),
        ("publish", evidence),
    )
    action, data = acts[step]
    store.append(ticket_id, step + 1, [Act(at, "bench", action, data)])


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:3]))
