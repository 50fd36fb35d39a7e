"""The decision which event a post belongs to, and what an event says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.events.candidates import SLOTS, Postings
from classifier.events.group import Rules
from classifier.events.handlers import group_handler
from classifier.events.heat import HOURS_KEPT, warmed
from classifier.events.jsonl import Line, group
from classifier.events.names import names
from classifier.events.packing import (
    pack_standing,
    pack_state,
    pack_words,
    unpack_standing,
    unpack_state,
    unpack_words,
)
from classifier.events.profile import LONGEST, Profile
from classifier.events.signature import BANDS, bands
from classifier.events.sorter import Sorter, event_id_of
from classifier.events.sql_store import SqlGroupingStore
from classifier.events.standing import Marks, Standing
from classifier.events.state import founded, grown, united
from classifier.events.traits import read
from classifier.events.words import BUCKETS, Words, pair, pairs
from stream.bus import Record
from stream.codec import decode, encode
from stream.messages import EventChanged, Seen
from tests.contracts.grouping_posts import START, relevant, water
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

GOLDEN = (2082593830185691273, -2387323148294211679, 2366986248300159967)
HAN = st.text(st.sampled_from("东河街道小区停水噪音施工桥面路灯坏了三号楼"), max_size=60)
KINDS = st.sampled_from([None, *Emergency])


def line(post_id: str, title: str, body: str, day: int = 0) -> Line:
    return Line(post_id, title, body, START + timedelta(days=day))


def test_bands_are_the_same_on_every_machine() -> None:
    assert bands("清水桥头的路灯坏了半个月没人修")[:3] == GOLDEN
    assert len(bands("清水桥头的路灯坏了半个月没人修")) == BANDS
    assert bands("") == ()


def test_near_copies_share_bands_and_others_do_not() -> None:
    text = "清水桥头的路灯坏了半个月没人修，晚上接孩子放学要打手电，请有关部门尽快派人来看看。"
    copy = "转发：" + text
    other = "云溪中学门口的早餐摊占道经营，学生只能走机动车道，存在很大的安全隐患。"
    assert len(set(bands(text)) & set(bands(copy))) >= Rules().copy_bands
    assert not set(bands(text)) & set(bands(other))


@settings(deadline=None, max_examples=50)
@given(HAN, HAN)
def test_pairs_do_not_reach_over_breaks(left: str, right: str) -> None:
    expected = [*pairs(left).tolist(), *pairs(right).tolist()]
    assert pairs(f"{left}，{right}").tolist() == expected
    assert all(0 <= bucket < BUCKETS for bucket in expected)


def test_what_a_stream_repeats_stops_telling() -> None:
    words, name = Words(), np.array([pair("溪岭")])
    before = words.telling(name)[0]
    for _ in range(2000):
        words.learn(name)
    assert before > 5
    assert words.telling(name)[0] == 0


def test_names_end_where_their_kind_ends() -> None:
    assert ("屏湾", "小区") in names("请问翠屏湾小区什么时候通水")
    assert ("溪", "路") not in names("溪路")
    assert names("天气真好") == ()


def test_the_same_complaint_about_two_places_is_two_events() -> None:
    body = "{}楼下的烧烤店每天营业到凌晨两点，油烟从窗户进来，家里老人整夜咳嗽，投诉多次没有结果。"
    posts = [
        line("a", "翠屏湾小区烧烤店油烟扰民", body.format("翠屏湾小区")),
        line("b", "松鹤苑小区烧烤店油烟扰民", body.format("松鹤苑小区"), 1),
        line("c", "再次反映翠屏湾小区烧烤店油烟", body.format("翠屏湾小区五号"), 2),
    ]
    assert group(posts, Rules()) == {"a": "a", "b": "b", "c": "a"}


def test_two_troubles_of_one_place_are_two_events() -> None:
    posts = [
        line("a", "翠屏湾小区停水", "家里停水好几天了，水泵坏了，物业一直说等配件，做饭都成问题。"),
        line(
            "b",
            "翠屏湾小区幼儿园收费",
            "开学突然涨价，每月多交八百元伙食费，家长没有收到任何通知。",
            1,
        ),
    ]
    assert group(posts, Rules()) == {"a": "a", "b": "b"}


def test_one_matter_months_apart_is_one_event() -> None:
    posts = [
        line("a", "青石桥断头路何时打通", "青石桥往北的断头路修了一半停工，每天绕行四公里上班。"),
        line(
            "b", "青石桥断头路还要等多久", "青石桥北的断头路又停工了，绕行四公里，上班总迟到。", 300
        ),
    ]
    assert set(group(posts, Rules()).values()) == {"a"}
    near = Rules(window=timedelta(days=30))
    assert group(posts, near) == {"a": "a", "b": "b"}


def test_different_topics_need_more_likeness() -> None:
    words = Words()
    one = read("翠屏湾小区三号楼停水", "水泵坏了等配件。", (), words)
    two = read("翠屏湾小区三号楼电梯困人", "电梯又坏了。", (), words)
    rules = Rules(soon=1.0)
    first = Sorter(rules, Postings())
    first.place(one, Marks(frozenset({Topic.URBAN})), 0, event_id_of("j", "1"))
    like = first.standings[event_id_of("j", "1")].profile.likeness(two.spread(two.weights))
    strict = replace(rules, enough=like * rules.named / 1.1, off_topic=1.3)
    for topic, same in ((Topic.URBAN, True), (Topic.MARKET, False)):
        sorter = Sorter(strict, Postings())
        home = sorter.place(one, Marks(frozenset({Topic.URBAN})), 0, event_id_of("j", "1"))
        got = sorter.place(two, Marks(frozenset({topic})), 0, event_id_of("j", "2"))
        assert (got == home) is same


def test_a_known_place_name_is_a_key() -> None:
    words = Words()
    one = read("", "门口积水很深", ("老粮站",), words)
    two = read("", "下雨没法走", ("老粮站",), words)
    assert one.names & two.names


def test_a_profile_stays_bounded_and_names_what_it_heard() -> None:
    words, profile = Words(), Profile()
    for n in range(60):
        text = "".join(chr(0x4E00 + (n * 97 + i * 31) % 20000) for i in range(200))
        profile = profile.joined(read(f"翠屏湾小区第{n}次反映", text, (), words))
    assert len(profile.buckets) <= LONGEST
    assert profile.posts == 60
    assert profile.mentions(frozenset({pair("屏湾")}))


def test_a_key_remembers_a_bounded_number_of_events() -> None:
    words, postings = Words(), Postings()
    post = read("翠屏湾小区停水", "水泵坏了", (), words)
    for n in range(200):
        postings.put(post, event_id_of("j", str(n)), n)
    assert max(slot for _key, slot in postings.changed) < SLOTS
    assert len(postings.changed) <= SLOTS * len(post.keys)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(HAN, st.sampled_from(list(Topic)), KINDS, st.booleans()), max_size=5))
def test_what_is_stored_comes_back_the_same(
    posts: list[tuple[str, Topic, Emergency | None, bool]],
) -> None:
    words, standing = Words(), Standing()
    for at, (text, topic, emergency, hearsay) in enumerate(posts):
        marks = Marks(frozenset({topic}), emergency, hearsay)
        standing = standing.joined(read(text, text, (), words), marks, at)
    back = unpack_standing(pack_standing(standing))
    assert back == replace(standing, profile=back.profile)
    assert back.profile.posts == standing.profile.posts
    assert back.profile.names == standing.profile.names
    assert back.profile.leads == standing.profile.leads
    assert np.array_equal(back.profile.buckets, standing.profile.buckets)
    assert np.array_equal(back.profile.weights, standing.profile.weights)
    again = unpack_words(pack_words(words), words.texts)
    assert np.array_equal(again.counts, words.counts)


def test_the_state_comes_back_the_same() -> None:
    posts = water()
    state = grown(founded("e1", posts[0]), posts[1])
    assert unpack_state(pack_state(state)) == state


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 5000), max_size=40))
def test_heat_counts_every_post_whatever_the_order(minutes: list[int]) -> None:
    heat: tuple[tuple[datetime, int], ...] = ()
    for minute in minutes:
        heat = warmed(heat, START + timedelta(minutes=minute))
    hours = [hour for hour, _n in heat]
    assert hours == sorted(set(hours))
    assert sum(n for _hour, n in heat) == len(minutes)
    assert all(hour == hour.replace(minute=0, tzinfo=UTC) for hour in hours)


def test_heat_forgets_the_oldest_hours() -> None:
    heat: tuple[tuple[datetime, int], ...] = ()
    for hour in range(HOURS_KEPT + 5):
        heat = warmed(heat, START + timedelta(hours=hour))
    assert len(heat) == HOURS_KEPT


def test_an_event_takes_majorities_and_the_gravest() -> None:
    first, second, _other = water()
    grave = relevant("翠屏湾小区停水", hours=5, severity=Severity.MAJOR, topic=Topic.HOUSING)
    state = grown(grown(founded("e1", first), second), grave)
    assert state.event.topic is Topic.URBAN
    assert state.event.severity is Severity.MAJOR
    assert state.event.disposition is Disposition.DIFFICULTY
    assert state.event.version == state.event.posts == 3


def test_a_post_without_title_names_the_event_by_its_beginning() -> None:
    state = founded("e1", relevant("", "老粮站门口" * 20))
    assert state.event.title == ("老粮站门口" * 8) + "…"


def record(value: bytes, offset: int = 0) -> Record:
    return Record("posts.relevant", 0, offset, "yunxi", value, START)


def test_the_stage_publishes_each_event_once_and_refuses_what_is_foreign(tmp_path: Path) -> None:
    store = SqlGroupingStore(f"sqlite:///{tmp_path / 'state.db'}")
    handle = group_handler(store)
    posts = water()
    foreign = encode(Seen(posts[0].sighting))
    values = [*(encode(p) for p in posts), b"{", foreign]
    outcome = handle([record(value, n) for n, value in enumerate(values)])
    changes = [decode(message.value) for message in outcome.outgoing]
    events = [c.event for c in changes if isinstance(c, EventChanged)]
    assert [m.key for m in outcome.outgoing] == [e.event_id for e in events]
    assert sorted(e.posts for e in events) == [1, 2]
    assert [r.record.offset for r in outcome.refused] == [3, 4]
    assert store.position("posts.relevant", 0) == 5
    store.close()


def test_a_message_too_long_for_a_bus_is_cut_by_its_posts(tmp_path: Path) -> None:
    store = SqlGroupingStore(f"sqlite:///{tmp_path / 'state.db'}")
    body = "翠屏湾小区三号楼停水四天没人管。" * 8000
    posts = [relevant("翠屏湾小区停水", body, hours=n) for n in range(4)]
    outcome = group_handler(store)([record(encode(p), n) for n, p in enumerate(posts)])
    sizes = [len(message.value) for message in outcome.outgoing]
    assert len(sizes) == 4
    assert max(sizes) < 900_000
    store.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_lines_does_not_matter(order: tuple[int, ...]) -> None:
    posts = [line(str(n), p.post.title, p.post.body, n) for n, p in enumerate(water())]
    expected = group(posts, Rules())
    assert group([posts[n] for n in order], Rules()) == expected


def test_the_risk_of_an_event_is_the_mean_of_its_posts() -> None:
    first, second = relevant("", "东坡水库的鱼全死了", hours=0), relevant("", "不实", hours=1)
    first = replace(first, verdict=replace(first.verdict, rumour_risk=0.9))
    second = replace(second, verdict=replace(second.verdict, rumour_risk=0.1))
    one, two = founded("e1", first), founded("e2", second)
    assert one.event.rumour_risk == pytest.approx(0.9)
    assert grown(one, second).event.rumour_risk == pytest.approx(0.5)
    assert united(one, two).event.rumour_risk == pytest.approx(0.5)
