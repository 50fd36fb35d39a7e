"""The worker loop: what is published and committed when, and how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from stream.bus import Bus, Outgoing, Record
from stream.codec import encode
from stream.dead import list_dead
from stream.handling import Handler, Outcome, Refusal, each
from stream.messages import Message, Seen
from stream.metrics import StageMetrics
from stream.runner import Periodic, run_together
from stream.worker import Pace, Worker, drain
from tests.contracts.bus_harness import HIGH_WATER, START, Harness, numbered, values
from yuqing.domain.errors import InvalidMessage, RetryLater
from yuqing.domain.post import Sighting

ROOT = Path(__file__).resolve().parents[2]
QUICK = Pace(batch=10, wait=0.0, first_pause=0.001, longest_pause=0.002, beat=0.0)


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    found = Harness(str(tmp_path / "bus.db"))
    yield found
    found.close()


@pytest.fixture
def bus(harness: Harness) -> Bus:
    return harness.open()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


class Desk:
    """Makes workers that share what they need."""

    def __init__(self, harness: Harness, bus: Bus, registry: CollectorRegistry) -> None:
        self.harness, self.bus = harness, bus
        self.stop, self.metrics = threading.Event(), StageMetrics(registry)
        self.beats: list[tuple[bool, str]] = []

    def worker(self, handler: Handler) -> Worker:
        return Worker(
            self.bus,
            "work",
            "readers",
            handler,
            stop=self.stop,
            metrics=self.metrics,
            clock=self.harness.clock,
            pace=QUICK,
            beat=lambda ok, detail: self.beats.append((ok, detail)),
        )


@pytest.fixture
def desk(harness: Harness, bus: Bus, registry: CollectorRegistry) -> Desk:
    return Desk(harness, bus, registry)


def copy(records: Sequence[Record]) -> Outcome:
    return Outcome(tuple(Outgoing("loose", r.key, r.value) for r in records))


def seen(number: int) -> bytes:
    return encode(Seen(Sighting(f"p{number}", "forum:1", START)))


def test_results_are_published_and_the_batch_committed(desk: Desk, bus: Bus) -> None:
    bus.publish(numbered(25))
    assert desk.worker(copy).run_until_idle() == 25
    assert sorted(values(bus.read("loose", {}, 99))) == sorted(m.value for m in numbered(25))
    assert bus.lags()["readers", "work"] == 0
    assert desk.worker(copy).run_until_idle() == 0


def test_drain_handles_what_there_is(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(9))
    metrics = StageMetrics(CollectorRegistry())
    assert drain(bus, "work", "readers", copy, metrics, harness.clock) == 9


def test_refusals_of_a_batch_go_to_dead_and_the_rest_on(desk: Desk, bus: Bus) -> None:
    bus.publish(numbered(3, keys=1))

    def refuse_second(records: Sequence[Record]) -> Outcome:
        return Outcome(refused=(Refusal(records[1], "field title: missing"),))

    desk.worker(refuse_second).run_until_idle()
    (dead,) = list_dead(bus)
    assert (dead.original, dead.letter.reason) == (b"k0/1", "field title: missing")
    assert (dead.letter.group, dead.letter.at) == ("readers", START)


def test_retry_in_the_middle_hands_on_what_was_done(desk: Desk, bus: Bus) -> None:
    bus.publish([Outgoing("work", "k", seen(n)) for n in range(4)])
    states: list[int] = []
    away = iter([True])

    def handle(_message: Message, record: Record) -> Iterable[Outgoing]:
        if record.offset == 2 and next(away, False):
            states.append(-1)
            raise RetryLater("away")
        states.append(record.offset)
        yield Outgoing("loose", "k", record.value)

    assert desk.worker(each(handle)).run_until_idle() == 4
    assert states == [0, 1, -1, 2, 3]
    assert values(bus.read("loose", {}, 99)) == [seen(n) for n in range(4)]
    assert (False, "away") in desk.beats
    assert desk.beats[-1] == (True, "")


def test_an_invalid_record_does_not_stop_its_neighbours(desk: Desk, bus: Bus) -> None:
    bus.publish([Outgoing("work", "k", value) for value in (seen(0), b"{", seen(2))])

    def handle(message: Message, record: Record) -> Iterable[Outgoing]:
        assert isinstance(message, Seen)
        if message.sighting.post_id == "p2":
            raise InvalidMessage("field post_id: not today")
        yield Outgoing("loose", record.key, record.value)

    desk.worker(each(handle)).run_until_idle()
    assert values(bus.read("loose", {}, 99)) == [seen(0)]
    assert [dead.letter.offset for dead in list_dead(bus)] == [2, 1]


def test_a_publisher_held_back_commits_nothing(desk: Desk, bus: Bus) -> None:
    bus.publish(numbered(HIGH_WATER))
    bus.publish(numbered(5))
    tries: list[int] = []

    def echo(records: Sequence[Record]) -> Outcome:
        tries.append(len(records))
        if len(tries) == 3:
            desk.stop.set()
        return Outcome(tuple(numbered(1)))

    desk.worker(echo).run()
    assert tries == [10, 10, 10]
    assert desk.beats[0][0] is False
    assert "behind" in desk.beats[0][1]
    assert bus.lags()["readers", "work"] == HIGH_WATER + 5


def test_a_crash_leaves_the_batch_and_the_group(desk: Desk, bus: Bus) -> None:
    bus.publish(numbered(5))

    def broken(_records: Sequence[Record]) -> Outcome:
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        desk.worker(broken).run()
    assert bus.lags()["readers", "work"] == 5
    assert desk.worker(copy).run_until_idle() == 5


def test_a_missed_beat_costs_only_the_beat(desk: Desk, bus: Bus) -> None:
    bus.publish(numbered(5))

    def away(_ok: bool, _detail: str) -> None:
        raise RetryLater("database: locked")

    worker = Worker(
        bus,
        "work",
        "readers",
        copy,
        stop=desk.stop,
        metrics=desk.metrics,
        clock=desk.harness.clock,
        pace=QUICK,
        beat=away,
    )
    assert worker.run_until_idle() == 5


def test_metrics_tell_handled_dead_retried_and_lag(
    desk: Desk, bus: Bus, registry: CollectorRegistry
) -> None:
    bus.publish([Outgoing("work", "k", value) for value in (seen(0), b"{", seen(2))])
    away = iter([True])

    def handle(_message: Message, _record: Record) -> Iterable[Outgoing]:
        if next(away, False):
            raise RetryLater("away")
        return ()

    desk.metrics.lags(bus.lags())
    assert 'yuqing_lag_records{stage="readers",topic="work"} 3.0' in told(registry)
    desk.worker(each(handle)).run_until_idle()
    desk.metrics.lags(bus.lags())
    for line in (
        'yuqing_lag_records{stage="readers",topic="work"} 0.0',
        'yuqing_handled_total{stage="readers",topic="work"} 3.0',
        'yuqing_dead_total{stage="readers",topic="work"} 1.0',
        'yuqing_retried_total{stage="readers",topic="work"} 1.0',
        'yuqing_stage_seconds_count{stage="readers",topic="work"} 1.0',
    ):
        assert line in told(registry)


def told(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def child(harness: Harness, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.unit.worker_child", harness.url, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_sigterm_finishes_the_batch_commits_and_leaves(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(8))
    with child(harness) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "handling 8\n"
        process.send_signal(signal.SIGTERM)
        process.communicate("\n", timeout=30)
    assert process.returncode == 0
    assert len(bus.read("loose", {}, 99)) == 8
    assert bus.lags()["readers", "work"] == 0
    bus.publish(numbered(4))
    follower = bus.subscribe("work", "readers")
    assert len(harness.take(follower, 4)) == 4
    follower.close()


def test_a_crash_of_one_thread_ends_the_process_with_1(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(8))
    with child(harness, "crash") as process:
        said, _ = process.communicate("\n", timeout=30)
    assert process.returncode == 1
    assert "ZeroDivisionError: a bug" in said
    assert bus.lags()["readers", "work"] == 8


def test_tasks_come_round_until_told_to_stop(desk: Desk) -> None:
    calls: list[int] = []

    def sweep() -> None:
        calls.append(len(calls))
        if len(calls) == 2:
            raise RetryLater("the database is away")
        if len(calls) == 3:
            desk.stop.set()

    tasks = [Periodic("sweep", timedelta(0), sweep)]
    assert run_together([], tasks, desk.stop, desk.harness.clock) == 0
    assert calls == [0, 1, 2]
