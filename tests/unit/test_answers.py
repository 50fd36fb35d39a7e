"""Official posts are offered to the tickets they answer; a human's word makes them evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from responder.console.outcome import outcome
from responder.desk import Desk
from responder.handlers import answers_handler, respond_handler
from responder.matching import LIKELY, Matter, kind_of, likeness
from responder.people import People, Person, Role
from responder.readmodels.offers import OfferLine
from responder.store import TicketStore
from stream.sql import open_engine
from tests.responder_world import (
    HOUR,
    MINUTE,
    NOON,
    SetClock,
    changed,
    district,
    post,
    recorded,
    relevant,
    verdict,
)
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound
from yuqing.domain.post import Owner, Post

HOMES = {"qinghe": district()}
LIN = Person("lin", "林一", Role.MONITOR, "qinghe")
FIRE = relevant(post(1, "北坡仓库起火，浓烟滚滚", "北坡老仓库下午起火，听说有人受伤"))
MATTER = Matter("T-1", "work_safety", ("北坡",), NOON, ("北坡仓库起火，浓烟滚滚",))


def official(number: int, title: str, body: str = "", hours: float = 2) -> Post:
    return post(number, title, body, owner=Owner.OFFICIAL, at=NOON + timedelta(hours=hours))


NOTICE = official(50, "关于北坡仓库起火的情况通报", "今日下午北坡仓库起火，浓烟已散，无人死亡。")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketStore]:
    url = (
        f"sqlite:///{tmp_path / 't.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    engine = open_engine(url, durable=True)
    made = TicketStore(engine)
    made.migrate()
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    People(engine, SetClock(), quick).create(LIN, "quiet-lake-77")
    respond_handler(made, HOMES, SetClock(NOON + 10 * MINUTE))(recorded(changed(FIRE)))
    yield made
    engine.dispose()


def offered(store: TicketStore, *posts: Post, **heads: object) -> tuple[OfferLine, ...]:
    messages = recorded(*(relevant(one, **heads) for one in posts))
    outcome = answers_handler(store, SetClock(NOON + 3 * HOUR))(messages)
    assert outcome.refused == ()
    return Desk(store.engine, HOMES).offers(LIN)


def test_topic_place_and_words_together_make_it_likely() -> None:
    score, reasons = likeness(NOTICE, verdict(NOTICE), MATTER)
    assert score >= LIKELY
    assert any("北坡" in reason for reason in reasons)


@pytest.mark.parametrize(
    "unrelated",
    [
        official(51, "北坡街道开展春季安全生产检查", "检查企业十二家，发现隐患三处。"),
        official(52, "关于南湖公园闭园的公告", "因设施检修，南湖公园闭园三天。"),
        official(53, "关于北坡仓库起火的情况通报", hours=-1),
    ],
)
def test_what_only_shares_the_place_or_came_before_is_not_offered(unrelated: Post) -> None:
    assert likeness(unrelated, verdict(unrelated), MATTER)[0] < LIKELY


def test_a_conference_is_told_from_a_publication() -> None:
    assert kind_of(NOTICE) == "publish"
    assert kind_of(official(54, "北坡仓库火情新闻发布会召开")) == "press_conference"


def test_an_official_answer_is_offered_once_and_a_citizens_post_never(store: TicketStore) -> None:
    gossip = post(60, "北坡仓库起火是真的吗，浓烟滚滚", at=NOON + HOUR)
    found = offered(store, NOTICE, NOTICE, gossip)
    assert [(one.post_id, one.kind, one.state) for one in found] == [
        (NOTICE.post_id, "publish", "offered")
    ]


def test_acceptance_stops_the_right_clocks_at_the_posts_own_time(store: TicketStore) -> None:
    offer = offered(store, NOTICE)[0]
    desk, now = Desk(store.engine, HOMES), NOON + 4 * HOUR
    line = desk.accept_offer(LIN, offer.offer_id, 1, "应急局负责人", True, now)
    stopped = {clock.name: clock.stopped_at for clock in line.clocks}
    assert stopped == {
        "authoritative_release": NOTICE.published_at,
        "first_spokesperson": NOTICE.published_at,
        "press_conference": None,
    }
    page = desk.ticket(LIN, offer.ticket_id, now)
    assert page.spokesperson == "应急局负责人"
    assert (page.offers[0].state, page.offers[0].decided_by) == ("accepted", "lin")
    entry = page.history[-1]
    assert (entry.action, entry.data["official"], len(entry.data["sha256"])) == (
        "publish",
        True,
        64,
    )


def test_a_delegate_is_recorded_and_does_not_stop_the_principals_clock(store: TicketStore) -> None:
    offer = offered(store, NOTICE)[0]
    line = Desk(store.engine, HOMES).accept_offer(
        LIN, offer.offer_id, 1, "科长甲", False, NOON + 4 * HOUR
    )
    running = {clock.name for clock in line.clocks if clock.status == "running"}
    assert running == {"first_spokesperson", "press_conference"}


def test_a_conference_stops_its_own_clock(store: TicketStore) -> None:
    told = official(55, "北坡仓库起火新闻发布会召开", "发布会通报了北坡仓库起火、浓烟滚滚的情况。")
    offer = offered(store, told)[0]
    line = Desk(store.engine, HOMES).accept_offer(
        LIN, offer.offer_id, 1, "应急局负责人", True, NOON + 4 * HOUR
    )
    met = {clock.name for clock in line.clocks if clock.status == "met"}
    assert met == {"press_conference", "first_spokesperson"}


def accepted(store: TicketStore, *, principal: bool) -> tuple[str, str]:
    """What is said of the first acceptance of the notice, and of its second copy's."""
    again = official(56, "关于北坡仓库起火的情况通报（续）", NOTICE.body, hours=2.5)
    desk, now, said = Desk(store.engine, HOMES), NOON + 4 * HOUR, list[str]()
    for offer in sorted(offered(store, NOTICE, again), key=lambda one: one.published_at):
        before = desk.ticket(LIN, offer.ticket_id, now).line
        line = desk.accept_offer(
            LIN, offer.offer_id, before.version, "应急局负责人", principal, now
        )
        said.append(outcome(before.clocks, line.clocks, offer.published_at))
    return said[0], said[1]


def test_what_an_acceptance_stopped_is_said_and_what_it_left(store: TicketStore) -> None:
    first, second = accepted(store, principal=False)
    stopped, _, left = first.partition("；仍未停止：")
    assert stopped == "已登记为公开回应，按帖文发布时间停止“发布权威信息”（按时）"
    assert "第一新闻发言人发声”须主要负责人本人发声" in left
    assert "举行新闻发布会”须举行新闻发布会" in left
    assert second == f"已登记为公开回应，没有停止任何时限：{left}"


def test_an_answer_from_before_the_clocks_start_says_so(store: TicketStore) -> None:
    offer = offered(store, NOTICE)[0]
    clocks = Desk(store.engine, HOMES).ticket(LIN, offer.ticket_id, NOON + HOUR).line.clocks
    assert "起算晚于帖文发布时间" in outcome(clocks, clocks, NOON)
    assert outcome((), (), NOON).endswith("没有停止任何时限：没有尚未停止的时限")


def test_an_offer_is_decided_once(store: TicketStore) -> None:
    offer, desk, now = offered(store, NOTICE)[0], Desk(store.engine, HOMES), NOON + 4 * HOUR
    refused = desk.refuse_offer(LIN, offer.offer_id, "只是转载", now)
    assert (refused.state, refused.decided_by) == ("refused", "lin")
    page = desk.ticket(LIN, offer.ticket_id, now)
    assert "只是转载" in page.history[-1].summary_zh
    with pytest.raises(Conflict):
        desk.accept_offer(LIN, offer.offer_id, page.line.version, "某人", False, now)
    assert desk.ticket(LIN, offer.ticket_id, now).line.version == page.line.version
    assert desk.offers(LIN) == ()


def test_acceptance_needs_the_ticket_as_read_the_role_and_sight_of_it(store: TicketStore) -> None:
    offer, desk, now = offered(store, NOTICE)[0], Desk(store.engine, HOMES), NOON + 4 * HOUR
    with pytest.raises(Conflict):
        desk.accept_offer(LIN, offer.offer_id, 9, "某人", False, now)
    leader = Person("wu", "吴", Role.LEADER, "qinghe")
    stranger = Person("x", "外", Role.MONITOR, "other")
    with pytest.raises(NotAllowed):
        desk.accept_offer(leader, offer.offer_id, 1, "某人", False, now)
    with pytest.raises(NotFound):
        desk.accept_offer(stranger, offer.offer_id, 1, "a", True, now)
    with pytest.raises(InvalidMessage, match="speaker"):
        desk.accept_offer(LIN, offer.offer_id, 1, " ", True, now)
    with pytest.raises(InvalidMessage, match="kind"):
        desk.accept_offer(LIN, offer.offer_id, 1, "某人", True, now, kind="note")
