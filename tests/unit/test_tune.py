"""What tuning makes of the two models: the slow one is asked as often as it knows better."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from classifier.cascade import Scores
from classifier.features import read
from classifier.heads import FAST_HEADS
from classifier.rules.lexicon import product_lexicon
from classifier.train.tune import Heard, asked, tune

READING = read("路灯坏了", product_lexicon())
TOPICS = ("housing", "urban", "transport", "environment", "education")
SURE = 6.0


def says(topic: str, sure: float = SURE) -> Scores:
    """The scores of a model that is sure of relevance and grade 1, and of `topic` by `sure`."""
    told = {"relevant": SURE, "1": SURE, "2": -SURE, "3": -SURE, "difficulty": SURE, topic: sure}
    return {
        head: np.array([told.get(column, 0.0) for column in columns], np.float32)
        for head, columns in FAST_HEADS.items()
    }


def row(topic: str) -> Mapping[str, object]:
    return {"relevant": True, "topic": topic, "severity": 1, "disposition": "difficulty"}


def heard(of_fast: Mapping[str, str], sure: float = SURE) -> list[Heard]:
    """Ten rows a topic; the slow model is right, the fast one takes a topic for `of_fast`."""
    return [
        Heard(row(topic), READING, says(of_fast.get(topic, topic), sure), says(topic))
        for topic in TOPICS * 10
    ]


def test_a_model_that_knows_no_better_is_not_asked() -> None:
    rows = heard({})
    assert asked(rows, tune(rows, "both")) == 0.0


def test_a_fast_model_that_is_wrong_with_certainty_is_never_left_alone() -> None:
    rows = heard(dict.fromkeys(TOPICS, "finance"))
    assert asked(rows, tune(rows, "both")) == 1.0


def test_only_where_the_fast_model_is_unsure_the_slow_one_is_asked() -> None:
    sure, unsure = heard({}), heard(dict.fromkeys(TOPICS, "finance"), sure=0.1)
    tuning = tune([*sure, *unsure], "both")
    assert asked(sure, tuning) == 0.0
    assert asked(unsure, tuning) == 1.0
