"""What every Bus promises, asked of SQLite and of a real Kafka."""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from stream.bus import Bus, Outgoing, Record, Subscription
from stream.codec import encode
from stream.dead import list_dead, replay
from stream.handling import Outcome, each
from stream.messages import Message, Seen
from stream.metrics import StageMetrics
from stream.worker import Pace, Worker
from tests.contracts.bus_harness import HIGH_WATER, START, Harness, numbered, values
from yuqing.domain.errors import Backlogged, InvalidMessage, RetryLater
from yuqing.domain.post import Sighting

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    if request.param == "kafka":
        servers = request.getfixturevalue("kafka_servers")
        found = Harness(f"kafka://{servers}/t{uuid.uuid4().hex[:10]}")
    else:
        found = Harness(str(tmp_path / "bus.db"))
    yield found
    found.close()


@pytest.fixture
def bus(harness: Harness) -> Bus:
    return harness.open()


def test_records_of_one_key_keep_their_order(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(40))
    bus.publish(numbered(20, keys=3))
    subscription = bus.subscribe("work", "readers")
    by_key = defaultdict(list)
    for record in harness.take(subscription, 60):
        by_key[record.key].append(record.value)
    subscription.close()
    sent = defaultdict(list)
    for message in numbered(40) + numbered(20, keys=3):
        sent[message.key].append(message.value)
    assert by_key == sent


def test_a_key_keeps_its_partition(harness: Harness, bus: Bus) -> None:
    for _round in range(3):
        bus.publish(numbered(14, topic="loose"))
    homes = defaultdict(set)
    for record in bus.read("loose", {}, 100):
        homes[record.key].add(record.partition)
    assert len(homes) == 7
    assert all(len(partitions) == 1 for partitions in homes.values())
    assert len(set.union(*homes.values())) > 1


def test_bytes_keys_and_times_come_back_as_sent(harness: Harness, bus: Bus) -> None:
    large = bytes(range(256)) * 8192
    bus.publish([Outgoing("loose", "论坛:帖子/1 'x'", large), Outgoing("loose", "", b"")])
    found = {record.key: record for record in bus.read("loose", {}, 10)}
    assert found["论坛:帖子/1 'x'"].value == large
    assert found[""].value == b""
    assert {record.at for record in found.values()} == {START}


def test_a_new_group_starts_at_the_oldest_record(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(10))
    first, second = bus.subscribe("work", "readers"), bus.subscribe("work", "newcomers")
    assert len(harness.take(first, 10)) == 10
    assert len(harness.take(second, 10)) == 10
    first.close()
    second.close()


def test_committed_records_do_not_come_again(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(10))
    subscription = bus.subscribe("work", "readers")
    subscription.commit(harness.take(subscription, 10))
    subscription.close()
    bus.publish([Outgoing("work", "k1", b"fresh")])
    again = harness.open().subscribe("work", "readers")
    assert values(harness.take(again, 1)) == [b"fresh"]
    assert again.poll(10, 0.0) == []
    again.close()


def test_uncommitted_records_come_again_to_the_next_member(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(10))
    subscription = bus.subscribe("work", "readers")
    polled = harness.take(subscription, 10)
    subscription.commit(polled[:4])
    subscription.close()
    again = bus.subscribe("work", "readers")
    assert set(harness.take(again, 6)) == set(polled[4:])
    again.close()


def test_retry_delivers_again_what_was_not_committed(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(10, keys=1))
    subscription = bus.subscribe("work", "readers")
    polled = harness.take(subscription, 10)
    subscription.retry()
    assert harness.take(subscription, 10) == polled
    subscription.commit(polled[:3])
    subscription.retry()
    assert harness.take(subscription, 7) == polled[3:]
    subscription.close()


def test_a_crash_between_handle_and_commit_loses_nothing(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(10, keys=1))
    command = [sys.executable, "-m", "tests.contracts.bus_child", harness.url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None
        handled = child.stdout.readline().split()
        child.kill()
    assert handled
    harness.lease_runs_out()
    subscription = bus.subscribe("work", "readers")
    again = harness.take(subscription, 10)
    assert values(again) == [message.value for message in numbered(10, keys=1)]
    assert set(handled) <= {value.decode() for value in values(again)}
    subscription.close()


def test_two_members_share_a_group_and_one_takes_over(harness: Harness, bus: Bus) -> None:
    first, second = bus.subscribe("work", "readers"), harness.open().subscribe("work", "readers")
    shares = _settled(bus, [first, second], harness)
    assert set(shares[0]).isdisjoint(shares[1])
    assert sorted(shares[0] + shares[1]) == [0, 1, 2, 3]
    assert len(shares[0]) == 2
    second.close()
    alone = _settled(bus, [first], harness)
    assert sorted(alone[0]) == [0, 1, 2, 3]
    first.close()


def test_a_commit_for_a_partition_that_moved_is_skipped(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(40, keys=40))
    slow = bus.subscribe("work", "readers")
    polled = harness.take(slow, 40)
    quick = harness.open().subscribe("work", "readers")
    taken: set[Record] = set()
    for _attempt in range(60):
        slow.poll(40, harness.patience / 10)
        taken |= set(quick.poll(40, harness.patience / 10))
        if taken:
            break
    assert taken
    assert taken < set(polled)
    slow.commit(polled)
    quick.close()
    slow.close()
    rest = bus.subscribe("work", "readers")
    again: set[Record] = set()
    for _attempt in range(20):
        again |= set(rest.poll(40, harness.patience))
        if taken <= again:
            break
    assert taken <= again
    rest.close()


def test_rewind_replays_the_topic_to_the_whole_group(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(20))
    first, second = bus.subscribe("work", "readers"), bus.subscribe("work", "readers")
    _settled(bus, [first, second], harness)
    kept = set(bus.read("work", {}, 10_000))
    assert bus.lags()["readers", "work"] == 0
    first.rewind()
    assert bus.lags()["readers", "work"] == len(kept)
    again: set[Record] = set()
    for _attempt in range(300):
        for member in (first, second):
            records = member.poll(50, harness.patience / 10)
            member.commit(records)
            again |= set(records)
        if again == kept:
            break
    assert again == kept
    first.close()
    second.close()


def test_publishers_are_held_back_while_a_planned_group_is_behind(
    harness: Harness, bus: Bus
) -> None:
    bus.publish(numbered(HIGH_WATER + 1))
    with pytest.raises(Backlogged, match="readers"):
        bus.publish([Outgoing("work", "k", b"one too many")])
    bus.publish([Outgoing("loose", "k", b"another topic is free")])
    subscription = bus.subscribe("work", "readers")
    subscription.commit(harness.take(subscription, HIGH_WATER + 1))
    bus.publish([Outgoing("work", "k", b"now")])
    assert values(harness.take(subscription, 1)) == [b"now"]
    subscription.close()


def test_reading_needs_no_group_and_moves_none(harness: Harness, bus: Bus) -> None:
    bus.publish(numbered(30))
    every = bus.read("work", {}, 100)
    assert len(every) == 30
    start = {record.partition: record.offset for record in every}
    last = bus.read("work", start, 100)
    assert {record.partition: record.offset for record in last} == start
    assert len(last) == len(start)
    assert list(bus.read("work", {}, 7)) == list(every)[:7]
    assert bus.lags()["readers", "work"] == 30


def test_lags_count_what_a_planned_group_has_not_committed(harness: Harness, bus: Bus) -> None:
    assert bus.lags() == {("readers", "work"): 0}
    bus.publish(numbered(12, keys=1))
    subscription = bus.subscribe("work", "readers")
    polled = harness.take(subscription, 12)
    assert bus.lags() == {("readers", "work"): 12}
    subscription.commit(polled[:5])
    assert bus.lags() == {("readers", "work"): 7}
    subscription.close()


def test_a_topic_outside_the_plan_is_a_mistake(bus: Bus) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        bus.publish([Outgoing("nowhere", "k", b"")])
    with pytest.raises(ValueError, match="nowhere"):
        bus.subscribe("nowhere", "readers")


def test_a_poison_message_goes_to_dead_and_comes_back(harness: Harness, bus: Bus) -> None:
    good = encode(Seen(Sighting("p1", "forum:1", START)))
    poison = b'{"v": 1, "kind": "seen", "data": {}}\xff'
    bus.publish([Outgoing("work", "k", value) for value in (good, poison, good)])
    stop, copied = threading.Event(), []

    def copy(_message: Message, record: Record) -> Iterable[Outgoing]:
        copied.append(record.value)
        yield Outgoing("loose", record.key, record.value)

    _worker(bus, copy, stop).run_until_idle()
    assert copied == [good, good]
    (dead,) = list_dead(bus)
    assert (dead.letter.topic, dead.letter.key, dead.letter.group) == ("work", "k", "readers")
    assert dead.original == poison
    assert "JSON" in dead.letter.reason
    assert replay(bus, None, harness.clock).done == (dead.id,)
    assert values(bus.read("work", {}, 10))[-1] == poison
    assert [one.replayed for one in list_dead(bus)] == [True]


def test_a_handler_that_must_wait_is_asked_again(harness: Harness, bus: Bus) -> None:
    sent = [encode(Seen(Sighting(f"p{n}", "forum:1", START))) for n in range(5)]
    bus.publish([Outgoing("work", "k", value) for value in sent])
    stop, failures, seen = threading.Event(), iter([True, True]), []

    def handle(_message: Message, record: Record) -> Iterable[Outgoing]:
        if record.value == sent[3] and next(failures, False):
            raise RetryLater("the store is away")
        seen.append(record.value)
        return []

    assert _worker(bus, handle, stop).run_until_idle() == 5
    assert seen == sent
    assert list_dead(bus) == ()


def test_invalid_of_a_whole_batch_finds_its_one_record(harness: Harness, bus: Bus) -> None:
    bus.publish([Outgoing("work", "k", value) for value in (b"a", b"b", b"c")])

    def handle(records: Sequence[Record]) -> Outcome:
        if b"b" in values(records):
            raise InvalidMessage("there is a b")
        return Outcome(tuple(Outgoing("loose", r.key, r.value) for r in records))

    metrics, stop = StageMetrics(CollectorRegistry()), threading.Event()
    worker = Worker(
        bus, "work", "readers", handle, stop=stop, metrics=metrics, clock=harness.clock, pace=QUICK
    )
    worker.run_until_idle()
    assert values(bus.read("loose", {}, 10)) == [b"a", b"c"]
    assert [dead.original for dead in list_dead(bus)] == [b"b"]
    assert bus.lags()["readers", "work"] == 0


QUICK = Pace(first_pause=0.001, longest_pause=0.002)


def _worker(bus: Bus, handle: object, stop: threading.Event) -> Worker:
    metrics, clock = StageMetrics(CollectorRegistry()), Harness("").clock
    handler = each(handle)  # type: ignore[arg-type]
    return Worker(
        bus, "work", "readers", handler, stop=stop, metrics=metrics, clock=clock, pace=QUICK
    )


def _settled(bus: Bus, members: list[Subscription], harness: Harness) -> list[list[int]]:
    """The partitions of each member, once every record of a round comes exactly once."""
    for attempt in range(50):
        sent = [Outgoing("work", f"{n}", f"{attempt}/{n}".encode()) for n in range(40)]
        bus.publish(sent)
        came: list[list[Record]] = [[] for _ in members]
        for _poll in range(10):
            found = 0
            for place, member in enumerate(members):
                records = member.poll(50, harness.patience / 10)
                member.commit(records)
                came[place] += records
                found += len(records)
            if sum(map(len, came)) >= 40 and not found:
                break  # not earlier: what is left of a round would spoil every one after it
        every = [value for share in came for value in values(share)]
        if sorted(every) == sorted(m.value for m in sent) and all(came):
            return [sorted({record.partition for record in share}) for share in came]
    raise AssertionError("the group never came to rest")
