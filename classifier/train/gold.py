"""The second step of training: the gold labels correct what the weak labels taught.

Everything stays linear in n-grams and rule features, so both steps fold into one matrix. Few rows
and many columns: the fit is done in the span of the rows, which gives the same weights.
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

from classifier.features import TOPICS, Reading
from classifier.train.matrix import Numbers, dense_matrix, ngram_matrix
from classifier.train.weak import Pool, WeakModel, topic_rows
from yuqing.domain.verdict import Disposition

WEAK_SCALE, DENSE_SCALE, NGRAM_SCALE = 0.3, 0.6, 1.0
STRENGTH = {"relevant": 1.0, "topic": 3.0, "severity": 3.0, "disposition": 3.0}
HELPERS = 120  # weakly labelled rows a topic that stand beside the gold ones
HELPER_WEIGHT = 0.6
HEADS: dict[str, tuple[str, ...]] = {
    "relevant": ("relevant",),
    "topic": tuple(TOPICS),
    "severity": ("1", "2"),
    "disposition": tuple(Disposition),
    "rumour": ("rumour",),
}
_NEVER = -8.0  # the score of a class that no training row has
_ORIGINS = ("messages", "taidi", "tokenised", "cec", "checked")


@dataclass(frozen=True, slots=True)
class Gold:
    """Labelled rows (as in labels/posts.jsonl), their readings and what each weighs in the fit.

    The first `scored` rows are the gold ones; those after them only ever teach.
    """

    rows: tuple[dict[str, Any], ...]
    readings: tuple[Reading, ...]
    weights: tuple[float, ...]
    scored: int


@dataclass(frozen=True, slots=True)
class Basis:
    """Rows in an orthogonal basis of their own span; `back` maps weights to the columns."""

    rows: Numbers
    columns: csr_matrix
    back: Numbers
    gold: int
    helper_topics: tuple[str, ...]

    def weights(self, fitted: Numbers) -> Numbers:
        """Weights over the columns from weights over the basis (one column a class)."""
        return np.asarray(self.columns.T @ (self.back @ fitted))


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


def basis_of(weak: WeakModel, gold: Gold, pool: Pool) -> Basis:
    """Gold rows first, then the helpers, in the basis of their span."""
    chosen = helpers(pool)
    beside = [pool.readings[i] for i in chosen]
    columns = vstack([stack(weak, gold.readings), stack(weak, beside)]).tocsr()
    values, vectors = np.linalg.eigh((columns @ columns.T).toarray())
    kept = values > 1e-6 * values.max()
    roots = np.sqrt(values[kept])
    topics = tuple(str(pool.topics[i]) for i in chosen)
    rows = vectors[:, kept] * roots
    return Basis(rows, columns, vectors[:, kept] / roots, len(gold.readings), topics)


def fit_heads(basis: Basis, gold: Gold, train: Sequence[int]) -> dict[str, tuple[Numbers, Numbers]]:
    """For each head the weights over the basis (rank x classes) and the biases."""
    x = basis.rows[list(train)]
    labels = [gold.rows[i] for i in train]
    weights = np.array([gold.weights[i] for i in train])
    severity = np.array([row["severity"] for row in labels])
    steps = [_fit("severity", x, severity >= least, weights) for least in (1, 2)]
    return {
        "relevant": _fit("relevant", x, [row["relevant"] for row in labels], weights),
        "topic": _topic(basis, gold, train),
        "severity": (np.hstack([w for w, _ in steps]), np.concatenate([b for _, b in steps])),
        "disposition": _fit("disposition", x, [row["disposition"] for row in labels], weights),
    }


def _topic(basis: Basis, gold: Gold, train: Sequence[int]) -> tuple[Numbers, Numbers]:
    told = [i for i in train if gold.rows[i]["topic"] in HEADS["topic"]]
    x = np.vstack([basis.rows[told], basis.rows[basis.gold :]])
    y = [*(gold.rows[i]["topic"] for i in told), *basis.helper_topics]
    weights = [gold.weights[i] for i in told] + [HELPER_WEIGHT] * len(basis.helper_topics)
    return _fit("topic", x, y, np.array(weights))


def _fit(
    head: str, x: Numbers, y: Any, weights: NDArray[np.float64] | None = None
) -> tuple[Numbers, Numbers]:
    model = LogisticRegression(C=STRENGTH[head], max_iter=300, tol=1e-3)
    model.fit(x, np.asarray(y), sample_weight=weights)
    if len(model.classes_) == 2 and len(HEADS[head]) <= 2:
        return model.coef_.T, model.intercept_
    found = {str(c): i for i, c in enumerate(model.classes_)}
    coefficients = np.zeros((x.shape[1], len(HEADS[head])))
    bias = np.full(len(HEADS[head]), _NEVER)
    for column, name in enumerate(HEADS[head]):
        if name in found:
            coefficients[:, column] = model.coef_[found[name]]
            bias[column] = model.intercept_[found[name]]
    return coefficients, bias


def compose(
    weak: WeakModel, basis: Basis, heads: dict[str, tuple[Numbers, Numbers]]
) -> tuple[Numbers, Numbers, Numbers]:
    """Both steps as one: weights of the n-grams, of the dense features, and the bias."""
    fitted = np.hstack([heads[h][0] for h in HEADS if h != "rumour"])
    weights = basis.weights(fitted)
    outputs, inputs = weak.ngrams.shape[1], weak.dense.shape[0]
    through = weights[:outputs] * WEAK_SCALE
    ngrams = weak.ngrams @ through + weights[outputs + inputs :] * NGRAM_SCALE
    dense = weak.dense @ through + weights[outputs : outputs + inputs] * DENSE_SCALE
    bias = weak.bias @ through + np.concatenate([heads[h][1] for h in HEADS if h != "rumour"])
    return (
        np.hstack([ngrams, weak.ngrams[:, -1:]]).astype(np.float32),
        np.hstack([dense, weak.dense[:, -1:]]).astype(np.float32),
        np.append(bias, weak.bias[-1]).astype(np.float32),
    )
