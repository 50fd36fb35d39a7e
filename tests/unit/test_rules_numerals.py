"""Numbers as people write them, read at the side a grade may rest on."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.rules.numerals import numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("32人", 32),
        ("三十二人", 32),
        ("两人", 2),
        ("十人", 10),
        ("十几名", 11),
        ("十余名", 10),
        ("几十名", 20),
        ("数百名", 200),
        ("近百人", 99),
        ("近30人", 29),
        ("上百名", 100),
        ("百余户", 100),
        ("3,200户", 3200),
        ("一百零五人", 105),
        ("两千三百人", 2300),
        ("1.2亿元", 1.2e8),
        ("5000余万元", 5e7),
        ("数千万元", 2e7),
        ("上亿元", 1e8),
        ("三点五亿元", 3.5e8),
        ("30多万元", 3e5),
    ],
)
def test_the_first_number(text: str, value: float) -> None:
    assert next(iter(numbers(text))).value == pytest.approx(value)


@pytest.mark.parametrize("text", ["陆续离开", "队伍很长", "没有数字", ""])
def test_what_is_no_number(text: str) -> None:
    assert list(numbers(text)) == []


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="一二三十百千万亿两几数余多近上0123456789.,人死伤 点零", max_size=60))
def test_any_mixture_is_read_in_order_without_failing(text: str) -> None:
    found = list(numbers(text))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0 <= n.start < n.end <= len(text) and n.value >= 0 for n in found)
