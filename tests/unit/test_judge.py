"""The judge: pure, deterministic, and every opinion shows where it rests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.handlers import judge_handler
from classifier.judge import Judge, load_judge
from stream.bus import Outgoing, Record
from stream.codec import decode, encode
from stream.messages import Crawled, Judged, Message, Relevant, Seen, TicketChanged
from yuqing.domain.jurisdiction import Place
from yuqing.domain.post import Owner, Post, Sighting, place_of, post_id_of
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic, Verdict

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
PLACES = {
    "liuxi": (Place("柳溪街道", ("柳溪",)), Place("锦澜苑", ("锦澜苑小区",), "柳溪街道")),
    "baihe": (Place("白鹤镇"), Place("锦澜苑")),
}


@lru_cache(maxsize=1)
def judge() -> Judge:
    return load_judge(PLACES)


def verdict(text: str, owner: Owner = Owner.CITIZEN) -> Verdict:
    return judge().judge("p", text, owner=owner)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("小区物业不作为,电梯坏了三个月没人修,众多业主强烈要求物业公司尽快维修", Topic.HOUSING),
        ("公交车四十分钟才来一趟,早高峰根本挤不上去,希望增加班次", Topic.TRANSPORT),
        ("工地老板拖欠工资半年,我们农民工的血汗钱什么时候能发", Topic.LABOUR),
        ("河水又黑又臭,上游造纸厂半夜偷排污水", Topic.ENVIRONMENT),
        ("孩子上学划片不合理,请问教育局今年小学招生学区怎么划分", Topic.EDUCATION),
        ("村委会征地补偿款迟迟不发,村支书把钱弄哪去了", Topic.LAND),
        ("大病医保报销比例为什么降低了,异地就医报销手续太麻烦", Topic.SOCIAL_SECURITY),
        ("路灯坏了一个多月,晚上黑漆漆的,自来水也经常停水", Topic.URBAN),
    ],
)
def test_everyday_complaints_find_their_topic(text: str, topic: Topic) -> None:
    said = verdict(text)
    assert (said.relevant, said.topic) == (True, topic)
    assert said.severity >= Severity.ORDINARY
    assert said.unit_kind_guess is not None
    assert any(e.what == "topic" for e in said.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "晚安,愿你在梦里遇见喜欢的人",
        "新剧大结局太好哭了,男女主终于在一起",
        "总决赛第三场,主队绝杀夺冠",
    ],
)
def test_chat_is_not_relevant(text: str) -> None:
    said = verdict(text)
    assert not said.relevant
    assert (said.topic, said.severity) == (Topic.OTHER, Severity.NONE)
    assert (said.disposition, said.unit_kind_guess) == (Disposition.NONE, None)


def test_a_grave_accident_is_an_emergency_with_the_article_as_evidence() -> None:
    said = verdict("今天上午柳溪街道一家鞋厂发生火灾,目前已造成12人死亡,5人失踪。")
    assert (said.severity, said.emergency) == (Severity.MAJOR, Emergency.ACCIDENT)
    assert said.relevant
    assert said.places == ("柳溪街道",)
    assert any("第三条" in e.rule and e.text == "12人死亡" for e in said.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "柳溪街道开展消防演练,模拟厂房火灾致12人死亡的场景",
        "鞋厂火灾致12人死亡的消息系谣言,官方辟谣",
    ],
)
def test_drills_and_refutations_are_no_emergency(text: str) -> None:
    said = verdict(text)
    assert said.emergency is None
    assert said.severity <= Severity.LARGER


@pytest.mark.parametrize(
    "text",
    [
        "【辟谣】网传白鹤镇水厂被投毒、十人死亡系谣言,请勿轻信",
        "经核实,“柳溪大桥垮塌”的消息为不实信息,大桥通行正常",
        "柳溪街道开展燃气泄漏应急演练,模拟爆炸致5人死亡",
        "白鹤镇泥石流二十周年,人们在河边献上白菊",
        "【温馨提示】天气转凉,请居民注意防火防煤气中毒",
        "柳溪街道为老人免费量血压,居民纷纷点赞",
    ],
)
def test_what_reports_no_grievance_and_no_harm_bears_no_risk(text: str) -> None:
    said = verdict(text)
    assert (said.severity, said.disposition) == (Severity.NONE, Disposition.NONE)


def test_who_asks_for_a_refutation_does_not_give_one() -> None:
    said = verdict("都说白鹤镇水厂被人下了毒,死了三个人,到底是真的还是谣言?求辟谣")
    assert said.relevant
    assert said.severity > Severity.NONE


def test_an_office_that_reports_the_dead_keeps_the_grade_of_the_numbers() -> None:
    told = "【情况通报】今晨白鹤镇一烟花厂爆炸,造成4人死亡,原因正在调查。"
    assert verdict(told, Owner.OFFICIAL).severity is Severity.LARGER
    said = verdict("【情况通报】关于锦澜苑停水的情况:管道已抢通,恢复供水。", Owner.OFFICIAL)
    assert (said.severity, said.disposition) == (Severity.NONE, Disposition.NONE)


def test_a_danger_told_without_a_number_is_larger() -> None:
    said = verdict("柳溪街道那边化工厂爆炸了,浓烟好大,附近的人快跑!")
    assert said.relevant
    assert said.severity >= Severity.LARGER
    joke = verdict("这碗面辣到我嘴巴爆炸了,哈哈哈笑死")
    assert not joke.relevant


def test_advertising_is_not_relevant_a_complaint_about_it_is() -> None:
    assert not verdict("【限时秒杀】空气净化器直降三百,雾霾天必备,点击链接下单").relevant
    assert verdict("直播间限时秒杀买的净化器是假货,下单后商家不退款,投诉没人管").relevant


@pytest.mark.parametrize("field", ["topic", "relevant", "disposition"])
def test_posts_written_for_the_test_and_never_learnt_from(field: str) -> None:
    path = Path(__file__).parents[1] / "golden" / "written_posts.jsonl"
    posts = [json.loads(line) for line in path.read_text("utf8").splitlines()]
    said = [judge().judge(post["id"], post["text"]) for post in posts]
    right = sum(getattr(v, field) == post[field] for v, post in zip(said, posts, strict=True))
    assert right / len(posts) >= {"topic": 0.8, "relevant": 0.9, "disposition": 0.65}[field]


def test_an_official_refutation_carries_little_rumour_risk() -> None:
    spread = "速转!听说白鹤镇水厂被投毒,内部消息,千万不要喝自来水,赶紧转给家人!"
    refuted = "【辟谣】网传白鹤镇水厂被投毒系谣言,经核实水质正常,请勿轻信"
    assert verdict(spread).rumour_risk > 0.5
    assert verdict(refuted, Owner.OFFICIAL).rumour_risk <= 0.1
    assert verdict(refuted, Owner.OFFICIAL).disposition is not Disposition.FALSE_INFO


def test_places_are_canonical_and_narrowed_to_the_jurisdictions() -> None:
    text = "錦瀾苑小區停水,柳溪没人管"
    assert verdict(text).places == ("锦澜苑", "柳溪街道")
    only = judge().judge("p", text, jurisdictions=("baihe",))
    assert only.places == ("锦澜苑",)
    assert judge().concerned(text) == ("baihe", "liuxi")


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=120))
def test_any_text_gets_a_verdict_whose_spans_are_its_own(text: str) -> None:
    said = verdict(text)
    assert 0 <= said.confidence <= 1
    assert 0 <= said.rumour_risk <= 1
    assert all(text[e.start : e.end] == e.text for e in said.evidence)


def test_the_same_alone_and_in_any_order() -> None:
    texts = ["停水三天了没人管", "三死五伤", "晚安", "停水三天了没人管", "请问何时通车?" * 400]
    forward = [verdict(t) for t in texts]
    backward = [verdict(t) for t in reversed(texts)]
    assert forward == backward[::-1]
    assert load_judge(PLACES).judge("p", texts[0]) == forward[0]


def _crawled(body: str, jurisdictions: tuple[str, ...] = ()) -> Crawled:
    place = place_of("forum", "1")
    post_id = post_id_of(place, "", body)
    sighting = Sighting(post_id, place, NOON, 1)
    post = Post(
        post_id=post_id,
        place=place,
        source="forum",
        owner=Owner.CITIZEN,
        title="",
        body=body,
        url="",
        author="",
        published_at=NOON,
        seen_at=NOON,
        jurisdictions=jurisdictions,
    )
    return Crawled(post, sighting)


def _handled(message: Message) -> tuple[tuple[Outgoing, ...], list[str]]:
    record = Record("posts.raw", 0, 0, "k", encode(message), NOON)
    outcome = judge_handler(judge())([record])
    return tuple(outcome.outgoing), [refusal.reason for refusal in outcome.refused]


def test_a_relevant_post_goes_to_every_jurisdiction_it_names() -> None:
    outgoing, _ = _handled(_crawled("锦澜苑停水三天了,居民苦不堪言,投诉无门"))
    assert [(o.topic, o.key) for o in outgoing] == [
        ("posts.judged", "forum:1"),
        ("posts.relevant", "baihe"),
        ("posts.relevant", "liuxi"),
    ]
    judged, relevant = decode(outgoing[0].value), decode(outgoing[1].value)
    assert isinstance(judged, Judged)
    assert isinstance(relevant, Relevant)
    assert judged.jurisdictions == ("baihe", "liuxi")
    assert judged.verdict == relevant.verdict


def test_the_source_decides_before_the_places() -> None:
    outgoing, _ = _handled(_crawled("锦澜苑停水三天了,居民苦不堪言", ("liuxi",)))
    assert [o.key for o in outgoing] == ["forum:1", "liuxi"]


def test_an_irrelevant_post_is_judged_only() -> None:
    outgoing, _ = _handled(_crawled("晚安,愿你在梦里遇见喜欢的人", ("liuxi",)))
    assert [o.topic for o in outgoing] == ["posts.judged"]


def test_a_further_sighting_is_passed_on_as_it_is() -> None:
    seen = Seen(Sighting("x", "forum:1", NOON, 9))
    outgoing, _ = _handled(seen)
    assert [(o.topic, o.key, decode(o.value)) for o in outgoing] == [
        ("posts.judged", "forum:1", seen)
    ]


def test_anything_else_is_refused() -> None:
    changed = TicketChanged("t", "liuxi", 1, "open", "triage", NOON)
    outgoing, refused = _handled(changed)
    assert outgoing == ()
    assert "TicketChanged" in refused[0]


@pytest.mark.parametrize("text", ["化工厂爆炸，已造成12人死亡", "工厂发生爆炸，12人遇难"])
def test_a_longer_word_does_not_hide_that_an_accident_happened(text: str) -> None:
    verdict = judge().judge("p", text)
    assert (verdict.severity, verdict.emergency) == (Severity.MAJOR, Emergency.ACCIDENT)
