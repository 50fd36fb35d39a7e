"""What makes posts in quite different words one matter, and what must stay apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.events.batch import take
from classifier.events.group import Rules, one_matter
from classifier.events.handlers import LIVE
from classifier.events.sql_store import SqlGroupingStore
from classifier.events.standing import Standing
from classifier.events.ties import chained, tags
from classifier.events.titles import title_of
from stream.messages import Relevant
from tests.contracts.grouping_posts import relevant
from yuqing.domain.post import Owner
from yuqing.domain.text import normalise
from yuqing.domain.verdict import Emergency, Severity, Topic

ACCIDENT, SAFETY = Emergency.ACCIDENT, Topic.WORK_SAFETY
BUS = "云溪大桥上一辆旅游大巴翻了，车头冲出护栏，好多人被困在里面等救援。"
SPREAD = "紧急扩散！表姐在防疫站上班，说城里的桶装矿泉水查出超级细菌，喝了会烂肠子，已经瞒了一周。"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlGroupingStore]:
    opened = SqlGroupingStore(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()


def said(by: Relevant, author: str = "", rumour: float = 0.1) -> Relevant:
    return replace(
        by,
        post=replace(by.post, author=author),
        verdict=replace(by.verdict, rumour_risk=rumour),
    )


def sets(store: SqlGroupingStore, posts: Sequence[Relevant]) -> list[set[int]]:
    """The events as sets of positions in `posts`, given one after another."""
    with store.ledger("yunxi") as ledger:
        changes = take(ledger, posts, {}, LIVE)
    number = {post.post.post_id: n for n, post in enumerate(posts)}
    return sorted(({number[p.post.post_id] for p in c.added} for c in changes), key=min)


def crash(text: str, hours: float, *places: str, title: str = "") -> Relevant:
    return relevant(
        title,
        text,
        hours=hours,
        topic=SAFETY,
        severity=Severity.LARGER,
        emergency=ACCIDENT,
        places=places,
    )


def test_voices_of_a_chain_are_known_by_who_and_how_it_begins() -> None:
    first = chained("老周", normalise(SPREAD))
    passed = chained("阿月", normalise(f"真的吗//@老周：{SPREAD[:30]}"))
    again = chained("小北", normalise(f"快看看吧大家//@阿月：真的吗//@老周:{SPREAD[:20]}"))
    assert set(first) <= set(passed) & set(again)
    assert not set(first) & set(chained("旁人", normalise(SPREAD)))
    assert chained("", normalise(SPREAD)) == chained("老周", "转") == ()


def test_tags_are_names_and_numbers_of_houses_are_not() -> None:
    assert tags("#云溪大桥翻车# 愿平安") == (("云溪大桥翻车",), "  愿平安")
    assert tags("3#楼和5#楼都没水") == ((), "3#楼和5#楼都没水")


def test_a_quote_cut_short_is_with_what_it_quotes(store: SqlGroupingStore) -> None:
    posts = [
        said(relevant("", SPREAD, native="a"), "老周"),
        said(relevant("", "宁可信其有吧，先别买了//@老周：" + SPREAD[:22], hours=1), "阿月"),
        said(relevant("", "早上集市的橘子又便宜又甜，推荐给各位邻居", hours=2), "老周"),
    ]
    assert sets(store, posts) == [{0, 1}, {2}]


def test_a_quote_is_with_what_it_quotes_also_when_that_comes_later(
    store: SqlGroupingStore,
) -> None:
    posts = [
        said(relevant("", "先别买了//@老周：" + SPREAD[:22], hours=1), "阿月"),
        said(relevant("", SPREAD, native="a"), "老周"),
    ]
    assert sets(store, posts) == [{0, 1}]


def test_one_tag_is_one_matter_and_a_tag_put_under_everything_is_none(
    store: SqlGroupingStore,
) -> None:
    posts = [
        relevant("", f"{BUS}#云溪翻车#", hours=0),
        relevant("", "家里有亲戚在那趟旅行团，求消息 #云溪翻车#", hours=1),
        relevant("", "松鹤苑小区电梯困人两小时没人管 #民声直通车栏目#", hours=2),
        relevant("", "望月路路灯整排不亮，走夜路害怕 #民声直通车栏目#", hours=3),
        relevant("", "菜场公厕堵了没人通，味道太大 #民声直通车栏目#", hours=4),
    ]
    events = sets(store, posts)
    assert {0, 1} in events
    assert not any(len(event & {2, 3, 4}) == 3 for event in events)


def test_one_emergency_at_one_spot_is_one_whatever_the_words(store: SqlGroupingStore) -> None:
    posts = [
        crash(BUS, 0, "云溪大桥"),
        crash("云溪大桥救护车来了七八辆，抬出来的人脸上全是血，大巴碎玻璃一地。", 1, "云溪大桥"),
        crash("【快讯】云溪大桥一大巴侧翻，已致两人遇难，伤者送往县医院。", 3, "云溪大桥"),
    ]
    assert sets(store, posts) == [{0, 1, 2}]


def test_two_accidents_at_two_places_on_one_day_are_two(store: SqlGroupingStore) -> None:
    posts = [
        crash("鸿运家具厂车间起火，火苗窜上屋顶，消防车来了五辆，有工人受伤。", 0, "鸿运家具厂"),
        crash("锦绣花园三号楼起火，消防车来了两辆，一位老人受伤送医院。", 1, "锦绣花园"),
        crash("鸿运家具厂的火还没灭，屋顶塌了，受伤的工人送去医院了。", 2, "鸿运家具厂"),
        crash("锦绣花园三号楼的火灭了，受伤老人说是电热毯起火。", 3, "锦绣花园"),
    ]
    assert sets(store, posts) == [{0, 2}, {1, 3}]


def test_an_emergency_does_not_swallow_other_complaints_of_its_place(
    store: SqlGroupingStore,
) -> None:
    posts = [
        crash(BUS, 0, "云溪大桥"),
        crash("云溪大桥旅游大巴翻了以后，护栏缺口还露着，救援车还在吊大巴。", 2, "云溪大桥"),
        relevant("", "云溪大桥下烧烤摊每晚唱歌到两点，吵得睡不着", hours=3, places=("云溪大桥",)),
        relevant(
            "云溪大桥小学收校服费",
            "云溪大桥小学开学要交八百元校服费，家长没人签字同意。",
            hours=4,
            topic=Topic.EDUCATION,
            places=("云溪大桥",),
        ),
    ]
    assert sets(store, posts)[0] == {0, 1}


def test_without_a_place_it_is_the_one_that_burns_and_of_two_neither(
    store: SqlGroupingStore, tmp_path: Path
) -> None:
    one = crash(
        "鸿运家具厂车间突然起火爆炸，油漆桶一个接一个炸，浓烟滚滚，工人被困。", 0, "鸿运家具厂"
    )
    other = crash("锦绣花园燃气爆炸，浓烟滚滚，玻璃炸碎一地，居民被困。", 0.5, "锦绣花园")
    lost = crash("浓烟滚滚的，油漆味呛人，听见一个接一个的爆炸声，不敢出门", 1)
    assert sets(store, [one, lost]) == [{0, 1}]
    both = SqlGroupingStore(f"sqlite:///{tmp_path / 'both.db'}")
    assert {0, 1} not in sets(both, [one, other, lost])
    both.close()


def test_what_is_told_on_is_one_claim_wherever_the_tellers_live(store: SqlGroupingStore) -> None:
    claim = "桶装矿泉水查出超级细菌"
    posts = [
        said(relevant("", SPREAD, native="a"), rumour=0.95),
        said(
            relevant("", f"翠屏湾小区群里都在传{claim}，喝了烂肠子，是真的吗", hours=1), rumour=0.9
        ),
        said(relevant("", f"松鹤苑小区超市的{claim}这事，有人说瞒了一周", hours=2), rumour=0.8),
    ]
    assert sets(store, posts) == [{0, 1, 2}]


def test_a_plain_complaint_told_of_two_places_is_two(store: SqlGroupingStore) -> None:
    text = "楼下的桶装水站占用消防通道，送水车堵门，投诉没人理"
    posts = [
        relevant("", f"翠屏湾小区{text}", hours=0),
        relevant("", f"松鹤苑小区{text}", hours=1),
    ]
    assert sets(store, posts) == [{0}, {1}]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("【云溪大桥大巴侧翻两人遇难】记者赶到现场。", "云溪大桥大巴侧翻两人遇难"),
        ("【突发】云溪大桥一辆大巴侧翻。伤亡不明", "云溪大桥一辆大巴侧翻"),
        ("转//@老周：云溪大桥一辆大巴侧翻了！快看", "云溪大桥一辆大巴侧翻了"),
        ("#云溪翻车#", "云溪翻车"),
    ],
)
def test_a_headline_is_the_bracket_or_the_first_sentence(body: str, title: str) -> None:
    assert title_of(relevant("", body)) == title


def test_a_clear_headline_replaces_a_cry_and_then_stays(store: SqlGroupingStore) -> None:
    media = "云溪大桥大巴侧翻 两人遇难"
    posts = [
        crash("天哪云溪大桥怎么了！！旅游大巴翻了", 0, "云溪大桥"),
        by_media(crash("记者从云溪大桥现场了解到，旅游大巴侧翻。", 1, "云溪大桥", title=media)),
        by_media(crash("云溪大桥旅游大巴侧翻，救援结束。", 2, "云溪大桥", title="侧翻大巴被吊离")),
        crash("云溪大桥旅游大巴侧翻", 3, "云溪大桥", title="云溪大桥旅游大巴侧翻，愿平安"),
    ]
    titles = []
    for post in posts:
        with store.ledger("yunxi") as ledger:
            titles.append(take(ledger, [post], {}, LIVE)[0].event.title)
    assert titles == ["天哪云溪大桥怎么了", media, media, media]


def by_media(by: Relevant) -> Relevant:
    return replace(by, post=replace(by.post, owner=Owner.MEDIA))


def test_what_was_talked_of_before_an_emergency_is_never_merged_into_it() -> None:
    burning = Standing(emergencies=frozenset({ACCIDENT}), first=36_000, last=40_000)
    everyday = Standing(first=30_000, last=30_000)
    eager = Rules(related=-1.0, alike=-1.0)
    assert not one_matter(burning, everyday, eager)
    assert not one_matter(everyday, burning, eager)
    assert one_matter(replace(everyday, first=37_000, last=37_000), burning, eager)
    assert one_matter(everyday, replace(everyday, last=31_000), eager)
