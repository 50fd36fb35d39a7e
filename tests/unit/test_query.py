"""Queries as people type them, and what they match."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yuqing.domain.query import Query, parse_query, token_line
from yuqing.domain.text import tokens

TYPED = st.text(st.sampled_from('国道水路gG21 -|"“”｜－　,。\x00乾干'), max_size=20)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("  ，。 | - ", Query()),
        ("水 电", Query(((("水",),), (("电",),)))),
        ("停水|停电", Query(((("停", "水"), ("停", "电")),))),
        ("停水 | 停电", Query(((("停", "水"), ("停", "电")),))),
        ("停水｜停电 镇", Query(((("停", "水"), ("停", "电")), (("镇",),)))),
        ("-谣言", Query((), (("谣", "言"),))),
        ("－谣言", Query((), (("谣", "言"),))),
        ('"a b"', Query(((("a", "b"),),))),
        ("“a b”", Query(((("a", "b"),),))),
        ('-"a b" c', Query(((("c",),),), (("a", "b"),))),
        ("a-b", Query(((("a", "b"),),))),
        ("G210", Query(((("g", "210"),),))),
        ("| 水", Query(((("水",),),))),
        ("水 | -电", Query(((("水",),),), (("电",),))),
        ('"水', Query(((("水",),),))),
        ("水 水|水 水", Query(((("水",),),))),
        ("國道", Query(((("国", "道"),),))),
    ],
)
def test_reads_what_was_meant(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("路灯", "清水镇路灯不亮", True),
        ("灯路", "清水镇路灯不亮", False),
        ("路 灯", "灯下的路", True),
        ("路灯", "路，灯", True),
        ("bc", "abc", False),
        ("12", "123", False),
        ("路灯 -清水", "清水镇路灯不亮", False),
        ("路灯|水管 -北沟", "清水镇路灯不亮", True),
        ("乾", "乾坤湾景区", True),
        ("乾坤", "干坤", True),
        ("看著", "看着", True),
        ("二〇二六", "二〇二六年", True),
        ("", "", True),
        ("-水", "", True),
    ],
)
def test_matches(typed: str, text: str, found: bool) -> None:
    assert parse_query(typed).matches(text) is found


def follows(phrase: tuple[str, ...], words: list[str]) -> bool:
    size = len(phrase)
    return any(tuple(words[i : i + size]) == phrase for i in range(len(words) - size + 1))


@settings(max_examples=300, deadline=None)
@given(TYPED, TYPED)
def test_matches_is_what_the_words_of_the_query_say(typed: str, text: str) -> None:
    query, words = parse_query(typed), tokens(text)
    plain = all(any(follows(p, words) for p in group) for group in query.groups) and not any(
        follows(p, words) for p in query.none
    )
    assert query.matches(text) is plain
    assert query.matches_tokens(words) is plain
    assert query.matches_line(token_line(words)) is plain


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_input_is_a_query_without_empty_phrases(typed: str) -> None:
    query = parse_query(typed)
    assert all(group and all(group) for group in query.groups)
    assert all(query.none)
    query.matches(typed)


@settings(max_examples=200, deadline=None)
@given(TYPED.filter(lambda text: "-" not in text and "－" not in text))
def test_a_text_finds_itself(text: str) -> None:
    assert parse_query(text).matches(text)


PLAIN = st.text(st.sampled_from("国道水路g21 "), max_size=12)


@settings(max_examples=200, deadline=None)
@given(PLAIN, PLAIN, PLAIN)
def test_more_words_find_less_and_exclusion_is_the_opposite(a: str, b: str, text: str) -> None:
    both = parse_query(f"{a} {b}").matches(text)
    assert both is (parse_query(a).matches(text) and parse_query(b).matches(text))
    word = a.replace(" ", "")
    if word:
        assert parse_query(f"-{word}").matches(text) is not parse_query(word).matches(text)
