"""The words that carried a verdict, as people see them: in their place, masked, escaped."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from responder.console.marks import body_of, marked, title_of
from responder.explanation import HEADS, Span, said_zh, shown
from tests.responder_world import post
from yuqing.domain.text import clean, mask
from yuqing.domain.verdict import Evidence

TITLE, BODY = "北坡冷库爆炸", "<i>4人死亡</i>，打13812345678，门牌12号"


def evidence(text: str, words: str, what: str, rule: str = "词表:accident") -> Evidence:
    at = text.index(words)
    return Evidence(what, at, at + len(words), words, rule)


def test_spans_are_where_their_words_are_in_title_and_body() -> None:
    of = post(1, TITLE, BODY)
    found = [evidence(of.text, "冷库", "topic"), evidence(of.text, "4人死亡", "severity", "条例")]
    told = shown(of, found)
    assert [told.text[s.start : s.end] for s in told.spans] == ["冷库", "4人死亡"]
    assert title_of(told) == (
        '北坡<mark class="m-topic" title="议题依据：词表（事故灾难）"'
        ' aria-description="议题依据：词表（事故灾难）">冷库</mark>爆炸'
    )
    assert str(body_of(told)).startswith(
        '&lt;i&gt;<mark class="m-severity strong" title="等级依据：条例"'
    )


def test_a_masked_number_stays_masked_under_a_mark() -> None:
    of = post(1, "", BODY)
    number = evidence(of.text, "13812345678", "place", "地名:x")
    body = str(body_of(shown(of, [number])))
    assert "138****5678</mark>" in body
    assert "12345678" not in body


def test_invisible_characters_hide_no_number_and_move_no_span() -> None:
    of = post(1, "招\u200b工", "电话138\u200b12345678有\u200b毒")
    found = evidence(of.text, "有\u200b毒", "severity")
    told = shown(of, [found])
    assert told.text == "招工\n电话138****5678有毒"
    assert [told.text[s.start : s.end] for s in told.spans] == ["有毒"]


def test_a_cut_shows_no_half_number_and_no_span_beyond() -> None:
    of = post(1, "", "很" * 10 + "13812345678" + "死人了")
    far = evidence(of.text, "死人了", "severity")
    assert shown(of, [far], most=14).text == "很" * 10 + "138*"
    assert shown(of, [far], most=14).spans == ()


def test_words_that_speak_for_several_heads_say_all_of_them() -> None:
    spans = (Span("topic", 0, 4, "议题依据：甲"), Span("emergency", 2, 6, "突发事件依据：乙"))
    pieces = re.findall(
        r'class="([^"]*)" title="([^"]*)"[^>]*>([^<]*)<', marked("冷库爆炸起火", spans, 0, 6)
    )
    assert pieces == [
        ("m-topic", "议题依据：甲", "冷库"),
        ("m-emergency strong several", "突发事件依据：乙；议题依据：甲", "爆炸"),
        ("m-emergency strong", "突发事件依据：乙", "起火"),
    ]


@pytest.mark.parametrize(
    ("what", "rule", "said"),
    [
        ("severity", "《条例》第三条", "等级依据：《条例》第三条"),
        ("severity", "《条例》第三条:死亡10人", "等级依据：《条例》第三条（死亡10人）"),
        ("topic", "词表:labour", "议题依据：词表（就业与工资拖欠）"),
        ("disposition", "词表:difficulty", "处置分类依据：词表（实际困难）"),
        ("place", "地名:北坡", "地点依据：地名（北坡）"),
        ("place", "地名:13812345678", "地点依据：地名（138****5678）"),
        ("severity", "词表:danger", "等级依据：词表"),
        ("unheard", "自拟", "依据：自拟"),
    ],
)
def test_a_rule_is_said_in_words(what: str, rule: str, said: str) -> None:
    assert said_zh(Evidence(what, 0, 1, "", rule)) == said


SPANS = st.lists(
    st.tuples(st.sampled_from([*HEADS, "unheard"]), st.integers(0, 40), st.integers(0, 40)),
    max_size=8,
)


@given(st.text("冷库<&\"'>1389\u200b \n", max_size=40), SPANS)
def test_marks_never_change_what_is_read(text: str, found: list[tuple[str, int, int]]) -> None:
    of = replace(post(1, "题"), body=text)
    spans = [Evidence(what, a, b, "", '"><b>') for what, a, b in found]
    told = shown(of, spans)
    bare = re.sub(r"</?mark[^>]*>", "", f"{title_of(told)}\n{body_of(told)}")
    whole = mask(clean(of.text))
    expected = f"题\n{escape(whole[2:])}" if clean(text) else "题\n"
    assert bare == expected
