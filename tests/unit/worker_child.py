"""A stage as a process: works until SIGTERM; a line on stdin lets its handler finish a batch."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry

from stream.bus import Outgoing, Record
from stream.handling import Outcome
from stream.metrics import StageMetrics
from stream.runner import Periodic, on_signals, run_together
from stream.worker import Worker
from tests.contracts.bus_harness import HandClock, open_bus


def say(text: str) -> None:
    """One line to whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(path: str, crash: bool) -> int:
    """Copy from `work` to `loose`, or crash at the first batch."""

    def handle(records: Sequence[Record]) -> Outcome:
        say(f"handling {len(records)}")
        sys.stdin.readline()
        if crash:
            raise ZeroDivisionError("a bug")
        return Outcome(tuple(Outgoing("loose", r.key, r.value) for r in records))

    clock, stop = HandClock(), threading.Event()
    bus, metrics = open_bus(path, clock, clock), StageMetrics(CollectorRegistry())
    on_signals(stop)
    worker = Worker(bus, "work", "readers", handle, stop=stop, metrics=metrics, clock=clock)
    tasks = [Periodic("lags", timedelta(seconds=30), lambda: metrics.lags(bus.lags()))]
    code = run_together([worker], tasks, stop, clock)
    bus.close()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], crash="crash" in sys.argv))
