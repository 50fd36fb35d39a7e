"""What the grouping store promises, asked of SQLite and of a real PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from classifier.events.batch import take
from classifier.events.group import Rules
from classifier.events.handlers import LIVE
from classifier.events.sql_store import SqlGroupingStore
from classifier.events.store import GroupingStore
from classifier.events.tables import aliases, metadata, pins
from stream.messages import EventChanged, Relevant
from stream.sql import open_engine
from tests.contracts.grouping_posts import START, relevant, water
from yuqing.domain.errors import RetryLater
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Emergency, Severity, Topic


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def store(url: str) -> Iterator[GroupingStore]:
    opened = SqlGroupingStore(url)
    yield opened
    opened.close()


def give(
    store: GroupingStore, posts: Sequence[Relevant], offset: int = 0, rules: Rules = LIVE
) -> list[EventChanged]:
    with store.ledger(posts[0].jurisdiction) as ledger:
        return take(ledger, posts, {("posts.relevant", 1): offset + len(posts)}, rules)


def sets(changes: Sequence[EventChanged]) -> list[list[str]]:
    return sorted(sorted(p.post.title for p in c.added) for c in changes)


def test_two_posts_of_one_matter_that_arrive_together_open_one_event(store: GroupingStore) -> None:
    changes = give(store, water())
    assert sets(changes) == [
        ["松鹤苑小区停水没人管"],
        ["翠屏湾小区三号楼连续停水四天", "翠屏湾小区停水没人管"],
    ]


def test_the_event_is_the_same_whether_posts_come_together_or_apart(store: GroupingStore) -> None:
    together = {p.post.post_id: c.event for c in give(store, water()) for p in c.added}
    apart = [give(store, [relevant_of("south", post)])[0] for post in water()]
    by_event: dict[str, set[str]] = {}
    for change in apart:
        by_event.setdefault(change.event.event_id, set()).add(change.added[0].post.post_id)
    expected: dict[str, set[str]] = {}
    for post_id, event in together.items():
        expected.setdefault(event.event_id, set()).add(post_id)
    assert sorted(map(sorted, by_event.values())) == sorted(map(sorted, expected.values()))


def relevant_of(jurisdiction: str, post: Relevant) -> Relevant:
    return Relevant(jurisdiction, post.post, post.sighting, post.verdict)


def test_a_replay_changes_nothing_and_tells_the_present_snapshot(store: GroupingStore) -> None:
    first = give(store, water())
    again = give(store, water())
    assert [c.event for c in again] == [c.event for c in first]
    assert [c.added for c in again] == [c.added for c in first]


def test_a_replay_in_another_order_after_reopening_founds_nothing(url: str) -> None:
    one = SqlGroupingStore(url)
    first = {c.event.event_id for c in give(one, water())}
    one.close()
    two = SqlGroupingStore(url)
    again = {c.event.event_id for c in give(two, list(reversed(water())))}
    two.close()
    assert again == first


def test_a_post_twice_in_one_batch_counts_once(store: GroupingStore) -> None:
    post = water()[0]
    (change,) = give(store, [post, post])
    assert change.event.posts == 1
    assert change.event.version == 1


def test_an_error_leaves_nothing_behind(store: GroupingStore) -> None:
    posts = water()
    with pytest.raises(ZeroDivisionError):
        _give_and_fail(store, posts)
    assert store.position("posts.relevant", 1) == 0
    changes = give(store, posts)
    assert all(c.event.version == len(c.added) for c in changes)


def _give_and_fail(store: GroupingStore, posts: Sequence[Relevant]) -> None:
    with store.ledger("yunxi") as ledger:
        take(ledger, posts, {("posts.relevant", 1): 3}, LIVE)
        raise ZeroDivisionError


def test_the_position_read_is_kept_with_the_batch(store: GroupingStore) -> None:
    give(store, water(), offset=7)
    assert store.position("posts.relevant", 1) == 10
    assert store.position("posts.relevant", 0) == 0


def test_jurisdictions_do_not_share_events(store: GroupingStore) -> None:
    here = give(store, water()[:1])[0].event
    there = give(store, [relevant_of("south", water()[1])])[0].event
    assert here.event_id != there.event_id
    assert (here.jurisdiction, there.jurisdiction) == ("yunxi", "south")


def test_beyond_the_window_the_matter_is_a_new_event(store: GroupingStore) -> None:
    first, second, _other = water()
    late = relevant(second.post.title, second.post.body, hours=24 * 400)
    old = give(store, [first])[0].event
    assert give(store, [late])[0].event.event_id != old.event_id
    later = relevant(second.post.title, second.post.body, hours=24 * 20)
    assert give(store, [later])[0].event.event_id in {old.event_id}


def test_an_older_post_found_late_joins_and_moves_the_first_time_back(
    store: GroupingStore,
) -> None:
    give(store, water(hours=30)[:1])
    (change,) = give(store, water(hours=0)[1:2])
    assert change.event.posts == 2
    assert change.event.first_posted_at == change.added[0].post.published_at
    assert [n for _hour, n in change.event.heat] == [1, 1]


def test_a_revision_joins_the_event_of_what_it_revises(store: GroupingStore) -> None:
    first = water()[0]
    old = give(store, [first])[0].event
    new = relevant("已更正", "内容有误，已删除。", hours=5, revises=first.post.post_id)
    assert give(store, [new])[0].event.event_id == old.event_id


def test_the_gravest_word_of_citizens_counts_and_the_official_one_does_not(
    store: GroupingStore,
) -> None:
    first, second, _other = water()
    notice = relevant(
        "关于翠屏湾小区停水的情况通报",
        "翠屏湾小区三号楼停水系水泵故障，配件已到，物业正在抢修。",
        hours=3,
        owner=Owner.OFFICIAL,
        severity=Severity.GRAVE,
        emergency=Emergency.ACCIDENT,
    )
    worse = relevant(
        second.post.title,
        second.post.body,
        hours=4,
        severity=Severity.LARGER,
        topic=Topic.HOUSING,
    )
    (change,) = give(store, [first, notice, worse])
    assert change.event.severity is Severity.LARGER
    assert change.event.emergency is None
    assert change.event.topic is Topic.URBAN
    assert change.event.title == first.post.title


def test_an_official_post_founds_an_event_without_risk(store: GroupingStore) -> None:
    notice = relevant("青石桥封闭维修的通告", owner=Owner.OFFICIAL, severity=Severity.MAJOR)
    (change,) = give(store, [notice])
    assert change.event.severity is Severity.NONE


def test_the_snapshot_stays_small_and_members_are_paged(store: GroupingStore) -> None:
    body = "翠屏湾小区三号楼从周一开始停水，老人提着桶去隔壁楼接水。"
    posts = [
        relevant("翠屏湾小区三号楼停水", body, hours=n / 60, native=f"n{n}") for n in range(620)
    ]
    (change,) = give(store, posts)
    assert change.event.posts == 620
    assert change.event.post_ids == tuple(p.post.post_id for p in posts[-500:])
    seen: list[str] = []
    while page := store.members(change.event.event_id, seen[-1] if seen else "", 250):
        seen += page
    assert seen == sorted(p.post.post_id for p in posts)
    assert store.event(change.event.event_id) == change.event


def test_what_nobody_knows_is_none(store: GroupingStore) -> None:
    assert store.event("0" * 32) is None
    assert store.members("0" * 32) == ()


def test_a_pin_decides_and_an_alias_leads_on(url: str, store: GroupingStore) -> None:
    first, _second, other = water()
    event = give(store, [first])[0].event
    engine = open_engine(url)
    pinned = {
        "jurisdiction": "yunxi",
        "post_id": other.post.post_id,
        "event_id": event.event_id,
        "who": "staff",
        "at": START,
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(pins), pinned)
        connection.execute(sa.insert(aliases), {"event_id": "gone", "into_id": event.event_id})
    engine.dispose()
    assert give(store, [other])[0].event.event_id == event.event_id
    gone = store.event("gone")
    assert gone is not None
    assert gone.posts == 2


def two_that_are_one() -> list[Relevant]:
    """A bus accident told from two ends of a bridge, and the post that shows it is one."""
    words = "旅游大巴侧翻，车头冲出护栏，多人被困，消防正在破拆车窗救人。"
    ends = ("望江路口", "渔港码头")
    told = [
        relevant("", f"{end}这里{words[:16]}{more}", hours=n / 2, places=(end,), **CRASH)
        for n, (end, more) in enumerate(zip(ends, ("交警封路了", "渔船都停下来看"), strict=True))
    ]
    both = f"望江路口和渔港码头之间，{words}交警封路了，渔船都停下来看"
    return [*told, relevant("", both, hours=2, places=ends, **CRASH)]


CRASH: dict[str, Any] = {
    "topic": Topic.WORK_SAFETY,
    "severity": Severity.LARGER,
    "emergency": Emergency.ACCIDENT,
}


def test_two_events_that_prove_one_are_merged_and_say_so(store: GroupingStore) -> None:
    first, second, link = two_that_are_one()
    one, two = give(store, [first])[0].event, give(store, [second])[0].event
    assert one.event_id != two.event_id
    (change,) = give(store, [link])
    left, gone = change.event, ({one.event_id, two.event_id} - {change.event.event_id}).pop()
    assert left.absorbed == (gone,)
    assert (left.posts, sum(n for _hour, n in left.heat)) == (3, 3)
    assert set(left.post_ids) == {p.post.post_id for p in (first, second, link)}
    assert store.members(gone) == store.members(left.event_id) == tuple(sorted(left.post_ids))
    assert store.event(gone) == left
    assert left.version > max(one.version, two.version)


def test_a_merger_told_again_changes_nothing(store: GroupingStore) -> None:
    posts = two_that_are_one()
    for post in posts:
        (last,) = give(store, [post])
    for post in posts:
        assert [c.event for c in give(store, [post])] == [last.event]
    assert [c.event for c in give(store, posts)] == [last.event]


def test_a_merger_is_the_same_however_batches_are_cut(store: GroupingStore) -> None:
    posts = two_that_are_one()
    later = relevant("", "望江路口大巴侧翻的被困者都救出来了，交警解除封路", hours=3, **CRASH)
    (together,) = give(store, [*posts, later])
    south = [relevant_of("south", post) for post in (*posts, later)]
    for post in south:
        (apart,) = give(store, [post])
    assert apart.event.posts == together.event.posts == 4
    assert (apart.event.heat, apart.event.title) == (together.event.heat, together.event.title)
    assert set(apart.event.post_ids) == set(together.event.post_ids)
    assert len(apart.event.absorbed) == len(together.event.absorbed) == 1


def test_the_migration_makes_the_tables_the_code_uses(url: str, store: GroupingStore) -> None:
    engine = open_engine(url)
    inspector = sa.inspect(engine)
    for name, table in metadata.tables.items():
        assert {c["name"] for c in inspector.get_columns(name)} == set(table.c.keys())
        key = inspector.get_pk_constraint(name)["constrained_columns"]
        assert key == [c.name for c in table.primary_key]
    engine.dispose()


def test_a_locked_database_is_tried_again_later(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = SqlGroupingStore(f"sqlite:///{path}?timeout=0")
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryLater), store.ledger("yunxi"):
            pass
    other.close()
    store.close()
