"""监测方案: exclusions count, a post alerts once, a flood is one alert, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, select

from responder.handlers import watch_handler
from responder.people import People, Person, Role
from responder.schema import notices, outbox
from responder.store import TicketStore
from responder.sweep import sweep_due
from responder.watchlists import Watchlist, WatchlistDraft, Watchlists
from stream.bus import Record
from stream.messages import Seen
from stream.sql import open_engine
from tests.responder_world import MINUTE, NOON, SetClock, judged, post, recorded
from yuqing.domain.errors import Conflict, InvalidMessage, NotFound

DRAFT = WatchlistDraft("qinghe", "北坡火情", "北坡 起火|着火 -演练", notify=("lin", "gone"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = (
        f"sqlite:///{tmp_path / 't.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = open_engine(url, durable=True)
    TicketStore(made).migrate()
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    lin = Person("lin", "林一", Role.MONITOR, "qinghe", channels=("json://127.0.0.1/lin",))
    People(made, SetClock(), quick).create(lin, "quiet-lake-77")
    yield made
    made.dispose()


@pytest.fixture
def lists(engine: Engine) -> Watchlists:
    return Watchlists(engine)


def alerts(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        query = select(notices.c.audience, notices.c.title).order_by(notices.c.notice_id)
        return [(audience, title) for audience, title in connection.execute(query)]


def watch(lists: Watchlists, clock: SetClock, *titles: str, severity: int = 1) -> None:
    """Posts come in; each title is a post of its own place."""
    posts = [judged(post(crc32(t.encode()), t), severity=severity) for t in titles]
    assert watch_handler(lists, clock)(recorded(*posts)).refused == ()


def test_a_hit_alerts_the_named_person_in_the_console_and_on_the_phone(
    engine: Engine, lists: Watchlists
) -> None:
    made = lists.save(DRAFT, "lin", NOON)
    watch(lists, SetClock(), "北坡仓库着火了", "北坡演练现场起火", "南湖起火")
    assert alerts(engine) == [("person:lin", "监测方案“北坡火情”命中 1 条")]
    with engine.connect() as connection:
        row = connection.execute(select(outbox)).one()
    assert row.payload["channels"] == ["json://127.0.0.1/lin"]
    assert [hit.title for hit in lists.hits(made.watchlist_id)] == ["北坡仓库着火了"]


def test_who_has_gone_to_another_jurisdiction_is_alerted_no_more(
    engine: Engine, lists: Watchlists
) -> None:
    lists.save(DRAFT, "lin", NOON)
    People(engine, SetClock()).change(Person("lin", "林一", Role.MONITOR, "other"))
    watch(lists, SetClock(), "北坡仓库着火了")
    assert alerts(engine) == []


def test_a_redelivered_post_alerts_nobody_twice(engine: Engine, lists: Watchlists) -> None:
    lists.save(DRAFT, "lin", NOON)
    clock = SetClock()
    watch(lists, clock, "北坡仓库着火了")
    clock.pass_by(60 * MINUTE)
    watch(lists, clock, "北坡仓库着火了")
    assert len(alerts(engine)) == 1


def test_a_flood_is_one_alert_and_what_was_held_back_comes_later(
    engine: Engine, lists: Watchlists
) -> None:
    lists.save(DRAFT, "lin", NOON)
    clock = SetClock()
    for number in range(5):
        watch(lists, clock, f"北坡起火第 {number} 帖")
    assert len(alerts(engine)) == 1
    clock.pass_by(11 * MINUTE)
    sweep_due(TicketStore(engine), {}, clock.now())
    assert [title for _, title in alerts(engine)] == [
        "监测方案“北坡火情”命中 1 条",
        "监测方案“北坡火情”命中 4 条",
    ]


def test_jurisdiction_severity_and_topic_narrow(lists: Watchlists) -> None:
    def hits(draft: WatchlistDraft, number: int) -> int:
        made = lists.save(draft, "lin", NOON)
        watch(lists, SetClock(), f"北坡起火{number}", severity=2)
        return len(lists.hits(made.watchlist_id))

    base: dict[str, Any] = {"query": "起火"}
    assert hits(WatchlistDraft("qinghe", "a", **base), 1) == 1
    assert hits(WatchlistDraft("other", "b", **base), 2) == 0
    assert hits(WatchlistDraft("qinghe", "c", **base, severity_min=3), 3) == 0
    assert hits(WatchlistDraft("qinghe", "d", **base, topics=("work_safety",)), 4) == 1
    assert hits(WatchlistDraft("qinghe", "e", **base, topics=("labour",)), 5) == 0
    assert hits(WatchlistDraft("qinghe", "f", **base, active=False), 6) == 0


def test_personal_numbers_are_masked_in_alerts(engine: Engine, lists: Watchlists) -> None:
    lists.save(DRAFT, "lin", NOON)
    watch(lists, SetClock(), "北坡起火，有事打 13900001234")
    with engine.connect() as connection:
        body = connection.execute(select(notices.c.body)).scalar_one()
    assert "13900001234" not in body


def test_sightings_pass_by_and_garbage_is_refused_alone(lists: Watchlists) -> None:
    one = judged(post(1, "北坡起火"))
    records = [*recorded(Seen(one.sighting)), Record("posts.judged", 0, 1, "k", b"[]", NOON)]
    outcome = watch_handler(lists, SetClock())(records)
    assert [refusal.record.offset for refusal in outcome.refused] == [1]


def test_two_people_changing_one_watchlist_get_a_conflict(lists: Watchlists) -> None:
    made = lists.save(DRAFT, "lin", NOON)
    changed = WatchlistDraft("qinghe", "北坡火情", "北坡 起火", every_minutes=30)
    second: Watchlist = lists.save(changed, "lin", NOON, made.watchlist_id, made.version)
    assert (second.version, second.draft.every_minutes) == (2, 30)
    with pytest.raises(Conflict):
        lists.save(DRAFT, "lin", NOON, made.watchlist_id, made.version)
    with pytest.raises(Conflict, match="已存在"):
        lists.save(DRAFT, "lin", NOON)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (WatchlistDraft("qinghe", " ", "起火"), "name"),
        (WatchlistDraft("qinghe", "a", "！！ -演练"), "query"),
        (WatchlistDraft("qinghe", "a", "起火", severity_min=5), "severity_min"),
        (WatchlistDraft("qinghe", "a", "起火", every_minutes=0), "every_minutes"),
    ],
)
def test_a_watchlist_must_say_something(
    lists: Watchlists, draft: WatchlistDraft, field: str
) -> None:
    with pytest.raises(InvalidMessage, match=field):
        lists.save(draft, "lin", NOON)


def test_a_dropped_watchlist_is_gone_with_its_hits(lists: Watchlists) -> None:
    made = lists.save(DRAFT, "lin", NOON)
    watch(lists, SetClock(), "北坡仓库着火了")
    assert lists.tallies()[made.watchlist_id] == (1, NOON)
    lists.drop(made.watchlist_id, "lin", NOON)
    assert lists.listed() == ()
    with pytest.raises(NotFound):
        lists.get(made.watchlist_id)
    with pytest.raises(NotFound):
        lists.drop(made.watchlist_id, "lin", NOON)
