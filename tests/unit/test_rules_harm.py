"""What numbers of dead, hurt, lost and gathered are worth, and when they are worth nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.features import read
from classifier.rules.grades import ARTICLE, Graded
from classifier.rules.harm_words import AFTER, COUNTING, Harm
from classifier.rules.lexicon import product_lexicon

LEXICON = product_lexicon()


def graded(text: str, published_at: datetime | None = None) -> tuple[Graded, ...]:
    return read(text, LEXICON, published_at).graded


@pytest.mark.parametrize(
    ("text", "grade", "harm", "span"),
    [
        ("松岭煤矿透水,三十二人遇难。", 4, Harm.DEAD, "三十二人遇难"),
        ("仓库大火致12名工人死亡", 3, Harm.DEAD, "12名工人死亡"),
        ("货车追尾,三死五伤", 2, Harm.DEAD, "三死"),
        ("两车相撞,两死一伤", 1, Harm.DEAD, "两死"),
        ("死亡人数已升至11人", 3, Harm.DEAD, "死亡人数已升至11人"),
        ("一家四口遇害", 2, Harm.DEAD, "四口遇害"),
        ("夺去31条生命", 4, Harm.DEAD, "夺去31条生命"),
        ("52名乘客重伤", 3, Harm.GRAVELY_INJURED, "52名乘客重伤"),
        ("幼儿园40名幼儿食物中毒", 2, Harm.HURT, "40名幼儿食物中毒"),
        ("直接经济损失1.2亿元", 4, Harm.LOSS, "损失1.2亿元"),
        ("被骗5000余万元", 3, Harm.LOSS, "被骗5000余万元"),
        ("井下17名矿工被困", 3, Harm.TRAPPED, "17名矿工被困"),
        ("洪水过后12人失踪", 3, Harm.MISSING, "12人失踪"),
        ("数百名业主拉横幅堵路", 3, Harm.CROWD, "数百名"),
        ("几十名农民工下跪讨薪", 2, Harm.CROWD, "几十名"),
        ("全镇5000余户停水三天", 3, Harm.AFFECTED, "5000余户"),
        ("四十几个工人的工钱一分没给,老板跑路", 2, Harm.SHARED, "四十几个"),
        ("三百多户业主等了三年,楼盘烂尾", 2, Harm.SHARED, "三百多户"),
        ("快看,冷库爆炸了!仓库着火了!", 2, Harm.DANGER, "仓库着火了"),
        ("桥头有人举着菜刀乱砍", 2, Harm.DANGER, "举着菜刀乱砍"),
        ("我们几家人被洪水围在山坡上", 2, Harm.DANGER, "被洪水围"),
    ],
)
def test_a_number_gets_its_grade_and_span(text: str, grade: int, harm: Harm, span: str) -> None:
    first = graded(text)[0]
    assert (first.severity, first.harm, first.evidence.text) == (grade, harm, span)
    assert text[first.evidence.start : first.evidence.end] == span


@pytest.mark.parametrize(
    "text",
    [
        "事故未造成人员伤亡",
        "所幸没有造成3人死亡",
        "区里举行消防演练,模拟火灾致30人受伤",
        "云溪大桥垮塌事故十周年,当年造成30人死亡",
        "网传化工厂爆炸致30人死亡,警方辟谣",
        "印度北部客车坠崖造成36人死亡",
        "全国每年有6万人死于车祸",
        "如果爆炸可能造成100人死亡",
        "今日新增死亡病例32例,累计确诊800人",
        "两人被判死刑,一人死缓",
        "房子总价1.2亿元,投资5000万元",
        "第32名获奖",
        "我被这部电影感动死了,看了三遍",
        "十六年前的今天,石桥镇大火夺去41人的生命,遇难41人",
        "1931年的那场洪水造成两千人遇难",
        "昨晚仓库着火了,已被扑灭,无人受伤",
        "男子在超市持刀砍人,已被警方抓获",
        "朋友圈炸了,群里也爆炸了",
        "楼上漏水把天花板泡塌了",
        "三百多户业主住进了新楼",
    ],
)
def test_what_is_not_an_incident_here_and_now(text: str) -> None:
    assert graded(text) == ()


def test_a_long_past_year_is_history_only_when_the_post_is_younger() -> None:
    text = "2008年3月石桥镇烟花厂爆炸造成12人死亡。"
    assert graded(text, datetime(2008, 3, 5, tzinfo=UTC))[0].severity == 3
    assert graded(text, datetime(2026, 3, 5, tzinfo=UTC)) == ()


def test_the_rescued_are_no_longer_trapped() -> None:
    assert graded("3名工人被困,全部获救") == ()


def test_the_article_is_named() -> None:
    assert graded("致10人死亡")[0].evidence.rule.startswith(ARTICLE)


@pytest.mark.parametrize(
    "text", ["致３２人遇难", "致三\u200b十\u200b二\u200b人遇\u200d难", "致32人遇難"]
)
def test_hostile_spelling_is_undone_and_the_span_is_of_the_original(text: str) -> None:
    first = graded(text)[0]
    assert first.severity == 4
    assert first.evidence.text == text[first.evidence.start : first.evidence.end] == text[1:]


@pytest.mark.parametrize("pattern", [pattern for _, pattern in AFTER])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_counts_people_begins_as_counting_says(
    pattern: re.Pattern[str], data: st.DataObject
) -> None:
    """`COUNTING` only saves time: no finding may depend on it. `LATER` begins as `AFTER` does."""
    told = data.draw(st.from_regex(pattern))
    assert COUNTING.match(told)
