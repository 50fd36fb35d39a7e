"""Comparing judges: measures against plain loops, honest intervals, what may replace what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
import pytest

from classifier.corrections import read_corrections
from classifier.evaluate.compare import HEADLINE, compare
from classifier.evaluate.files import answers_of, gold_answers, judge_in, read_gold
from classifier.evaluate.numbers import Answers, measures, resamples
from classifier.evaluate.promote import promote
from yuqing.domain.errors import ConfigError, InvalidMessage

MODEL = Path(__file__).parents[2] / "classifier" / "models"
TOPICS, DISPOSITIONS = ("labour", "urban", "transport", "other"), ("difficulty", "unclear", "none")


def answers(
    seed: int, posts: int = 240, wrong: float = 0.0, like: Answers | None = None
) -> Answers:
    """Answers drawn at random; with `like`, its own but for a share that is `wrong`."""
    draw = Random(seed)

    def pick(choices: Sequence[Any], known: Sequence[Any] | None) -> tuple[Any, ...]:
        return tuple(
            draw.choice(choices) if known is None or draw.random() < wrong else known[n]
            for n in range(posts)
        )

    return Answers(
        relevant=pick((True, True, True, False), like.relevant if like else None),
        topic=pick(TOPICS, like.topic if like else None),
        severity=pick((0, 0, 1, 1, 2, 3, 4), like.severity if like else None),
        disposition=pick(DISPOSITIONS, like.disposition if like else None),
        confidence=tuple(draw.random() for _ in range(posts)),
    )


def slow(gold: Answers, said: Answers, drawn: Sequence[int]) -> dict[str, float]:
    """The same measures by the plainest loops, over the posts `drawn`."""
    pairs = {
        head: [(getattr(gold, head)[n], getattr(said, head)[n]) for n in drawn]
        for head in ("relevant", "topic", "severity", "disposition")
    }

    def macro(head: str) -> float:
        classes = [c for c, n in Counter(getattr(gold, head)).items() if n >= 5]
        scores = []
        for name in classes:
            hit = sum(g == p == name for g, p in pairs[head])
            golds, saids = (sum(pair[side] == name for pair in pairs[head]) for side in (0, 1))
            if golds:
                scores.append(2 * hit / (golds + saids))
        return float(sum(scores) / len(scores))

    both = sum(g and p for g, p in pairs["relevant"])
    grades = pairs["severity"]
    ones, twos = Counter(g for g, _ in grades), Counter(p for _, p in grades)
    off = sum((g - p) ** 2 for g, p in grades)
    chance = sum((a - b) ** 2 * ones[a] * twos[b] for a in range(5) for b in range(5))
    grave = [(g, p) for g, p in grades if g >= 2]
    gaps = [0.0] * 10
    for n in drawn:
        confidence = (said.confidence or ())[n]
        right = (gold.relevant[n], gold.topic[n]) == (said.relevant[n], said.topic[n])
        gaps[min(9, int(confidence * 10))] += right - confidence
    return {
        "topic_macro_f1": macro("topic"),
        "relevance_f1": 2 * both / sum(g + p for g, p in pairs["relevant"]),
        "severity_qwk": 1 - off * len(drawn) / chance,
        "severity2_recall": sum(p >= 2 for _, p in grave) / len(grave),
        "disposition_macro_f1": macro("disposition"),
        "ece": sum(map(abs, gaps)) / len(drawn),
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_measures_are_those_of_plain_loops_also_on_resamples(seed: int) -> None:
    gold = answers(seed)
    said = answers(seed + 50, wrong=0.3, like=gold)
    weights = np.vstack([np.ones((1, 240)), resamples(240, 3, seed)])
    fast = measures(gold, said, weights)
    for row, counts in enumerate(weights.astype(int)):
        drawn = [n for n, times in enumerate(counts) for _ in range(times)]
        expected = slow(gold, said, drawn)
        assert {name: values[row] for name, values in fast.items()} == pytest.approx(expected)


def test_the_same_seed_gives_the_same_intervals_and_each_holds_its_value() -> None:
    gold = answers(1)
    a, b = answers(2, wrong=0.2, like=gold), answers(3, wrong=0.25, like=gold)
    first = compare(gold, a, b)
    assert compare(gold, a, b) == first
    assert [one.name for one in first.measures] == [*HEADLINE, "ece"]
    for one in first.measures[:5]:
        for side in (one.a, one.b, one.difference):
            assert side.low <= side.value <= side.high
        assert one.difference.value == pytest.approx(one.b.value - one.a.value)


def test_a_judge_is_not_worse_than_itself_and_a_bad_one_is_refused() -> None:
    gold = answers(1)
    good, bad = answers(2, wrong=0.1, like=gold), answers(3, wrong=0.6, like=gold)
    assert compare(gold, good, good).refusals == ()
    assert compare(gold, bad, good).refusals == ()
    refused = compare(gold, good, bad).refusals
    assert len(refused) == 5
    assert refused[0].startswith("topic_macro_f1: ")


def test_who_misses_grave_posts_is_refused_however_good_the_rest() -> None:
    gold = answers(1)
    blind = replace(gold, severity=tuple(min(1, s) for s in gold.severity))
    said = compare(gold, answers(2, wrong=0.1, like=gold), blind)
    assert any(one.startswith("severity2_recall") for one in said.refusals)


def test_a_measure_without_a_single_case_refuses_nothing() -> None:
    gold = replace(answers(1, posts=30), severity=(0,) * 30)
    assert compare(gold, gold, answers(2, posts=30)).refusals


def gold_rows(posts: int = 6) -> list[dict[str, Any]]:
    texts = (
        "厂里拖欠三个月工资",
        "路灯坏了半个月",
        "今天去看了电影",
        "物业乱收费",
        "桥面塌了",
        "公交改线",
    )
    labels: dict[str, Any] = {"relevant": True, "topic": "labour", "also": [], "severity": 1}
    return [
        labels | {"id": f"g{n}", "text": texts[n % 6], "disposition": "difficulty"}
        for n in range(posts)
    ]


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return path


def test_a_model_and_its_own_verdicts_answer_alike(tmp_path: Path) -> None:
    rows = read_gold(write(tmp_path / "gold.jsonl", gold_rows()))
    judge = judge_in(MODEL)
    said = [judge.judge(row["id"], row["text"]) for row in rows]
    told = [
        {"id": v.post_id, "relevant": v.relevant, "topic": v.topic, "severity": int(v.severity)}
        | {"disposition": v.disposition, "confidence": v.confidence}
        for v in said
    ]
    verdicts = write(tmp_path / "said.jsonl", told[::-1])
    seen: list[int] = []
    assert answers_of(MODEL, rows, lambda: seen.append(1)) == answers_of(verdicts, rows)
    assert len(seen) == len(rows)
    assert gold_answers(rows).topic == ("labour",) * 6


def test_bad_files_are_named(tmp_path: Path) -> None:
    rows = gold_rows()
    for wrong, field in (({"topic": "x"}, "topic"), ({"severity": 9}, "severity")):
        bad = write(tmp_path / "bad.jsonl", [rows[0], rows[1] | wrong])
        with pytest.raises(InvalidMessage, match=f"post 2: field {field}"):
            read_gold(bad)
    (tmp_path / "none.jsonl").write_bytes(b"\n")
    with pytest.raises(InvalidMessage, match="there are no posts"):
        read_gold(tmp_path / "none.jsonl")
    half = write(tmp_path / "half.jsonl", rows[:4])
    with pytest.raises(InvalidMessage, match="2 posts have no verdict, first g4"):
        answers_of(half, rows)
    with pytest.raises(ConfigError, match="yuqing train"):
        answers_of(tmp_path, rows)


def test_promotion_is_whole(tmp_path: Path) -> None:
    new, dest = tmp_path / "new", tmp_path / "models" / "live"
    (new / "deep").mkdir(parents=True)
    (new / "deep" / "w.bin").write_text("2")
    promote(new, dest)
    (new / "deep" / "w.bin").write_text("3")
    (dest / "left.json").write_text("old")
    promote(new, dest)
    assert (dest / "deep" / "w.bin").read_text() == "3"
    assert sorted(one.name for one in dest.iterdir()) == ["deep"]
    assert [one.name for one in dest.parent.iterdir()] == ["live"]
    promote(dest, dest)
    with pytest.raises(InvalidMessage, match="only the folder"):
        promote(new / "deep" / "w.bin", dest)


def test_corrections_are_read_the_last_word_of_each_post(tmp_path: Path) -> None:
    rows = gold_rows(2)
    later = rows[0] | {"topic": "urban", "emergency": None, "who": "ana"}
    file = write(tmp_path / "c.jsonl", [*rows, later])
    assert [(row["id"], row["topic"]) for row in read_corrections(file)] == [
        ("g1", "labour"),
        ("g0", "urban"),
    ]
    bad = write(tmp_path / "bad.jsonl", [rows[0], rows[1] | {"emergency": "storm"}])
    with pytest.raises(InvalidMessage, match="line 2: field emergency"):
        read_corrections(bad)
