"""A process that handles a batch and then hangs before the commit, until it is killed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from prometheus_client import CollectorRegistry

from stream.bus import Record
from stream.handling import Outcome
from stream.metrics import StageMetrics
from stream.worker import Worker
from tests.contracts.bus_harness import HandClock, open_bus


def main(url: str) -> None:
    """Join the group, tell what the first batch was, and never come back."""

    def handle(records: Sequence[Record]) -> Outcome:
        sys.stdout.write(" ".join(record.value.decode() for record in records) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        return Outcome()

    clock = HandClock()
    bus = open_bus(url, clock, clock)
    metrics = StageMetrics(CollectorRegistry())
    stop = threading.Event()
    Worker(bus, "work", "readers", handle, stop=stop, metrics=metrics, clock=clock).run()


if __name__ == "__main__":
    main(sys.argv[1])
