"""The first step of training: what public texts of known origin teach, before any gold label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from classifier.features import Reading, read
from classifier.heads import TOPICS
from classifier.rules.lexicon import Lexicon
from classifier.rules.mark_words import Mark
from classifier.train.linear.matrix import (
    Numbers,
    Vocabulary,
    dense_matrix,
    learn_vocabulary,
    ngram_matrix,
)
from classifier.train.sources import (
    Example,
    gold_mark,
    weak_examples,
    weak_relevance,
    weak_topic,
)
from yuqing.domain.verdict import Topic

VOCABULARY_SIZE = 50_000
DENSE_SCALE = 0.3
STRENGTH = 4.0
_COMPLAINTS = ("messages", "titles", "taidi", "hotline")
_NEWS = ("cctv", "hot_search", "tnews", "news")
_MOST = {
    "cctv": 3000,
    "hot_search": 4000,
    "tnews": 3000,
    "tokenised": 5000,
    "messages": 7000,
    "titles": 3000,
}


@dataclass(frozen=True, slots=True)
class Pool:
    """Weak examples with their readings and labels (None: not known)."""

    examples: tuple[Example, ...]
    readings: tuple[Reading, ...]
    topics: tuple[Topic | None, ...]
    relevant: tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class WeakModel:
    """Columns: relevant, one a topic in the order of TOPICS, complaint, rumour."""

    vocabulary: Vocabulary
    ngrams: Numbers
    dense: Numbers
    bias: Numbers

    def scores(self, ngrams: csr_matrix, features: Numbers) -> Numbers:
        """One row of scores a text."""
        return np.asarray(ngrams @ self.ngrams + features @ self.dense + self.bias)


def gather(data: Path, gold_texts: Sequence[str], lexicon: Lexicon[Topic | Mark]) -> Pool:
    """The weak examples, without gold texts and doubles, thinned evenly to a bound an origin."""
    marks = {gold_mark(text) for text in gold_texts}
    seen = {mark[:size] for mark in marks for size in range(6, len(mark) + 1)}
    by_origin: dict[str, list[Example]] = {}
    for example in weak_examples(data):
        mark = gold_mark(example.text)
        if mark not in seen:
            seen.add(mark)
            by_origin.setdefault(example.origin, []).append(example)
    examples = tuple(e for origin, found in by_origin.items() for e in _thinned(origin, found))
    readings = tuple(read(e.text, lexicon) for e in examples)
    topics = tuple(weak_topic(e, r) for e, r in zip(examples, readings, strict=True))
    known = zip(examples, readings, topics, strict=True)
    return Pool(examples, readings, topics, tuple(weak_relevance(e, r, t) for e, r, t in known))


def _thinned(origin: str, examples: Sequence[Example]) -> Sequence[Example]:
    step = -(-len(examples) // _MOST.get(origin, len(examples)))
    return examples[::step]


def fit_weak(pool: Pool, gold: Sequence[Reading]) -> WeakModel:
    """Fit every column on the rows whose label is known; deterministic."""
    vocabulary = learn_vocabulary([r.folded.text for r in (*pool.readings, *gold)], VOCABULARY_SIZE)
    features = dense_matrix(pool.readings) * DENSE_SCALE
    x = hstack([ngram_matrix(pool.readings, vocabulary), csr_matrix(features)]).tocsr()
    fitted = [_relevance(x, pool), *_topics(x, pool), _complaint(x, pool), _rumour(x, pool)]
    weights = np.stack([w for w, _ in fitted], axis=1)
    size = len(vocabulary.keys)
    bias = np.array([b for _, b in fitted])
    return WeakModel(vocabulary, weights[:size], weights[size:] * DENSE_SCALE, bias)


def _fit(
    x: csr_matrix, y: Sequence[bool], favour: dict[bool, float] | str | None = None
) -> tuple[Numbers, float]:
    model = LogisticRegression(
        C=STRENGTH, solver="liblinear", class_weight=favour, random_state=0, max_iter=200
    ).fit(x, np.asarray(y))
    return model.coef_[0], float(model.intercept_[0])


def _relevance(x: csr_matrix, pool: Pool) -> tuple[Numbers, float]:
    rows = [i for i, known in enumerate(pool.relevant) if known is not None]
    return _fit(x[rows], [bool(pool.relevant[i]) for i in rows])


def topic_rows(pool: Pool) -> list[int]:
    """The rows whose topic is known and that are not known to be irrelevant."""
    pairs = zip(pool.topics, pool.relevant, strict=True)
    return [i for i, (topic, known) in enumerate(pairs) if topic and known is not False]


def _topics(x: csr_matrix, pool: Pool) -> list[tuple[Numbers, float]]:
    rows = topic_rows(pool)
    chosen = x[rows]
    fitted = []
    for topic in TOPICS:
        labels = [pool.topics[i] is topic for i in rows]
        nothing = (np.zeros(x.shape[1]), -5.0)
        fitted.append(_fit(chosen, labels, {True: 2.0, False: 1.0}) if any(labels) else nothing)
    return fitted


def _complaint(x: csr_matrix, pool: Pool) -> tuple[Numbers, float]:
    """A citizen's complaint or an official's news: what the grade 0 mostly turns on."""
    rows = [i for i, e in enumerate(pool.examples) if e.origin in _COMPLAINTS + _NEWS]
    return _fit(x[rows], [pool.examples[i].origin in _COMPLAINTS for i in rows], "balanced")


def _rumour(x: csr_matrix, pool: Pool) -> tuple[Numbers, float]:
    rows = [
        i
        for i, e in enumerate(pool.examples)
        if e.rumour is not None and (e.origin in ("ced", "checked", "cctv", "taidi") or i % 4 == 0)
    ]
    return _fit(x[rows], [bool(pool.examples[i].rumour) for i in rows], "balanced")
