"""The engine against a slow reading of the rules that shares no code with it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.clock_histories import compare
from tests.reference.clocks_by_hand import History

HISTORIES, A_PART = 20_000, 2_000
DEEDS = ("close", "evaluate", "merge", "waive", "extend", "strike", "absorb", "submit", "settle")


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=HISTORIES))
def test_any_seed_gives_a_history_both_read_alike(seed: int) -> None:
    compare(seed)


@pytest.mark.parametrize("first", range(0, HISTORIES, A_PART))
def test_fixed_histories_are_read_alike_and_reach_what_matters(first: int) -> None:
    reached: Counter[str] = Counter()
    for seed in range(first, first + A_PART):
        reached.update(_deeds(compare(seed)))
    for deed in (*DEEDS, "third round", "regraded"):
        assert reached[deed] >= 15, (deed, reached)


def _deeds(history: History) -> set[str]:
    deeds = [event["do"] for event in history]
    said = set(deeds)
    if deeds.count("reopen") >= 2:
        said.add("third round")
    if deeds.count("grade") >= 2:
        said.add("regraded")
    return said
