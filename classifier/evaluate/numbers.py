"""The measures, each computed for many weightings of the posts at once. Pure.

A bootstrap resample of n posts is a row of n counts. Every measure here is a function of sums over
posts, so all resamples of a file are a few matrix products instead of thousands of loops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
LEAST = 5
"""A class with fewer gold posts is left out of macro averages."""
GRADES = 5
GRAVE = 2
BINS = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said of the same posts in the same order: labels of each head. `confidence` is None
    where it was not told."""

    relevant: tuple[bool, ...]
    topic: tuple[str, ...]
    severity: tuple[int, ...]
    disposition: tuple[str, ...]
    confidence: tuple[float, ...] | None = None


def resamples(posts: int, times: int, seed: int) -> Numbers:
    """`times` rows of how often each of `posts` was drawn; the same seed, the same rows."""
    draw = np.random.default_rng(seed)
    return draw.multinomial(posts, np.full(posts, 1 / posts), size=times).astype(np.float64)


def measures(gold: Answers, said: Answers, weights: Numbers) -> dict[str, Numbers]:
    """Every measure of `said` against `gold`, one value a row of `weights`."""
    found = {
        "topic_macro_f1": macro_f1(gold.topic, said.topic, weights),
        "relevance_f1": f1(np.array(gold.relevant), np.array(said.relevant), weights),
        "severity_qwk": kappa(gold.severity, said.severity, weights),
        "severity2_recall": recall(_grave(gold), _grave(said), weights),
        "disposition_macro_f1": macro_f1(gold.disposition, said.disposition, weights),
    }
    if said.confidence is not None:
        found["ece"] = calibration_error(gold, said, weights)
    return found


def f1(gold: NDArray[np.bool_], said: NDArray[np.bool_], weights: Numbers) -> Numbers:
    """F1 of the marked posts; nan where a resample has none on either side."""
    both = weights @ (gold & said)
    return _share(2 * both, weights @ gold + weights @ said)


def recall(gold: NDArray[np.bool_], said: NDArray[np.bool_], weights: Numbers) -> Numbers:
    """The share of the marked posts that were found; nan where there are none."""
    return _share(weights @ (gold & said), weights @ gold)


def macro_f1(gold: Sequence[str], said: Sequence[str], weights: Numbers) -> Numbers:
    """The mean F1 of the classes that have at least LEAST gold posts in the whole file."""
    classes = [name for name, count in sorted(Counter(gold).items()) if count >= LEAST]
    told, right = np.array(said), np.array(gold)
    if not classes:
        return np.full(len(weights), np.nan)
    each = np.array([f1(right == name, told == name, weights) for name in classes])
    present = np.array([weights @ (right == name) for name in classes]) > 0
    return _share(np.where(present, each, 0.0).sum(axis=0), present.sum(axis=0))


def kappa(gold: Sequence[int], said: Sequence[int], weights: Numbers) -> Numbers:
    """Quadratic-weighted kappa of the grades."""
    first, second = np.array(gold), np.array(said)
    grades = np.arange(GRADES)
    off = weights @ ((first - second) ** 2).astype(np.float64)
    one, two = (weights @ (side[:, None] == grades).astype(np.float64) for side in (first, second))
    apart = (grades[:, None] - grades[None, :]) ** 2
    chance = np.einsum("ra,ab,rb->r", one, apart, two)
    # by chance grades never differ only where both sides say one grade and nothing else
    ratio = _share(off * weights.sum(axis=1), chance)
    agreed: Numbers = np.where(chance > 0, 1.0 - ratio, 1.0)
    return agreed


def calibration_error(gold: Answers, said: Answers, weights: Numbers) -> Numbers:
    """ECE over tenths: how far the confidence is from the share of posts whose relevance and topic
    are both right."""
    told = np.array(said.confidence, dtype=np.float64)
    right = np.array(
        [
            (r, t) == (p, q)
            for r, t, p, q in zip(gold.relevant, gold.topic, said.relevant, said.topic, strict=True)
        ],
        dtype=np.float64,
    )
    bins = np.minimum(BINS - 1, (told * BINS).astype(np.int64))
    within = (bins[:, None] == np.arange(BINS)).astype(np.float64)
    gap = weights @ (within * (right - told)[:, None])
    return _share(np.abs(gap).sum(axis=1), weights.sum(axis=1))


def _grave(answers: Answers) -> NDArray[np.bool_]:
    return np.array(answers.severity) >= GRAVE


def _share(part: Any, whole: Any) -> Numbers:
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    share: Numbers = np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)
    return share
