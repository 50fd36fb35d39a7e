"""Rumour risk: from text, source, author, spread and the library; never a cut-off range."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.debunks.library import Debunk, Debunks
from classifier.features import Reading, read
from classifier.jsonl import owner_of
from classifier.rules.lexicon import product_lexicon
from classifier.rumours import (
    Signals,
    assess,
    measures,
    shipped_combination,
    signals_of,
    spread_seconds,
)
from yuqing.domain.post import Owner

LEXICON = product_lexicon()
HEARD = "速转!听说白鹤镇水厂被投毒了,内部消息,千万不要喝自来水!"
PLAIN = "楼下的路灯坏了半个月了,晚上很黑。"
LIBRARY = Debunks(
    [
        Debunk(
            "d1",
            "白鹤镇水厂水质正常",
            ("白鹤镇水厂被人投毒,自来水不能喝",),
            (),
            "白鹤镇政府",
            "2026-03-01",
        ),
        Debunk("d2", "没有人贩子进校", (), (("人贩子", "偷孩子"), ("小学", "幼儿园"), ("面包车",))),
    ]
)


def reading(text: str) -> Reading:
    return read(text, LEXICON)


def risk(text: str, score: float = 0.0, owner: Owner = Owner.CITIZEN, **known: object) -> float:
    signals = Signals(**known)  # type: ignore[arg-type]
    return assess(score, reading(text), owner, signals, LIBRARY).risk


def test_a_surer_text_is_a_higher_risk_whatever_is_known() -> None:
    for signals in (
        Signals(),
        Signals(500),
        Signals(500, 300),
        Signals(None, None, tuple(range(20))),
    ):
        risks = [
            assess(s, reading(PLAIN), Owner.CITIZEN, signals).risk for s in (-3.0, -1.0, 1.0, 3.0)
        ]
        assert risks == sorted(risks)
        assert len(set(risks)) == 4


@pytest.mark.parametrize("owner", list(Owner))
@pytest.mark.parametrize("text", [PLAIN, "【辟谣】白鹤镇水厂投毒系谣言,请勿轻信"])
def test_neither_owner_nor_refutation_makes_two_posts_equal(owner: Owner, text: str) -> None:
    assert risk(text, 2.0, owner) > risk(text, 0.5, owner) > risk(text, -2.0, owner)


def test_many_followers_and_a_named_source_lower_the_risk() -> None:
    assert risk(PLAIN, 0.5, followers=3_000_000) < risk(PLAIN, 0.5, followers=800)
    sourced = "据市应急局通报,楼下的路灯坏了半个月了,晚上很黑。"
    assert risk(sourced, 0.5) < risk(PLAIN, 0.5)


def test_a_post_just_made_is_not_judged_by_its_few_reposts() -> None:
    assert risk(PLAIN, 0.0, reposts=0) == risk(PLAIN, 0.0, reposts=40) == risk(PLAIN, 0.0)


def test_an_official_voice_is_little_risk_and_media_less_than_citizens() -> None:
    citizen, media, official = (risk(PLAIN, 4.0, owner) for owner in reversed(Owner))
    assert citizen > media > official
    assert official <= 0.1


def test_what_repeats_a_refuted_claim_is_told_with_the_refutation() -> None:
    text = "姐妹们注意,听邻居讲白鹤镇水厂被人投毒,家里的自来水都不能喝了。"
    found = assess(-3.0, reading(text), Owner.CITIZEN, Signals(), LIBRARY)
    assert found.risk >= 0.9
    reason = found.reasons[0]
    assert "白鹤镇水厂水质正常" in reason.rule
    assert reason.text == text[reason.start : reason.end]
    assert "白鹤镇水厂被人投毒" in reason.text


@pytest.mark.parametrize(
    "text",
    [
        "白鹤镇水厂扩建工程今天开工",
        "请问白鹤镇自来水什么时候恢复?",
        "面包车停在小学门口,堵得走不了",
    ],
)
def test_what_only_shares_a_place_does_not_match(text: str) -> None:
    assert LIBRARY.match(reading(text).folded.text) is None


def test_key_words_match_in_any_order() -> None:
    match = LIBRARY.match("昨天有辆面包车在实验小学门口,说是来偷孩子的")
    assert match is not None
    assert match.debunk.id == "d2"


def test_a_refutation_of_the_claim_is_not_raised_by_it() -> None:
    text = "【辟谣】白鹤镇水厂被人投毒、自来水不能喝系谣言,请勿轻信"
    found = assess(0.0, reading(text), Owner.OFFICIAL, Signals(), LIBRARY)
    assert found.risk <= 0.1
    assert all("辟谣" in reason.rule for reason in found.reasons)


def test_every_reason_is_chinese_and_points_at_its_words() -> None:
    seconds = tuple(range(30, 3000, 40))
    signals = Signals(300, 400, seconds)
    found = assess(3.0, reading(HEARD), Owner.CITIZEN, signals, LIBRARY)
    rules = "".join(reason.rule for reason in found.reasons)
    for word in ("传闻用语", "催促扩散", "没有注明消息来源", "首小时转发", "粉丝少"):
        assert word in rules
    for reason in found.reasons:
        assert reason.what == "rumour_risk"
        assert HEARD[reason.start : reason.end] == reason.text


def test_an_everyday_post_gets_no_reasons() -> None:
    assert assess(-3.0, reading(PLAIN), Owner.CITIZEN).reasons == ()


def test_every_set_of_facts_has_its_weights_over_known_measures() -> None:
    combination = shipped_combination()
    known = {*measures(reading(PLAIN), Signals()), "text", "one"}
    names = {"text", "followers", "reposts", "spread", "followers+reposts", "followers+spread"}
    assert names | {"reposts+spread", "followers+reposts+spread"} == set(combination.weights)
    assert all(set(weights) <= known for weights in combination.weights.values())
    assert all(weights["text"] > 0 for weights in combination.weights.values())


@settings(deadline=None, max_examples=60)
@given(
    st.text(max_size=60),
    st.floats(-20, 20),
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(0, 10**6),
    st.lists(st.integers(0, 10**6), max_size=30),
)
def test_any_post_gets_a_risk_between_nothing_and_certain(
    text: str, score: float, followers: int | None, reposts: int | None, seconds: list[int]
) -> None:
    signals = Signals(followers, reposts, spread_seconds(seconds))
    found = assess(score, reading(text), Owner.CITIZEN, signals, LIBRARY)
    assert 0 <= found.risk <= 1
    assert all(text[r.start : r.end] == r.text for r in found.reasons)


def test_signals_of_a_crawled_post_need_no_sighting() -> None:
    assert signals_of(12, None) == Signals(12)


@pytest.mark.parametrize("told", [None, "12", 7, {"a": 1}, [None, "x", True]])
def test_a_spread_that_is_no_list_of_numbers_is_unknown(told: object) -> None:
    assert spread_seconds(told) == ()


@pytest.mark.parametrize(
    ("source", "owner"),
    [
        ("official", Owner.OFFICIAL),
        ("柳溪区人民政府网", Owner.OFFICIAL),
        ("柳溪发布", Owner.OFFICIAL),
        ("柳溪晚报", Owner.MEDIA),
        ("微博", Owner.CITIZEN),
        ("", Owner.CITIZEN),
    ],
)
def test_a_source_is_known_by_its_code_or_name(source: str, owner: Owner) -> None:
    assert owner_of(source) is owner


DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="the training data is not on this machine")
def test_the_combination_can_be_fitted_again() -> None:
    from classifier.train.rumours import fit_rumour
    from classifier.train.sources import rows

    posts = list(rows(DATA / "rumours/ced_train.jsonl.gz"))
    noise = np.random.default_rng(7).normal(0, 1.2, len(posts))
    scores = {p["id"]: 2 * p["rumor"] - 1 + float(n) for p, n in zip(posts, noise, strict=True)}
    fitted = fit_rumour(DATA, scores)
    assert set(fitted["weights"]) == set(shipped_combination().weights)
    assert fitted["auc"]["followers"] > fitted["auc"]["text"] > 0.8
    assert json.loads(json.dumps(fitted)) == fitted
