"""Two judges on the same posts: how good each is, how sure the difference is, and the ruling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from classifier.evaluate.numbers import Answers, Numbers, measures, resamples

HEADLINE = (
    "topic_macro_f1",
    "relevance_f1",
    "severity_qwk",
    "severity2_recall",
    "disposition_macro_f1",
)
"""What decides; the calibration error is told beside them."""
TIMES, SEED = 2000, 20200
_TAILS = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Interval:
    """A measure over the whole file, and the middle 95 % of its resamples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of both judges, and of `b` minus `a` over the same resamples."""

    name: str
    a: Interval
    b: Interval
    difference: Interval

    @property
    def worse(self) -> bool:
        """True when `b` is worse than chance explains: the whole interval lies below nought."""
        return self.difference.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """`posts` were labelled; `measures` in the order of HEADLINE, then the others."""

    posts: int
    measures: tuple[Measure, ...]

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why the second judge may not replace the first; empty when it may."""
        return tuple(
            f"{one.name}: {one.b.value:.4f} after {one.a.value:.4f}, "
            f"difference {one.difference.low:+.4f} to {one.difference.high:+.4f}"
            for one in self.measures
            if one.name in HEADLINE and one.worse
        )


def compare(
    gold: Answers, a: Answers, b: Answers, times: int = TIMES, seed: int = SEED
) -> Comparison:
    """Both judges against `gold`, with paired bootstrap intervals; the same seed, the same
    numbers."""
    posts = len(gold.topic)
    weights = np.vstack([np.ones((1, posts)), resamples(posts, times, seed)])
    one, two = measures(gold, a, weights), measures(gold, b, weights)
    named = [name for name in (*HEADLINE, "ece") if name in one and name in two]
    return Comparison(posts, tuple(_measure(name, one, two) for name in named))


def _measure(name: str, one: Mapping[str, Numbers], two: Mapping[str, Numbers]) -> Measure:
    a, b = one[name], two[name]
    return Measure(name, _interval(a), _interval(b), _interval(b - a))


def _interval(values: Numbers) -> Interval:
    told = values[1:][~np.isnan(values[1:])]
    low, high = np.percentile(told, _TAILS) if len(told) else (np.nan, np.nan)
    return Interval(float(values[0]), float(low), float(high))
