"""Drift: equal shares are still, other shares move, few posts say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.drift import (
    LEAST,
    Shares,
    compare,
    divergence,
    load_shares,
    psi,
    save_shares,
    shares_of,
    shipped_shares,
)
from classifier.drifting import A_DAY, measure
from stream.sqlite_index import SqliteIndex
from tests.contracts.index_posts import NOON, judged
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.verdict import Severity, Topic

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500), min_size=1)


def shares(**topics: int) -> Shares:
    total = sum(topics.values())
    return Shares("m", {"topic": topics, "relevant": {"true": total, "false": total}})


def test_equal_shares_are_still() -> None:
    found = compare(shares(labour=300, urban=700), shares(labour=600, urban=1400))
    levels = {one.head: one.level for one in found.heads}
    assert levels["topic"] == levels["relevant"] == "still"
    assert levels["severity"] == "unknown"
    assert found.moved == []


def test_a_share_that_doubled_is_named_with_both_shares() -> None:
    found = compare(shares(labour=100, urban=900), shares(labour=300, urban=700))
    (moved,) = found.moved
    assert moved.head == "topic"
    assert moved.psi == pytest.approx(0.2 * log(3) + 0.2 * log(9 / 7), abs=1e-4)
    assert [(m.name, m.before, m.after) for m in moved.moves] == [
        ("labour", 0.1, 0.3),
        ("urban", 0.9, 0.7),
    ]


def test_few_posts_say_nothing() -> None:
    few = shares(labour=LEAST - 1)
    many = shares(urban=10 * LEAST)
    for one, two in ((few, many), (many, few)):
        assert compare(one, two).heads[1].level == "unknown"


@given(COUNTS, COUNTS)
def test_measures_are_never_negative_and_nought_for_equals(
    one: dict[str, int], two: dict[str, int]
) -> None:
    assert psi(one, two) >= -1e-9
    assert -1e-9 <= divergence(one, two) <= 1 + 1e-9
    assert psi(one, two) == pytest.approx(psi(two, one), abs=1e-9)
    assert (psi(one, one), divergence(one, one)) == (0.0, 0.0)


def verdict(**changed: object) -> dict[str, object]:
    row = {"relevant": True, "topic": "labour", "severity": 1, "confidence": 0.97}
    return row | changed


def test_a_reference_is_counted_from_verdicts_and_kept(tmp_path: Path) -> None:
    rows = [verdict(), verdict(confidence=1.0), verdict(relevant=False, topic="other", severity=0)]
    found = shares_of("m", rows)
    assert found.counts == {
        "relevant": {"false": 1, "true": 2},
        "topic": {"labour": 2},
        "severity": {"1": 2},
        "confidence": {"0.9": 3},
    }
    save_shares(found, tmp_path / "r.json")
    assert load_shares(tmp_path / "r.json") == found
    with pytest.raises(InvalidMessage, match="line 2"):
        shares_of("m", [verdict(), verdict(topic="weather")])


def test_the_shipped_reference_has_enough_of_every_head() -> None:
    shipped = shipped_shares()
    assert min(shipped.total(head) for head in ("relevant", "topic", "severity", "confidence")) > (
        LEAST
    )
    assert {one.level for one in compare(shipped, shipped).heads} == {"still"}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    index = SqliteIndex(tmp_path / "index.db")
    yield index
    index.close()


def test_the_index_is_asked_for_seven_days_of_one_jurisdiction(index: SqliteIndex) -> None:
    old = judged("old", at=NOON - timedelta(days=8))
    other = judged("other", jurisdictions=("elsewhere",), at=NOON - timedelta(hours=1))
    dull = judged("dull", relevant=False, at=NOON - timedelta(days=6, hours=23))
    wages = [
        judged(f"w{n}", topic=Topic.LABOUR, severity=Severity.LARGER, at=NOON - timedelta(hours=n))
        for n in range(1, 4)
    ]
    sure = replace(wages[0], verdict=replace(wages[0].verdict, confidence=0.91))
    index.put([old, other, dull, sure, *wages[1:]])
    found = measure(index, "qingshui", NOON)
    assert found.counts == {
        "relevant": {"true": 3, "false": 1},
        "topic": {"labour": 3},
        "severity": {"2": 3},
        "confidence": {"0.9": 1, "0.5": 3},
    }
    assert found.model == "test"


def test_of_a_busy_day_the_newest_are_looked_at(index: SqliteIndex) -> None:
    index.put([judged(f"p{n}", at=NOON - timedelta(minutes=n + 1)) for n in range(A_DAY + 5)])
    found = measure(index, "qingshui", NOON)
    assert (found.total("confidence"), found.total("topic")) == (A_DAY, A_DAY + 5)
