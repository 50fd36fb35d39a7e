"""Places: the gazetteer's, the country's, namesakes, everyday words, and posts about elsewhere."""

from __future__ import annotations

import pytest

from classifier.gazetteer.divisions import china
from classifier.places import Gazetteers
from classifier.rules.folding import fold
from yuqing.domain.jurisdiction import Place

OURS = Gazetteers(
    {
        "qixing": (
            Place("七星关区", ("毕节七星关",), "毕节市"),
            Place("幸福社区", ("幸福",), "七星关区"),
            Place("碧海街道", (), "七星关区"),
        ),
        "liuxi": (Place("柳溪街道", ("柳溪",)),),
    }
)


def divisions(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found = china().find(fold(text).text)
    return [(text[m.start : m.end], tuple(d.code for d in m.divisions)) for m in found]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("福州市鼓楼区有人落水", ["350100", "350102"]),
        ("南京市鼓楼区起火", ["320100", "320106"]),
        ("河北石家庄桥西区停水", ["130000", "130100", "130104"]),
        ("贵州毕节七星关区下了冰雹", ["520000", "520500", "520502"]),
        ("四川凉山西昌突发山火", ["510000", "513400"]),
        ("安康市汉滨区修路", ["610900", "610902"]),
        ("广西壮族自治区南宁市内涝", ["450000", "450100"]),
        ("延边朝鲜族自治州大雪", ["222400"]),
        ("吉林省吉林市停暖", ["220000", "220200"]),
        ("天津滨海新区的工厂", ["120000", "120116"]),
    ],
)
def test_divisions_are_found_and_namesakes_told_apart(text: str, codes: list[str]) -> None:
    assert [found[0] for _, found in divisions(text)] == codes
    assert all(len(found) == 1 for _, found in divisions(text))


@pytest.mark.parametrize(
    "text",
    [
        "祝大家安康,长治久安",
        "北京路堵车,上海小区停水",
        "想吃兰州拉面和重庆火锅",
        "在北京大学读书,坐北京时间八点的班车",
        "新城区域规划要公示",
        "我们县城和市区都停水了",
        "白银价格涨了,来宾请入座",
    ],
)
def test_words_that_only_look_like_divisions(text: str) -> None:
    assert divisions(text) == []


def test_a_name_of_several_counties_stays_open() -> None:
    assert divisions("朝阳区的公交")[0][1] == ("110105", "220104")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("幸福社区停电了", ("幸福社区",)),
        ("我住在幸福,路灯全坏了", ("幸福社区",)),
        ("日子过得很幸福", ()),
        ("愿大家幸福平安", ()),
        ("碧海街道的碧海街道办", ("碧海街道", "碧海街道")),
    ],
)
def test_an_everyday_word_needs_something_that_makes_it_a_place(
    text: str, named: tuple[str, ...]
) -> None:
    assert tuple(place.name for place in OURS.find(fold(text), ("qixing",))) == named


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("西安市雁塔区发生车祸", True),
        ("福建泉州一宾馆倒塌", True),
        ("毕节市发布暴雨预警", False),
        ("贵州今天降温", False),
        ("碧海街道和遵义市都停电", False),
        ("在遵义打工,我们村的低保没发", False),
        ("小区停水三天了", False),
        ("遵义市区下大雨", True),
    ],
)
def test_a_post_that_names_only_other_places_is_not_ours(text: str, elsewhere: bool) -> None:
    assert OURS.elsewhere(fold(text), "qixing") is elsewhere


def test_a_gazetteer_without_any_division_never_sends_a_post_away() -> None:
    assert not OURS.elsewhere(fold("西安市雁塔区发生车祸"), "liuxi")
    assert not OURS.elsewhere(fold("西安市雁塔区发生车祸"), "unknown")


def test_general_places_have_their_full_names_and_spans() -> None:
    text = "听说福州鼓楼区出事了"
    assert [(p.name, text[p.start : p.end]) for p in OURS.general(fold(text))] == [
        ("福州市", "福州"),
        ("鼓楼区", "鼓楼区"),
    ]


def test_every_line_of_the_table_is_a_code_and_a_name() -> None:
    assert china().named("福建省")[0].code == "350000"
    assert china().named("没有这个地方") == ()
    beijing, chaoyang = china().named("北京市")[0], china().named("朝阳区")[0]
    assert chaoyang.within(beijing)
    assert not beijing.within(chaoyang)
