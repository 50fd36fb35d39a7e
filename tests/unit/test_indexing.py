"""The index stage: what is good gets in, what is wrong is refused by its own record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from stream.bus import Outgoing, Record
from stream.codec import encode
from stream.index import Search
from stream.indexing import indexing, judged_on, settling
from stream.messages import Corrected, Crawled, Regrouped
from stream.sqlite_bus import SqliteBus
from stream.sqlite_index import SqliteIndex
from stream.topics import TOPICS
from tests.contracts.index_posts import NOON, judged, seen
from yuqing.domain.decision import Regroup, confirmed, labels_of
from yuqing.domain.verdict import Topic


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    index = SqliteIndex(tmp_path / "index.db")
    yield index
    index.close()


def records(*values: bytes) -> list[Record]:
    return [Record("posts.judged", 0, n, "k", value, NOON) for n, value in enumerate(values)]


def test_a_batch_is_put_and_a_replay_changes_nothing(index: SqliteIndex) -> None:
    post = judged("a")
    batch = records(encode(post), encode(seen(post, 5, 7)), encode(judged("b")))
    assert indexing(index)(batch).refused == ()
    once = index.search(Search())
    assert [hit.sighting.likes for hit in once.hits] == [7, 1]
    indexing(index)(batch)
    assert index.search(Search()) == once


def test_wrong_records_are_refused_and_the_others_are_in(index: SqliteIndex) -> None:
    post = judged("a")
    stray = Crawled(post.post, post.sighting)
    batch = records(encode(post), b"{broken", encode(stray), encode(judged("z")))
    outcome = indexing(index)(batch)
    assert [refusal.record.offset for refusal in outcome.refused] == [1, 2]
    assert "not JSON" in outcome.refused[0].reason
    assert outcome.refused[1].reason == "Crawled has no place on posts.judged"
    assert index.search(Search()).total == 2
    assert outcome.outgoing == ()


def test_an_empty_batch_does_nothing(index: SqliteIndex) -> None:
    assert indexing(index)([]).refused == ()


def test_times_that_no_calendar_holds_do_not_stop_the_stage(index: SqliteIndex) -> None:
    good = orjson.loads(encode(judged("bad")))
    good["data"]["post"]["published_at"] = "2026-03-10T04:00:00"
    outcome = indexing(index)(records(orjson.dumps(good), encode(judged("a"))))
    assert "no time zone" in outcome.refused[0].reason
    assert index.search(Search()).total == 1


def test_a_post_without_a_time_of_its_own_is_kept_by_when_it_was_seen(index: SqliteIndex) -> None:
    post = judged("a")
    post = replace(post, post=replace(post.post, published_at=None))
    indexing(index)(records(encode(post)))
    page = index.search(Search(since=post.post.seen_at))
    assert page.hits == (post,)


class Still:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOON

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


def test_rebuilding_reads_all_that_the_bus_holds(index: SqliteIndex, tmp_path: Path) -> None:
    bus = SqliteBus(tmp_path / "bus.db", TOPICS, Still(), lambda: NOON)
    posts = [judged(f"{n:04}") for n in range(2100)]
    bus.publish([Outgoing("posts.judged", p.post.place, encode(p)) for p in posts])
    bus.publish([Outgoing("posts.judged", "x", b"{broken")])
    bus.publish([Outgoing("posts.judged", posts[0].post.place, encode(seen(posts[0], 9, 99)))])
    index.put([judged("gone")])
    assert index.rebuild(judged_on(bus)) == 2100
    assert index.search(Search(size=1)).hits[0].sighting.likes == 99
    bus.close()


def corrected(topic: Topic) -> Corrected:
    machine = judged("a")
    before = labels_of(machine.verdict)
    verdict = confirmed(machine.verdict, replace(before, topic=topic), "ana", NOON)
    return Corrected("d1", "qingshui", replace(machine, verdict=verdict), before)


@pytest.mark.parametrize("first", ["post", "correction"])
def test_what_a_person_said_is_shown_whichever_comes_first(index: SqliteIndex, first: str) -> None:
    post, decision = records(encode(judged("a"))), records(encode(corrected(Topic.LABOUR)))
    steps = [(indexing, post), (settling, decision)]
    for stage, batch in steps if first == "post" else steps[::-1]:
        assert stage(index)(batch).refused == ()
    indexing(index)(post)
    (hit,) = index.search(Search(topics=("labour",))).hits
    assert hit.verdict.confirmed_by == "ana"


def test_decisions_about_events_leave_the_index_alone(index: SqliteIndex) -> None:
    merge = Regrouped("d2", "qingshui", Regroup.MERGE, "e1", "e2", (), None, "ana", NOON)
    stray = encode(judged("z"))
    outcome = settling(index)(records(encode(merge), stray, b"{"))
    assert [refusal.record.offset for refusal in outcome.refused] == [1, 2]
    assert "Judged has no place on decisions" in outcome.refused[0].reason
    assert index.search(Search()).total == 0
