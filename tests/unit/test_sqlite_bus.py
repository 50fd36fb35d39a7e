"""The embedded bus where it differs from Kafka: leases, retention, processes, a full disk."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stream.bus import Outgoing, Subscription
from stream.retention import Retention
from stream.sqlite_bus import SqliteBus, SqliteLimits
from tests.contracts.bus_harness import PLANS, HandClock, Harness, numbered, values
from yuqing.domain.errors import RetryLater

ROOT = Path(__file__).resolve().parents[2]
LIMITS = SqliteLimits(busy_seconds=0.05)


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    found = Harness(str(tmp_path / "bus.db"))
    yield found
    found.close()


def opened(harness: Harness, limits: SqliteLimits = LIMITS) -> SqliteBus:
    bus = SqliteBus(
        Path(harness.url), PLANS, harness.clock, harness.real.now, limits, pause=lambda _s: None
    )
    harness.opened.append(bus)
    return bus


def share(members: list[Subscription]) -> list[int]:
    """How many of four partitions each member owns, after all have had time to look."""
    for _round in range(4):
        came = [{record.partition for record in member.poll(100, 0.0)} for member in members]
        for member in members:
            member.retry()
    return [len(partitions) for partitions in came]


def test_shares_are_fair_whoever_comes_and_goes(harness: Harness) -> None:
    bus = opened(harness)
    bus.publish(numbered(60, keys=60))
    members: list[Subscription] = []
    for expected in ([4], [2, 2], [2, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1, 0]):
        harness.real.forward(timedelta(seconds=1))
        members.append(bus.subscribe("work", "readers"))
        assert share(members) == expected
    members.pop(1).close()
    assert share(members) == [1, 1, 1, 1]
    while len(members) > 1:
        members.pop().close()
    assert share(members) == [4]
    members.pop().close()


def test_a_silent_member_loses_its_partitions_after_the_lease(harness: Harness) -> None:
    bus = opened(harness)
    bus.publish(numbered(20, keys=20))
    silent, other = bus.subscribe("work", "readers"), bus.subscribe("work", "readers")
    assert share([silent, other]) == [2, 2]
    polled = silent.poll(100, 0.0)
    harness.real.forward(LIMITS.lease - timedelta(seconds=1))
    assert len(other.poll(100, 0.0)) == 20 - len(polled)
    harness.real.forward(LIMITS.lease / 3)
    other.retry()
    assert len(other.poll(100, 0.0)) == 20
    silent.commit(polled)
    assert bus.lags()["readers", "work"] == 20
    assert share([silent, other]) == [2, 2]
    silent.close()
    other.close()


def test_members_that_poll_keep_their_lease(harness: Harness) -> None:
    bus = opened(harness)
    bus.publish(numbered(20, keys=20))
    members: list[Subscription] = [bus.subscribe("work", "readers") for _ in range(2)]
    for _minute in range(10):
        harness.real.forward(LIMITS.lease / 2)
        for member in members:
            member.poll(1, 0.0)
    assert share(members) == [2, 2]
    for member in members:
        member.close()


def test_old_records_go_once_every_planned_group_has_committed_them(harness: Harness) -> None:
    bus = opened(harness, replace(LIMITS, retention=Retention(age=timedelta(days=2))))
    bus.publish(numbered(20) + numbered(20, topic="loose"))
    harness.clock.forward(timedelta(days=3))
    bus.publish(numbered(5) + numbered(5, topic="loose"))
    assert {one.topic: one.dropped for one in bus.trim()} == {"work": 0, "loose": 20, "dead": 0}
    subscription = bus.subscribe("work", "readers")
    subscription.commit(subscription.poll(25, 0.0))
    assert {one.topic: one.dropped for one in bus.trim()}["work"] == 20
    assert sorted(values(bus.read("work", {}, 100))) == sorted(m.value for m in numbered(5))
    assert bus.lags()["readers", "work"] == 0
    subscription.close()


def test_too_many_records_go_and_unread_ones_only_beyond_the_hard_limit(harness: Harness) -> None:
    retention = Retention(count=10, hard_count=30)
    bus = opened(harness, replace(LIMITS, retention=retention))
    bus.publish([Outgoing("work", "k", f"{n}".encode()) for n in range(25)])
    assert bus.trim()[0].dropped == 0
    bus.publish([Outgoing("work", "k", f"{n}".encode()) for n in range(25, 40)])
    trimmed = bus.trim()[0]
    assert (trimmed.dropped, trimmed.unread) == (10, 10)
    assert bus.lags()["readers", "work"] == 30
    subscription = bus.subscribe("work", "readers")
    assert subscription.poll(1, 0.0)[0].value == b"10"
    subscription.commit(subscription.poll(100, 0.0))
    assert bus.trim()[0].dropped == 20
    assert len(bus.read("work", {}, 100)) == 10
    subscription.close()


def test_a_locked_file_is_a_matter_of_waiting(harness: Harness) -> None:
    bus = opened(harness)
    subscription = bus.subscribe("work", "readers")
    holder = sqlite3.connect(harness.url, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(RetryLater, match="locked"):
        bus.publish(numbered(1))
    with pytest.raises(RetryLater, match="locked"):
        subscription.poll(1, 0.0)
    holder.execute("ROLLBACK")
    holder.close()
    bus.publish(numbered(1))
    assert values(subscription.poll(1, 0.0)) == [b"k0/0"]
    subscription.close()


def test_a_full_file_refuses_whole_batches_and_still_lets_readers_finish(harness: Harness) -> None:
    bus = opened(harness, replace(LIMITS, max_pages=40, retention=Retention(count=1)))
    batch = [Outgoing("work", "k", bytes(1000)) for _ in range(10)]
    published, said = _publish_until_full(bus, batch)
    assert "full" in said
    assert 0 < published == len(bus.read("work", {}, 1000))
    subscription = bus.subscribe("work", "readers")
    subscription.commit(subscription.poll(1000, 0.0))
    assert bus.lags()["readers", "work"] == 0
    bus.trim()
    bus.publish(batch)
    subscription.close()


def _publish_until_full(bus: SqliteBus, batch: list[Outgoing]) -> tuple[int, str]:
    published = 0
    try:
        for _attempt in range(100):
            bus.publish(batch)
            published += len(batch)
    except RetryLater as error:
        return published, str(error)
    return published, "never"


_FILLER = """
import resource, signal, sys
from pathlib import Path
from stream.bus import Outgoing
from tests.contracts.bus_harness import HandClock, open_bus
from yuqing.domain.errors import RetryLater
bus = open_bus(sys.argv[1], HandClock(), HandClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
published = 0
try:
    for n in range(1000):
        bus.publish([Outgoing("loose", "k", bytes(2000))])
        published += 1
except RetryLater as error:
    print(published, error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
bus.publish([Outgoing("loose", "k", b"after")])
bus.close()
"""


def test_a_disk_that_takes_no_more_is_a_matter_of_waiting(harness: Harness) -> None:
    command = [sys.executable, "-c", _FILLER, harness.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    published, said = done.stdout.split(" ", 1)
    assert "disk I/O error" in said or "full" in said
    kept = values(opened(harness).read("loose", {}, 2000))
    assert kept == [bytes(2000)] * int(published) + [b"after"]
    assert int(published) > 10


_PUBLISHER = """
import sys
from stream.bus import Outgoing
from tests.contracts.bus_harness import HandClock, open_bus
bus = open_bus(sys.argv[1], HandClock(), HandClock())
for n in range(200):
    bus.publish([Outgoing("loose", sys.argv[2], f"{n}".encode())])
bus.close()
"""


def test_processes_publish_side_by_side(harness: Harness) -> None:
    names = ["a", "b", "c"]
    children = [
        subprocess.Popen([sys.executable, "-c", _PUBLISHER, harness.url, name], cwd=ROOT)
        for name in names
    ]
    assert [child.wait() for child in children] == [0, 0, 0]
    by_key = defaultdict(list)
    for record in opened(harness).read("loose", {}, 1000):
        by_key[record.key].append(int(record.value))
    assert by_key == {name: list(range(200)) for name in names}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "poll", "commit", "retry", "join", "leave", "die", "trim"]),
        st.integers(0, 5),
    ),
    max_size=40,
)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_nothing_is_lost_or_turned_round_whatever_members_do(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    harness = Harness(str(tmp_path_factory.mktemp("bus") / "bus.db"))
    bus = opened(harness, replace(LIMITS, retention=Retention(count=3)))
    play = _Play(harness, bus)
    for step, which in steps:
        getattr(play, step)(which)
    play.finish()
    assert play.committed == set(range(play.sent))
    harness.close()


class _Play:
    """Members that poll, commit, leave and die; what each handed over is checked on the way."""

    def __init__(self, harness: Harness, bus: SqliteBus) -> None:
        self.harness, self.bus, self.sent = harness, bus, 0
        self.members: list[Subscription] = []
        self.gone: list[Subscription] = []
        self.polled: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.hands: dict[int, list[object]] = defaultdict(list)
        self.committed: set[int] = set()

    def publish(self, which: int) -> None:
        numbers = range(self.sent, self.sent + which)
        self.bus.publish([Outgoing("work", f"k{n % 5}", f"{n}".encode()) for n in numbers])
        self.sent += which

    def join(self, _which: int) -> None:
        self.members.append(self.bus.subscribe("work", "readers"))

    def poll(self, which: int) -> None:
        for member in self._one(which):
            records = member.poll(which + 1, 0.0)
            by_partition = defaultdict(list)
            for record in records:
                by_partition[record.partition].append(record.offset)
            assert all(o == sorted(o) for o in by_partition.values())
            self.hands[id(member)] += records

    def commit(self, which: int) -> None:
        for member in self._one(which):
            records = self.hands.pop(id(member), [])
            member.commit(records)  # type: ignore[arg-type]
            self.committed |= {int(r.value) for r in records}  # type: ignore[attr-defined]

    def retry(self, which: int) -> None:
        for member in self._one(which):
            member.retry()
            self.hands.pop(id(member), None)

    def leave(self, which: int) -> None:
        for member in self._one(which):
            self.members.remove(member)
            member.close()
            self.gone.append(member)

    def die(self, which: int) -> None:
        for member in self._one(which):
            self.members.remove(member)
            self.gone.append(member)
            self.harness.real.forward(timedelta(minutes=1))

    def trim(self, _which: int) -> None:
        self.bus.trim()

    def finish(self) -> None:
        """One last member gets all that nobody committed."""
        self.harness.real.forward(timedelta(minutes=1))
        last = self.bus.subscribe("work", "readers")
        for _round in range(100):
            records = last.poll(10, 0.0)
            last.commit(records)
            self.committed |= {int(record.value) for record in records}
        assert self.bus.lags()["readers", "work"] == 0
        for member in (last, *self.members):
            member.close()

    def _one(self, which: int) -> list[Subscription]:
        return [self.members[which % len(self.members)]] if self.members else []


def test_a_topic_keeps_the_partitions_it_was_made_with(harness: Harness) -> None:
    opened(harness).publish(numbered(40, keys=40))
    more = tuple(replace(plan, partitions=9) for plan in PLANS)
    bus = SqliteBus(harness.url, more, HandClock(), HandClock().now, LIMITS)
    bus.publish(numbered(40, keys=40))
    homes = defaultdict(set)
    for record in bus.read("work", {}, 100):
        homes[record.key].add(record.partition)
    assert all(len(partitions) == 1 for partitions in homes.values())
    bus.close()
