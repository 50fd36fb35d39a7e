"""Training: the weak labels, the measures, and a clear error where the data are not."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from classifier.features import read
from classifier.heads import TOPICS
from classifier.rules.lexicon import product_lexicon
from classifier.train.build import is_measured, split
from classifier.train.further import authored
from classifier.train.measure import by_class
from classifier.train.sources import Example, gold_mark, weak_relevance, weak_topic
from yuqing.domain.errors import ConfigError
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic


def test_missing_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"posts\.jsonl"):
        split(tmp_path, tmp_path)


def test_a_weak_topic_is_the_clear_one_of_the_allowed() -> None:
    lexicon = product_lexicon()
    text = "公积金断缴以后,养老保险和医保还能补缴吗,去社保局问了没人答"
    example = Example(text, True, TOPICS)
    assert weak_topic(example, read(text, lexicon)) is Topic.SOCIAL_SECURITY
    only = Example(text, True, (Topic.LABOUR,))
    assert weak_topic(only, read(text, lexicon)) is Topic.LABOUR
    assert weak_topic(Example("嗯", True, TOPICS), read("嗯", lexicon)) is None


def test_foreign_news_is_weakly_irrelevant() -> None:
    text = "法国南部森林大火,巴黎消防员前往支援"
    example = Example(text, None, TOPICS, None, "cec")
    assert weak_relevance(example, read(text, product_lexicon()), Topic.DISASTER) is False


def test_a_text_is_known_again_by_its_first_characters() -> None:
    assert gold_mark("停水了!!没人管") == gold_mark("停水了,没人管")


def test_f1_leaves_rare_classes_out() -> None:
    gold = ["a"] * 5 + ["b"] * 4
    assert by_class(gold, ["a"] * 9) == {"a": pytest.approx(10 / 14)}


def test_a_third_of_the_gold_rows_only_measures() -> None:
    kept = [number for number in range(900) if is_measured(f"p{number:04}")]
    assert 250 < len(kept) < 350
    assert kept == [number for number in range(900) if is_measured(f"p{number:04}")]


def test_what_we_wrote_to_learn_from_is_labelled_by_the_words_of_the_domain() -> None:
    for row in authored():
        topic, severity = Topic(row["topic"]), Severity(row["severity"])
        assert row["relevant"] or (topic, severity) == (Topic.OTHER, Severity.NONE), row["text"]
        Disposition(row["disposition"])
        if row.get("emergency", "none") != "none":
            Emergency(row["emergency"])
            assert severity >= Severity.LARGER, row["text"]


def test_labels_of_public_rows_hold_no_sentence() -> None:
    with resources.files("classifier.train").joinpath("further.jsonl").open("rb") as file:
        known = {
            "file",
            "row",
            "title",
            "tune",
            "relevant",
            "topic",
            "also",
            "severity",
            "disposition",
            "emergency",
        }
        assert all(set(json.loads(line)) <= known for line in file)
