"""The linear model: n-grams as numbers, and an artifact that is data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from classifier.features import NAMES, dense, read
from classifier.linear import (
    LONGEST,
    LinearModel,
    load_linear,
    ngram_keys,
    opening_keys,
    save_linear,
    weigh,
)
from classifier.rules.lexicon import product_lexicon


def test_ngrams_of_one_two_and_three_characters() -> None:
    assert len(ngram_keys("停水了")) == 3 + 2 + 1
    assert set(ngram_keys("停水")) < set(ngram_keys("停水了"))
    assert len(ngram_keys("水")) == 1
    assert len(ngram_keys("")) == 0


def test_ngrams_of_different_characters_never_meet() -> None:
    first, second = ngram_keys("甲乙丙"), ngram_keys("丙乙甲")
    assert set(first) & set(second) == set(ngram_keys("甲")) | set(ngram_keys("乙")) | set(
        ngram_keys("丙")
    )


def test_weights_have_length_one_and_know_only_the_vocabulary() -> None:
    vocabulary = np.unique(ngram_keys("停水停电"))
    idf = np.ones(len(vocabulary), dtype=np.float32)
    rows, values = weigh(ngram_keys("又停水了"), vocabulary, idf)
    assert set(vocabulary[rows]) == set(ngram_keys("停水"))
    assert np.isclose(np.dot(values, values), 1.0)
    assert len(weigh(ngram_keys("abc"), vocabulary, idf)[0]) == 0


def test_ngrams_of_an_opening_are_no_others() -> None:
    text, opening = "停水了三天没人管", 3
    assert len(opening_keys(text, opening)) == len(ngram_keys("停水了"))
    assert not set(opening_keys(text, opening)) & set(ngram_keys(text))
    assert max(opening_keys(text, opening)) < min(ngram_keys(text))


def test_where_an_opening_is_read_apart_the_same_words_weigh_more_in_it() -> None:
    model = _opening_model(opening=2)
    first, later = (_score(model, text) for text in ("停水又见人", "又见人停水"))
    assert np.isclose(_score(_opening_model(), "停水又见人"), later)
    assert np.isclose(first - later, 10 * np.sqrt(3))


def test_a_model_that_reads_little_does_not_see_the_rest() -> None:
    model = _opening_model(reads=3)
    assert _score(model, "又见人停水") == 0
    assert _score(model, "停水人又见") == _score(model, "停水人")


def test_the_artifact_comes_back_as_it_went(tmp_path: Path) -> None:
    model = _model()
    save_linear(model, tmp_path)
    again = load_linear(tmp_path)
    features = np.ones(len(NAMES), dtype=np.float32)
    before, after = (m.scores("停水了", features) for m in (model, again))
    assert {head: s.tolist() for head, s in before.items()} == {
        head: s.tolist() for head, s in after.items()
    }
    assert (again.name, again.heads) == (model.name, model.heads)


def test_features_have_their_names() -> None:
    reading = read("众多业主投诉小区电梯故障", product_lexicon())
    values = dict(zip(NAMES, dense(reading), strict=True))
    assert values["topic:housing"] > 1
    assert values["mark:group"] > 0
    assert values["group_and_housing"] == 1
    assert values["harm:1"] == 0


def _model() -> LinearModel:
    vocabulary = np.unique(ngram_keys("停水停电"))
    size, heads = len(vocabulary), {"relevant": ("relevant",), "topic": ("urban", "housing")}
    return LinearModel(
        name="small",
        vocabulary=vocabulary,
        idf=np.ones(size, dtype=np.float32),
        ngrams=np.arange(size * 3, dtype=np.float32).reshape(size, 3) / np.float32(8),
        dense=np.ones((len(NAMES), 3), dtype=np.float32),
        bias=np.array([0.5, -1, 2], dtype=np.float32),
        heads=heads,
    )


def _opening_model(reads: int = LONGEST, opening: int = 0) -> LinearModel:
    """One column: an n-gram of 停水 weighs 1, and 10 in the opening."""
    vocabulary = np.concatenate([np.unique(opening_keys("停水", 2)), np.unique(ngram_keys("停水"))])
    weights = np.repeat(np.array([10, 1], dtype=np.float32), 3)[:, None]
    dense = np.zeros((len(NAMES), 1), dtype=np.float32)
    ones, bias = np.ones(6, dtype=np.float32), np.zeros(1, dtype=np.float32)
    heads: dict[str, tuple[str, ...]] = {"topic": ("urban",)}
    return LinearModel("one", vocabulary, ones, weights, dense, bias, heads, reads, opening)


def _score(model: LinearModel, text: str) -> float:
    return float(model.scores(text, np.zeros(len(NAMES), dtype=np.float32))["topic"][0])
