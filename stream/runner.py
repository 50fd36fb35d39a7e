"""Several workers and periodic tasks in one process that ends well, or with exit code 1."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from stream.worker import Worker
from yuqing.domain.clock import Clock
from yuqing.domain.errors import RetryLater

log = structlog.get_logger("runner")
_SHORTEST_PAUSE = 0.05
_GRACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Periodic:
    """`run` is called at once and then every `every` of the service's clock, one call after
    another; RetryLater costs only that call, anything else ends the process."""

    name: str
    every: timedelta
    run: Callable[[], object]


def on_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT set `stop`; to be called in the main thread."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


def run_together(
    workers: Sequence[Worker], tasks: Sequence[Periodic], stop: threading.Event, clock: Clock
) -> int:
    """Run all, a thread each, until `stop` is set or one crashes; the exit code, 0 or 1."""
    crashed = threading.Event()
    jobs = [(f"{one.group}@{one.topic}", one.run) for one in workers]
    jobs += [(task.name, _repeat(task, stop, clock)) for task in tasks]
    threads = [
        threading.Thread(target=_guard(name, job, stop, crashed), name=name, daemon=True)
        for name, job in jobs
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(_GRACE_SECONDS)
        if thread.is_alive():
            log.error("did_not_stop", thread=thread.name)
            crashed.set()
    return 1 if crashed.is_set() else 0


def _guard(
    name: str, job: Callable[[], object], stop: threading.Event, crashed: threading.Event
) -> Callable[[], None]:
    def run() -> None:
        try:
            job()
        except BaseException:
            # a thread's crash must end the process, so that whoever watches it starts it anew
            log.exception("crashed", thread=name)
            crashed.set()
        finally:
            stop.set()

    return run


def _repeat(task: Periodic, stop: threading.Event, clock: Clock) -> Callable[[], None]:
    def run() -> None:
        while not stop.is_set():
            try:
                task.run()
            except RetryLater as error:
                log.warning("retry_later", task=task.name, why=str(error))
            stop.wait(max(_SHORTEST_PAUSE, clock.real_seconds(task.every)))

    return run
