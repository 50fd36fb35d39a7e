"""The fast model of the seven topics of citizen messages: n-grams alone, many of them.

A catalogue of its own, with other borders than ours, so it shares neither words nor weights with
the other heads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.svm import LinearSVC

from classifier.features import NAMES
from classifier.heads import SEVEN, TAIDI7
from classifier.linear import LinearModel
from classifier.rules.folding import fold
from classifier.train.linear.matrix import learn_vocabulary, text_matrix
from classifier.train.sources import CUT, joined, rows

VOCABULARY_SIZE = 200_000
_STRENGTH = 0.5
_SHARPNESS = 3.0  # a margin of one is odds of e to this


def fit_seven(data: Path) -> LinearModel:
    """A model of the head SEVEN, whose scores are sharpened margins. Deterministic."""
    texts, labels, weights = zip(*messages(data), strict=True)
    vocabulary = learn_vocabulary(texts, VOCABULARY_SIZE, least=2)
    matrix = text_matrix(texts, vocabulary)
    model = LinearSVC(C=_STRENGTH, random_state=0)
    model.fit(matrix, labels, sample_weight=weights)
    order = [list(model.classes_).index(name) for name in TAIDI7]
    ngrams = (model.coef_[order].T * _SHARPNESS).astype(np.float32)
    bias = (model.intercept_[order] * _SHARPNESS).astype(np.float32)
    dense = np.zeros((len(NAMES), len(TAIDI7)), dtype=np.float32)
    name = "seven-" + hashlib.sha256(ngrams.tobytes()).hexdigest()[:8]
    heads = {SEVEN: TAIDI7}
    return LinearModel(name, vocabulary.keys, vocabulary.idf, ngrams, dense, bias, heads)


def messages(data: Path) -> Iterator[tuple[str, str, float]]:
    """Folded text, topic and weight of the messages that teach; the development set is not among
    them. Those as people wrote them weigh more than those without their little words."""
    for name, weight in (("taidi_raw_train", 4.0), ("taidi_tokenised_train", 1.0)):
        for row in rows(data / f"topics/{name}.jsonl.gz"):
            text = row["text"].replace(" ", "") if "text" in row else joined(row)
            yield fold(text.strip()[:CUT]).text, row["label"], weight
