"""What training tells of a judge: the measures of `yuqing eval` on one file, and F1 by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from classifier.evaluate.numbers import LEAST, Answers, f1, measures
from yuqing.domain.verdict import Disposition, Severity, Topic


class Said(Protocol):
    """What is measured of an opinion or a verdict."""

    @property
    def relevant(self) -> bool: ...
    @property
    def topic(self) -> Topic: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def disposition(self) -> Disposition: ...
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """Each within 0..1; `ece` is the expected calibration error of the confidence."""

    posts: int
    topic_macro_f1: float
    relevance_f1: float
    severity_qwk: float
    severity2_recall: float
    severity2_precision: float
    disposition_macro_f1: float
    ece: float
    by_topic: Mapping[str, float]
    by_disposition: Mapping[str, float]

    def rounded(self) -> dict[str, Any]:
        """As it is written to scores.json."""
        return {
            name: {k: round(v, 3) for k, v in sorted(value.items())}
            if isinstance(value, Mapping)
            else round(value, 4)
            for name, value in asdict(self).items()
        }


def measure(said: Sequence[Said], rows: Sequence[Mapping[str, Any]]) -> Measured:
    """How opinions or verdicts agree with the labels of `rows`."""
    gold, answers = _labels(rows), _answers(said)
    found = measures(gold, answers, np.ones((1, len(rows))))
    told = {name: float(np.nan_to_num(values[0])) for name, values in found.items()}
    grave = sum(severity >= Severity.LARGER for severity in answers.severity)
    both = zip(gold.severity, answers.severity, strict=True)
    hit = sum(min(pair) >= Severity.LARGER for pair in both)
    return Measured(
        posts=len(rows),
        severity2_precision=hit / max(1, grave),
        by_topic=by_class(gold.topic, answers.topic),
        by_disposition=by_class(gold.disposition, answers.disposition),
        **told,
    )


def _labels(rows: Sequence[Mapping[str, Any]]) -> Answers:
    return Answers(
        tuple(bool(row["relevant"]) for row in rows),
        tuple(str(row["topic"]) for row in rows),
        tuple(int(row["severity"]) for row in rows),
        tuple(str(row["disposition"]) for row in rows),
    )


def _answers(said: Sequence[Said]) -> Answers:
    return Answers(
        tuple(one.relevant for one in said),
        tuple(str(one.topic) for one in said),
        tuple(int(one.severity) for one in said),
        tuple(str(one.disposition) for one in said),
        tuple(one.confidence for one in said),
    )


def by_class(gold: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """F1 of every class that has enough gold rows."""
    right, told, ones = np.array(gold), np.array(said), np.ones((1, len(gold)))
    common = [name for name, count in Counter(gold).items() if count >= LEAST]
    return {name: float(f1(right == name, told == name, ones)[0]) for name in common}
