"""What people decide of posts and events, as grouping keeps it, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from classifier.events.handlers import LIVE, decisions_handler, group_handler
from classifier.events.sql_store import SqlGroupingStore
from stream.bus import Record
from stream.codec import decode, encode
from stream.handling import Outcome
from stream.messages import (
    Corrected,
    EventChanged,
    Judged,
    Message,
    Regrouped,
    Relevant,
)
from tests.contracts.grouping_posts import START, relevant, water
from tests.contracts.test_grouping_contract import two_that_are_one
from yuqing.domain.decision import Regroup, confirmed, labels_of
from yuqing.domain.event import Event
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

HOUR = timedelta(hours=1)
CRASH: dict[str, Any] = {
    "topic": Topic.WORK_SAFETY,
    "severity": Severity.MAJOR,
    "emergency": Emergency.ACCIDENT,
}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlGroupingStore]:
    postgres = request.param == "postgres"
    sqlite = f"sqlite:///{tmp_path / 'state.db'}"
    opened = SqlGroupingStore(request.getfixturevalue("postgres_url") if postgres else sqlite)
    yield opened
    opened.close()


def records(topic: str, messages: Sequence[Message]) -> list[Record]:
    return [Record(topic, 1, n, "yunxi", encode(one), START) for n, one in enumerate(messages)]


def told(outcome: Outcome) -> list[EventChanged]:
    assert outcome.refused == ()
    found = [decode(one.value) for one in outcome.outgoing]
    return [one for one in found if isinstance(one, EventChanged)]


def group(store: SqlGroupingStore, *posts: Relevant) -> list[EventChanged]:
    return told(group_handler(store)(records("posts.relevant", posts)))


def decide(store: SqlGroupingStore, *decisions: Corrected | Regrouped) -> list[EventChanged]:
    return told(decisions_handler(store)(records("decisions", decisions)))


def correction(of: Relevant, hours: float = 9, **heads: Any) -> Corrected:
    before = labels_of(of.verdict)
    after = replace(before, **heads).settled
    verdict = confirmed(of.verdict, after, "ana", START + hours * HOUR)
    judged = Judged(of.post, of.sighting, verdict, (of.jurisdiction,))
    return Corrected(f"d{hours}", of.jurisdiction, judged, before)


def regrouping(
    action: Regroup, event_id: str, into: str | None = None, *posts: Relevant
) -> Regrouped:
    return Regrouped("d1", "yunxi", action, event_id, into, posts, None, "ana", START + 9 * HOUR)


def event(store: SqlGroupingStore, event_id: str) -> Event:
    found = store.event(event_id)
    assert found is not None
    return found


def accident() -> list[Relevant]:
    """Three posts on one accident, of which one is graver than the others."""
    body = "望江路口旅游大巴侧翻，车头冲出护栏，多人被困，消防正在破拆车窗救人。"
    graver = relevant("望江路口大巴侧翻多人遇难", body, hours=1, **CRASH)
    rest = [
        relevant("望江路口大巴侧翻", body + more, hours=n, **CRASH | {"severity": Severity.LARGER})
        for n, more in ((0, "交警封路了"), (2, "渔船都停下来看"))
    ]
    return [rest[0], graver, rest[1]]


def test_an_event_falls_with_the_only_post_that_raised_it(store: SqlGroupingStore) -> None:
    posts = accident()
    (before,) = group(store, *posts)
    assert before.event.severity is Severity.MAJOR
    (after,) = decide(store, correction(posts[1], severity=Severity.ORDINARY))
    assert after.event.severity is Severity.LARGER
    assert after.event.version == before.event.version + 1
    assert (after.event.decided_by, after.event.decided_severity) == ("ana", Severity.ORDINARY)
    assert after.event.emergency is Emergency.ACCIDENT
    assert event(store, before.event.event_id) == after.event


def test_a_correction_reaches_topic_disposition_places_and_emergency(
    store: SqlGroupingStore,
) -> None:
    post = relevant("翠屏湾小区停水没人管", "停水好几天了", severity=Severity.ORDINARY)
    (before,) = group(store, post)
    heads: dict[str, Any] = {
        "topic": Topic.HOUSING,
        "severity": Severity.GRAVE,
        "emergency": Emergency.NATURAL,
        "disposition": Disposition.MAJOR_PROBLEM,
        "places": ("翠屏湾小区",),
    }
    (after,) = decide(store, correction(post, **heads))
    assert {name: getattr(after.event, name) for name in heads} == heads
    assert after.event.posts == before.event.posts
    assert [one.verdict.confirmed_by for one in after.added] == ["ana"]


def test_a_decision_delivered_again_changes_nothing_and_an_older_one_is_late(
    store: SqlGroupingStore,
) -> None:
    posts = accident()
    group(store, *posts)
    later = correction(posts[1], 12, severity=Severity.NONE)
    first = decide(store, later)
    assert decide(store, later) == first
    assert decide(store, correction(posts[1], 9, severity=Severity.GRAVE)) == []
    assert event(store, first[0].event.event_id) == first[0].event
    (again,) = group(store, posts[1])
    assert again.event == first[0].event


def test_a_second_correction_counts_from_the_first(store: SqlGroupingStore) -> None:
    posts = accident()
    group(store, *posts)
    decide(store, correction(posts[1], 9, severity=Severity.GRAVE))
    (after,) = decide(store, correction(posts[1], 12, severity=Severity.ORDINARY))
    assert after.event.severity is Severity.LARGER


def test_a_post_found_irrelevant_weighs_nothing_and_founds_nothing(
    store: SqlGroupingStore,
) -> None:
    known, unknown = water()[0], water()[2]
    group(store, known)
    after = decide(store, correction(known, relevant=False), correction(unknown, relevant=False))
    assert [(one.event.severity, one.event.topic, one.added) for one in after] == [
        (Severity.NONE, Topic.OTHER, ())
    ]
    assert group(store, unknown) == []
    assert store.position("posts.relevant", 1) == 1


def test_a_post_found_relevant_founds_an_event_as_the_person_left_it(
    store: SqlGroupingStore,
) -> None:
    post = water()[0]
    (founded,) = decide(store, correction(post, severity=Severity.LARGER))
    assert (founded.event.severity, founded.event.decided_by) == (Severity.LARGER, "ana")
    (again,) = group(store, post)
    assert again.event == founded.event


def test_events_merged_by_a_person_stay_one(store: SqlGroupingStore) -> None:
    two = {c.event.title: c.event for c in group(store, *water())}
    here, there = two["翠屏湾小区三号楼连续停水四天"], two["松鹤苑小区停水没人管"]
    merge = regrouping(Regroup.MERGE, there.event_id, here.event_id)
    (after,) = decide(store, merge)
    assert (after.event.event_id, after.event.posts) == (here.event_id, 3)
    assert after.event.absorbed == (there.event_id,)
    assert event(store, there.event_id) == after.event
    assert decide(store, merge) == [after]
    more = relevant("松鹤苑小区又停水", "家住松鹤苑小区，水泵坏了物业说等配件。", hours=5)
    assert group(store, more)[0].event.event_id == here.event_id


def test_posts_split_off_are_an_event_of_their_own(store: SqlGroupingStore) -> None:
    posts = accident()
    (before,) = group(store, *posts)
    graver = posts[1]
    split = regrouping(Regroup.SPLIT, before.event.event_id, None, graver)
    split = replace(split, left_seen_at=posts[0].post.seen_at)
    left, own = decide(store, split)
    assert (left.event.posts, left.event.severity) == (2, Severity.LARGER)
    assert (own.event.posts, own.event.severity) == (1, Severity.MAJOR)
    assert left.event.first_posted_at == posts[0].post.first_known_at
    assert own.event.first_posted_at == graver.post.first_known_at
    assert (left.event.decided_by, own.added) == ("ana", (graver,))
    assert sum(count for _hour, count in left.event.heat) == 2
    assert store.members(own.event.event_id) == (graver.post.post_id,)
    again = decide(store, split)
    assert {one.event.event_id: one.event for one in again} == {
        left.event.event_id: left.event,
        own.event.event_id: own.event,
    }


def test_the_first_post_split_off_moves_the_beginning(store: SqlGroupingStore) -> None:
    posts = accident()
    (before,) = group(store, *posts)
    split = regrouping(Regroup.SPLIT, before.event.event_id, None, posts[0])
    seen_at = posts[1].post.seen_at
    left, own = decide(store, replace(split, left_seen_at=seen_at))
    assert left.event.first_posted_at == posts[1].post.first_known_at
    assert left.event.first_seen_at == seen_at
    assert own.event.event_id != before.event.event_id


def test_posts_split_into_another_event_join_it_and_come_back_there(
    store: SqlGroupingStore,
) -> None:
    changes = {c.event.title: c for c in group(store, *water())}
    here, there = changes["翠屏湾小区三号楼连续停水四天"], changes["松鹤苑小区停水没人管"]
    moved = water()[1]
    split = regrouping(Regroup.SPLIT, here.event.event_id, there.event.event_id, moved)
    left, joined = decide(store, split)
    assert (left.event.posts, joined.event.posts) == (1, 2)
    assert joined.event.event_id == there.event.event_id
    (again,) = group(store, moved)
    assert again.event == joined.event


def test_an_event_with_a_pinned_post_is_not_merged_by_itself(store: SqlGroupingStore) -> None:
    one, two, both = two_that_are_one()
    first, second = group(store, one, two)
    pin = regrouping(Regroup.PIN, first.event.event_id, None, one)
    assert decide(store, pin, pin) == []
    (after,) = group(store, both)
    assert after.event.absorbed == ()
    assert {event(store, e.event.event_id).event_id for e in (first, second)} == {
        first.event.event_id,
        second.event.event_id,
    }


def test_what_is_no_decision_or_about_nothing_is_refused(store: SqlGroupingStore) -> None:
    stray = water()[0]
    merge = regrouping(Regroup.MERGE, "nothing", "nowhere")
    batch = records("decisions", [stray, merge])
    outcome = decisions_handler(store, LIVE)(batch)
    assert [one.record.offset for one in outcome.refused] == [0, 1]
    assert "not for this topic" in outcome.refused[0].reason
    assert "there is no event" in outcome.refused[1].reason
    assert decide(store, replace(correction(stray), jurisdiction="")) == []
