"""The engine against a slow reading of the rules that shares no code with it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.clock_histories import compare

FEW_THOUSAND = 2000


@settings(max_examples=300, deadline=None)
@given(st.integers(min_value=FEW_THOUSAND))
def test_any_seed_gives_a_history_both_read_alike(seed: int) -> None:
    compare(seed)


def test_fixed_histories_reach_what_matters() -> None:
    seen: set[str] = set()
    for seed in range(FEW_THOUSAND):
        seen.update(event["do"] for event in compare(seed))
    assert {"close", "evaluate", "reopen", "merge", "waive", "extend", "strike", "absorb"} <= seen
