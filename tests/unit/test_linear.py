"""The linear model: n-grams as numbers, and an artifact that is data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from classifier.features import NAMES, dense, read
from classifier.linear import LinearModel, load_linear, ngram_keys, save_linear, weigh
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
    rows, values = weigh("又停水了", vocabulary, idf)
    assert set(vocabulary[rows]) == set(ngram_keys("停水"))
    assert np.isclose(np.dot(values, values), 1.0)
    assert len(weigh("abc", vocabulary, idf)[0]) == 0


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
