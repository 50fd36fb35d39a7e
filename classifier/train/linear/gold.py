"""The second step of training: the gold labels correct what the weak labels taught.

It sees the weak step's scores, the rules' features and the n-grams. Everything stays linear, so
both steps fold into one matrix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

from classifier.features import Reading
from classifier.heads import EMERGENCY, FAST_HEADS, STEPS
from classifier.train.linear.matrix import Numbers, dense_matrix, ngram_matrix
from classifier.train.linear.weak import Pool, WeakModel, topic_rows
from yuqing.domain.verdict import Severity

WEAK_SCALE, DENSE_SCALE, NGRAM_SCALE = 0.3, 0.6, 1.0
STRENGTH = {"relevant": 10.0, "topic": 3.0, "severity": 8.0, "disposition": 3.0, EMERGENCY: 8.0}
HELPERS = 60  # weakly labelled rows a topic that stand beside the gold ones
HELPER_WEIGHT = 0.4
EVERYDAY_WEIGHT = 0.3  # beside the rows that were read for emergencies
_NO_EMERGENCY = "none"
_EVERYDAY = ("suggestion", "unclear", "false_info", "wrong_view")
_NEVER = -8.0  # the score of a class that no training row has
_ORIGINS = ("messages", "taidi", "tokenised", "cec", "checked")
Fitted = tuple[Numbers, Numbers]


@dataclass(frozen=True, slots=True)
class Gold:
    """Labelled rows (as in labels/posts.jsonl), their readings and what each weighs in the fit."""

    rows: tuple[dict[str, Any], ...]
    readings: tuple[Reading, ...]
    weights: tuple[float, ...]


def helpers(pool: Pool) -> list[int]:
    """Rows of the pool, at most HELPERS a topic, in order."""
    taken: Counter[str] = Counter()
    chosen = []
    for row in topic_rows(pool):
        topic = pool.topics[row]
        if topic and pool.examples[row].origin in _ORIGINS and taken[topic] < HELPERS:
            taken[topic] += 1
            chosen.append(row)
    return chosen


def stack(weak: WeakModel, readings: Sequence[Reading]) -> csr_matrix:
    """The columns the second step sees: weak scores, rule features, n-grams."""
    grams, features = ngram_matrix(readings, weak.vocabulary), dense_matrix(readings)
    scores = weak.scores(grams, features)
    parts = [csr_matrix(scores * WEAK_SCALE), csr_matrix(features * DENSE_SCALE)]
    return hstack([*parts, grams * NGRAM_SCALE]).tocsr()


def fit_heads(weak: WeakModel, gold: Gold, pool: Pool) -> dict[str, Fitted]:
    """For each head but the rumour one the weights over the columns of `stack` and the biases."""
    x, weights = stack(weak, gold.readings), np.array(gold.weights)
    severity = np.array([row["severity"] for row in gold.rows])
    steps = [_fit("severity", x, severity >= least, weights) for least in STEPS]
    return {
        "relevant": _fit("relevant", x, [row["relevant"] for row in gold.rows], weights),
        "topic": _topic(weak, gold, pool, x),
        "severity": (np.hstack([w for w, _ in steps]), np.concatenate([b for _, b in steps])),
        "disposition": _fit("disposition", x, [r["disposition"] for r in gold.rows], weights),
        EMERGENCY: _emergency(gold, x, weights),
    }


def _emergency(gold: Gold, x: csr_matrix, weights: NDArray[np.float64]) -> Fitted:
    """From the rows of grade 2 and above that were read for it; what tells of no harm, or what
    spreads a rumour, is none unread."""
    read = np.array([_read_for_emergency(row) for row in gold.rows])
    told = np.flatnonzero(read | [_everyday(row) for row in gold.rows])
    happening = [(gold.rows[i].get(EMERGENCY) or _NO_EMERGENCY) != _NO_EMERGENCY for i in told]
    lighter = np.where(read[told], 1.0, EVERYDAY_WEIGHT)
    return _fit(EMERGENCY, x[told], happening, weights[told] * lighter)


def _read_for_emergency(row: dict[str, Any]) -> bool:
    """Corrections say it of every row, and null where it is none; only grave ones are in doubt."""
    return EMERGENCY in row and row["severity"] >= Severity.LARGER


def _everyday(row: dict[str, Any]) -> bool:
    return row["severity"] == 0 or row["disposition"] in _EVERYDAY


def _topic(weak: WeakModel, gold: Gold, pool: Pool, x: csr_matrix) -> Fitted:
    told = [i for i, row in enumerate(gold.rows) if row["topic"] in FAST_HEADS["topic"]]
    chosen = helpers(pool)
    beside = stack(weak, [pool.readings[i] for i in chosen])
    y = [*(gold.rows[i]["topic"] for i in told), *(str(pool.topics[i]) for i in chosen)]
    weights = [gold.weights[i] for i in told] + [HELPER_WEIGHT] * len(chosen)
    return _fit("topic", vstack([x[told], beside]).tocsr(), y, np.array(weights))


def _fit(head: str, x: csr_matrix, y: Any, weights: NDArray[np.float64]) -> Fitted:
    labels = np.asarray(y)
    if len(FAST_HEADS[head]) == 1 or labels.dtype == bool:
        model = LogisticRegression(C=STRENGTH[head], solver="liblinear", random_state=0)
        model.fit(x, labels, sample_weight=weights)
        return model.coef_.T, model.intercept_
    model = LogisticRegression(C=STRENGTH[head], max_iter=200, tol=1e-3)
    model.fit(x, labels, sample_weight=weights)
    return _in_order(head, model, x.shape[1])


def _in_order(head: str, model: LogisticRegression, columns: int) -> Fitted:
    found = {str(c): i for i, c in enumerate(model.classes_)}
    coefficients = np.zeros((columns, len(FAST_HEADS[head])))
    bias = np.full(len(FAST_HEADS[head]), _NEVER)
    for column, name in enumerate(FAST_HEADS[head]):
        if name in found:
            coefficients[:, column] = model.coef_[found[name]]
            bias[column] = model.intercept_[found[name]]
    return coefficients, bias


def compose(weak: WeakModel, heads: dict[str, Fitted]) -> tuple[Numbers, Numbers, Numbers]:
    """Both steps as one: weights of the n-grams, of the dense features, and the bias, with the
    columns of FAST_HEADS; the rumour head is the weak step's own."""
    parts = [_through(weak, heads[head]) if head in heads else _rumour(weak) for head in FAST_HEADS]
    ngrams, dense, bias = (np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
    return ngrams.astype(np.float32), dense.astype(np.float32), bias.astype(np.float32)


def _rumour(weak: WeakModel) -> tuple[Numbers, Numbers, Numbers]:
    return weak.ngrams[:, -1:], weak.dense[:, -1:], weak.bias[-1:]


def _through(weak: WeakModel, fitted: Fitted) -> tuple[Numbers, Numbers, Numbers]:
    weights, bias = fitted
    outputs, inputs = weak.ngrams.shape[1], weak.dense.shape[0]
    through = weights[:outputs] * WEAK_SCALE
    ngrams = weak.ngrams @ through + weights[outputs + inputs :] * NGRAM_SCALE
    dense = weak.dense @ through + weights[outputs : outputs + inputs] * DENSE_SCALE
    return ngrams, dense, weak.bias @ through + bias
