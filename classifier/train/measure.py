"""The numbers by which a judge is measured, the same as those of the project's scorer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from classifier.opinion import Opinion

_LEAST = 5  # a class with fewer gold posts is left out of macro averages
_BINS = 10


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

    @property
    def headline(self) -> float:
        """The mean of the two macro-F1 and the kappa: what asking the slow model is for."""
        return (self.topic_macro_f1 + self.disposition_macro_f1 + self.severity_qwk) / 3

    def rounded(self) -> dict[str, Any]:
        """As it is written to scores.json."""
        return {
            name: {k: round(v, 3) for k, v in sorted(value.items())}
            if isinstance(value, Mapping)
            else round(value, 4)
            for name, value in asdict(self).items()
        }


def measure(opinions: Sequence[Opinion], rows: Sequence[Mapping[str, Any]]) -> Measured:
    """How `opinions` agree with the labels of `rows`."""
    topics = f1_by_class([r["topic"] for r in rows], [str(o.topic) for o in opinions])
    told = f1_by_class([r["disposition"] for r in rows], [str(o.disposition) for o in opinions])
    relevant = f1_by_class([r["relevant"] for r in rows], [o.relevant for o in opinions])
    severity = [r["severity"] for r in rows], [int(o.severity) for o in opinions]
    high = [(g >= 2, p >= 2) for g, p in zip(*severity, strict=True)]
    hit = sum(g and p for g, p in high)
    right = [
        o.relevant == r["relevant"] and o.topic == r["topic"]
        for o, r in zip(opinions, rows, strict=True)
    ]
    return Measured(
        posts=len(rows),
        topic_macro_f1=float(np.mean(list(topics.values()) or [0.0])),
        relevance_f1=relevant.get(True, 0.0),
        severity_qwk=kappa(*severity),
        severity2_recall=hit / max(1, sum(g for g, _ in high)),
        severity2_precision=hit / max(1, sum(p for _, p in high)),
        disposition_macro_f1=float(np.mean(list(told.values()) or [0.0])),
        ece=calibration_error([o.confidence for o in opinions], right),
        by_topic=topics,
        by_disposition=told,
    )


def f1_by_class(gold: Sequence[Any], said: Sequence[Any]) -> dict[Any, float]:
    """F1 of every class that has enough gold rows."""
    scores = {}
    for name, count in Counter(gold).items():
        if count >= _LEAST:
            right = sum(g == p == name for g, p in zip(gold, said, strict=True))
            scores[name] = 2 * right / (count + sum(p == name for p in said))
    return scores


def kappa(gold: Sequence[int], said: Sequence[int], grades: int = 5) -> float:
    """Quadratic-weighted kappa."""
    off = sum((g - p) ** 2 for g, p in zip(gold, said, strict=True))
    first, second = Counter(gold), Counter(said)
    chance = sum((a - b) ** 2 * first[a] * second[b] for a in range(grades) for b in range(grades))
    return 1 - off * len(gold) / chance if chance else 1.0


def calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """The mean distance of confidence and share of right answers over ten bins, by size."""
    sure, true = np.asarray(confidence), np.asarray(right, dtype=float)
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = [abs(float((sure - true)[bins == b].sum())) for b in range(_BINS)]
    return sum(gaps) / max(1, len(sure))
