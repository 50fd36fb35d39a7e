"""What was refused can be listed, shown and brought back, once."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.bus import Bus, Outgoing
from stream.codec import encode
from stream.dead import list_dead, replay, show
from stream.messages import DeadLetter, Seen
from tests.contracts.bus_harness import START, Harness, values
from yuqing.domain.errors import NotFound
from yuqing.domain.post import Sighting

MESSAGE = encode(Seen(Sighting("p1", "forum:1", START)))


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    found = Harness(str(tmp_path / "bus.db"))
    yield found
    found.close()


@pytest.fixture
def bus(harness: Harness) -> Bus:
    return harness.open()


def refuse(bus: Bus, value: bytes, partition: int = 0, offset: int = 7) -> None:
    original = b64encode(value).decode()
    letter = DeadLetter("work", partition, offset, "k", original, "judge", "because", START)
    bus.publish([Outgoing("dead", "work", encode(letter))])


def test_the_list_is_newest_first_and_bounded(bus: Bus) -> None:
    for number in range(5):
        refuse(bus, f"{number}".encode())
    assert [dead.original for dead in list_dead(bus, 3)] == [b"4", b"3", b"2"]
    assert list_dead(bus, 0) == ()


def test_one_is_shown_by_its_id(bus: Bus) -> None:
    refuse(bus, b"\xff\x00 bytes")
    (dead,) = list_dead(bus)
    assert show(bus, dead.id) == dead
    assert dead.original == b"\xff\x00 bytes"
    with pytest.raises(NotFound, match="0-99"):
        show(bus, "0-99")


def test_replay_brings_back_the_original_once(harness: Harness, bus: Bus) -> None:
    refuse(bus, b"first")
    refuse(bus, b"second")
    older = list_dead(bus)[1].id
    assert replay(bus, [older], harness.clock).done == (older,)
    done = replay(bus, None, harness.clock)
    assert len(done.done) == 1
    assert older not in done.done
    assert replay(bus, None, harness.clock).done == ()
    records = bus.read("work", {}, 9)
    assert values(records) == [b"first", b"second"]
    assert {record.key for record in records} == {"k"}
    assert [dead.replayed for dead in list_dead(bus)] == [True, True]


def test_an_explicit_id_goes_again(harness: Harness, bus: Bus) -> None:
    refuse(bus, b"first")
    (dead,) = list_dead(bus)
    for _time in range(2):
        replay(bus, [dead.id], harness.clock)
    assert values(bus.read("work", {}, 9)) == [b"first", b"first"]


def test_an_unknown_id_replays_nothing(harness: Harness, bus: Bus) -> None:
    refuse(bus, b"first")
    with pytest.raises(NotFound):
        replay(bus, [list_dead(bus)[0].id, "0-77"], harness.clock)
    assert bus.read("work", {}, 9) == []


def test_a_page_that_never_was_a_message_stays_with_a_reason(harness: Harness, bus: Bus) -> None:
    refuse(bus, b"<html>half a page", partition=-1, offset=-1)
    refuse(bus, MESSAGE, partition=-1, offset=-1)
    message, page = list_dead(bus)
    done = replay(bus, None, harness.clock)
    assert done.done == (message.id,)
    assert [id for id, _why in done.left] == [page.id]
    assert "parser" in done.left[0][1]
    assert values(bus.read("work", {}, 9)) == [MESSAGE]


def test_rubbish_on_the_dead_topic_is_listed_not_fatal(harness: Harness, bus: Bus) -> None:
    bus.publish([Outgoing("dead", "work", b"rubbish"), Outgoing("dead", "work", MESSAGE)])
    assert [dead.readable for dead in list_dead(bus)] == [False, False]
    assert "Seen" in list_dead(bus)[0].letter.reason
    done = replay(bus, None, harness.clock)
    assert (done.done, len(done.left)) == ((), 2)
