"""Text as it is compared: the same for every spelling, and cut the same way everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yuqing.domain.text import clean, normalise, simplify, tokens

ANY = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("路灯坏了", ["路", "灯", "坏", "了"]),
        ("G210国道K35+600", ["g", "210", "国", "道", "k", "35", "600"]),
        ("Ｇ２１０", ["g", "210"]),
        ("二〇二六年", ["二", "〇", "二", "六", "年"]),
        ("ñ国道", ["ñ", "国", "道"]),
        ("カ国café", ["カ", "国", "café"]),
        ("國道塞車", ["国", "道", "塞", "车"]),
        ("乾淨 乾坤", ["干", "净", "干", "坤"]),
        ("国\u200b道\x00\ufeff", ["国", "道"]),
        ("ΑΣ ΑΣ.", ["ασ", "ασ"]),
        ("snake_case", ["snake", "case"]),
        ("½ ① Ⅻ", ["1", "2", "1", "xii"]),
        ("🚧 ❄️", []),
        ("\ud800国", ["国"]),
        ("𠮷野家", ["𠮷", "野", "家"]),
    ],
)
def test_tokens(text: str, cut: list[str]) -> None:
    assert tokens(text) == cut


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_tokens_are_clean_words(text: str) -> None:
    for token in tokens(text):
        assert token
        assert not set(token) & set(" \t\n\"'_*:()-|\x00\x1f")
        assert token == token.casefold()


HAN = st.text(
    st.sampled_from("国國道水乾干坤淨净着著看里裡後后台臺覆复征徵於于沙发發"), max_size=12
)


@settings(max_examples=300, deadline=None)
@given(HAN, st.integers(0, 12), st.integers(0, 12))
def test_a_part_of_a_simplified_text_is_found_in_it(text: str, start: int, end: int) -> None:
    """Simplification looks at neighbours; a search for a part must not suffer from that."""
    text = simplify(text)
    whole, part = "".join(tokens(text)), "".join(tokens(text[start:end]))
    assert part in whole


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_normalising_takes_any_text_and_leaves_no_controls(text: str) -> None:
    result = normalise(text)
    assert result == result.strip()
    assert "\n" not in result
    assert clean(result) == result
    result.encode()
