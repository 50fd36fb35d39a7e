"""How far to believe each model, and when to ask the slow one: fitted on rows neither has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from classifier.cascade import Blend, Route, Scores, Tuning
from classifier.features import Reading
from classifier.heads import EMERGENCY, EXCLUSIVE, FAST_HEADS, HEADS, STEPS
from classifier.opinion import Opinion
from classifier.train.measure import Measured, measure
from yuqing.domain.post import Owner

Row = Mapping[str, Any]
Numbers = NDArray[np.float64]
DEFAULTS: dict[str, float] = {
    "relevant_from": 0.5,
    "severity_1_from": 0.5,
    "severity_2_from": 0.5,
    "severity_3_from": 0.6,
    "also_from": 0.15,
    "emergency_from": 0.3,
    "confidence_slope": 1.0,
    "confidence_level": 0.0,
}
_AS_FITTED = ("rumour", EMERGENCY)  # heads of the fast model alone
_GRID = tuple(round(0.02 * step, 2) for step in range(5, 46))
_RECALL = 0.9  # of grades 2 and above
_NEVER = 0.5  # as `noise_from`: what is called irrelevant is so by more
_LOST = (0.005, 0.035, 0.035)  # of the right topics, grades, dispositions: by not asking
_PULL = 0.02  # towards a blend of one half each: the rows are few


Worth = Callable[[Measured], tuple[float, ...]]
_WANTED: dict[str, Worth] = {
    "relevant_from": lambda m: (round(m.relevance_f1, 2),),  # ties go to the middle
    "severity_2_from": lambda m: (min(m.severity2_recall, _RECALL), m.severity_qwk),
    "severity_1_from": lambda m: (m.severity_qwk,),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A labelled row, what the rules read of it, and what both models said (None: not asked)."""

    row: Row
    reading: Reading
    linear: Scores
    encoder: Scores | None


def tune(heard: Sequence[Heard], models: str) -> Tuning:
    """The tuning for `heard`, every one of which the slow model was asked about."""
    alone = _route([replace(one, encoder=None) for one in heard])
    both = _route(heard)
    every = Tuning(models, alone, both, 1.0, 1.0).always()
    fewer = _least(every, heard, lambda tuning, at: replace(tuning, sure_from=at))
    return _least(fewer, heard, lambda tuning, at: replace(tuning, noise_from=max(at, _NEVER)))


def opinion(heard: Heard, route: Route) -> Opinion:
    """What `route` makes of one row."""
    scores = route.scores(heard.linear, heard.encoder)
    return Opinion(heard.reading, scores, HEADS, route.settings, Owner.CITIZEN)


def decided(heard: Sequence[Heard], tuning: Tuning) -> list[Opinion]:
    """What the cascade makes of each, asking the slow model as it would at run time."""
    return [opinion(*_way(one, tuning)) for one in heard]


def asked(heard: Sequence[Heard], tuning: Tuning) -> float:
    """The share of rows that the slow model is asked about."""
    return sum(_way(one, tuning)[1] is tuning.both for one in heard) / len(heard)


def _way(one: Heard, tuning: Tuning) -> tuple[Heard, Route]:
    if tuning.unsure(tuning.alone.scores(one.linear)):
        return one, tuning.both
    return replace(one, encoder=None), tuning.alone


def _route(heard: Sequence[Heard]) -> Route:
    known = {head: _known(head, heard) for head in FAST_HEADS if head not in _AS_FITTED}
    blends = {head: _blend(head, rows) for head, rows in known.items()}
    route = Route(blends, DEFAULTS)
    route = replace(route, settings=_thresholds(heard, route))
    slope, level = calibrate([opinion(one, route) for one in heard], [h.row for h in heard])
    settings = {**route.settings, "confidence_slope": slope, "confidence_level": level}
    return replace(route, settings=settings)


def _known(head: str, heard: Sequence[Heard]) -> list[Heard]:
    if head != "topic":
        return list(heard)
    return [one for one in heard if one.row["topic"] in HEADS["topic"]]


def _blend(head: str, heard: Sequence[Heard]) -> Blend:
    """The weights that make the labels likeliest, pulled a little towards equal ones."""
    linear = np.stack([one.linear[head] for one in heard]).astype(float)
    slow = [one.encoder[head] for one in heard if one.encoder is not None]
    encoder = np.stack(slow).astype(float) if slow else np.zeros_like(linear)
    targets = np.stack([_targets(head, one.row) for one in heard])
    width = 0 if head in EXCLUSIVE else linear.shape[1]
    start = np.array([0.5, 0.5 if slow else 0.0, *np.zeros(width)])

    def loss(weights: Numbers) -> float:
        mixed = weights[0] * linear + weights[1] * encoder
        if width:
            mixed = mixed + weights[2:]
            each = np.logaddexp(0, mixed) - targets * mixed
        else:
            each = np.logaddexp.reduce(mixed, axis=1) - (targets * mixed).sum(1)
        return float(each.mean() + _PULL * ((weights - start) ** 2).sum())

    bounds = [(0, 3), (0, 3 if slow else 0), *[(-3, 3)] * width]
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    fitted = [round(float(weight), 4) for weight in best]
    return Blend(fitted[0], fitted[1], tuple(fitted[2:]))


def _targets(head: str, row: Row) -> Numbers:
    if head == "severity":
        return np.array([float(row["severity"] >= step) for step in STEPS])
    if head == "relevant":
        return np.array([float(row["relevant"])])
    return np.array([float(column == row[head]) for column in HEADS[head]])


def _thresholds(heard: Sequence[Heard], route: Route) -> dict[str, float]:
    """Relevance by its F1; grade 2 by kappa among those that keep the recall; grade 1 by kappa."""
    settings = dict(route.settings)
    for name, worth in _WANTED.items():
        settings[name] = _best(heard, route, settings, name, worth)
    return settings


def _best(
    heard: Sequence[Heard], route: Route, settings: Mapping[str, float], name: str, worth: Worth
) -> float:
    tried = {at: worth(_measured(heard, route, {**settings, name: at})) for at in _GRID}
    return max(_GRID, key=lambda at: (tried[at], -abs(at - 0.5)))


def _measured(heard: Sequence[Heard], route: Route, settings: Mapping[str, float]) -> Measured:
    tried = replace(route, settings=settings)
    return measure([opinion(one, tried) for one in heard], [one.row for one in heard])


def calibrate(opinions: Sequence[Opinion], rows: Sequence[Row]) -> tuple[float, float]:
    """Slope and level that turn the raw sureness into the share of right verdicts (Platt)."""
    raw = np.array([[_logit(one)] for one in opinions])
    right = _both_right(opinions, rows)
    if len(set(right)) == 1:
        return 1.0, 0.0
    fitted = LogisticRegression(C=100.0).fit(raw, right)
    return round(float(fitted.coef_[0, 0]), 4), round(float(fitted.intercept_[0]), 4)


def _logit(one: Opinion) -> float:
    sure = one.relevance * one.topics[0][1] if one.relevant else 1 - one.relevance
    sure = min(max(sure, 1e-4), 1 - 1e-4)
    return float(np.log(sure / (1 - sure)))


def _least(
    tuning: Tuning, heard: Sequence[Heard], put: Callable[[Tuning, float], Tuning]
) -> Tuning:
    """`tuning` with the least threshold `put` that loses no more of what is right than may be.

    Rows are counted, since a macro-F1 of so few jumps with one row of a rare class.
    """
    enough = _right([opinion(one, tuning.both) for one in heard], heard) - np.array(_LOST)
    least = tuning
    for at in reversed(_GRID):
        tried = put(tuning, at)
        if (_right(decided(heard, tried), heard) < enough).any():
            break
        least = tried
    return least


def _right(opinions: Sequence[Opinion], heard: Sequence[Heard]) -> Numbers:
    """The shares of rows with the right relevance and topic, the right grade, and disposition."""
    rows = [one.row for one in heard]
    grades = [one.severity == row["severity"] for one, row in zip(opinions, rows, strict=True)]
    ways = [one.disposition == row["disposition"] for one, row in zip(opinions, rows, strict=True)]
    return np.asarray(np.mean([_both_right(opinions, rows), grades, ways], axis=1))


def _both_right(opinions: Sequence[Opinion], rows: Sequence[Row]) -> list[bool]:
    return [
        one.relevant == row["relevant"] and one.topic == row["topic"]
        for one, row in zip(opinions, rows, strict=True)
    ]
