"""The fast model of the seven topics of citizen messages: n-grams alone, many of them.

A catalogue of its own, with other borders than ours, so it shares neither words nor weights with
the other heads. Whoever filed a message under a topic went by its title; the opening of a text,
where the title stands, is therefore read once more, with weights of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.svm import LinearSVC

from classifier.features import NAMES
from classifier.heads import SEVEN, TAIDI7
from classifier.linear import LinearModel, ngram_keys, opening_keys
from classifier.rules.folding import fold
from classifier.train.linear.matrix import Numbers, Vocabulary, key_matrix, vocabulary_of
from classifier.train.sources import CUT, rows

VOCABULARY_SIZE, OPENING_SIZE = 160_000, 40_000
OPENING_LENGTH = 24  # characters: a title of these messages, or the most of it
_OPENING_SCALE = 0.7  # beside the whole text; from 1.4 on the model forgets the rest
_STRENGTH = 0.5
_SHARPNESS = 4.5  # a margin of one is odds of e to this


def fit_seven(data: Path) -> LinearModel:
    """A model of the head SEVEN. Deterministic."""
    texts, labels = zip(*messages(data), strict=True)
    opening, first = _columns([opening_keys(text, OPENING_LENGTH) for text in texts], OPENING_SIZE)
    whole, every = _columns([ngram_keys(text) for text in texts], VOCABULARY_SIZE)
    matrix = hstack([first * _OPENING_SCALE, every]).tocsr()
    ngrams, bias = _fitted(matrix, labels)
    ngrams[: len(opening.keys)] *= _OPENING_SCALE
    dense = np.zeros((len(NAMES), len(TAIDI7)), dtype=np.float32)
    name = "seven-" + hashlib.sha256(ngrams.tobytes()).hexdigest()[:8]
    keys = np.concatenate([opening.keys, whole.keys])  # in order: those of openings are negative
    idf = np.concatenate([opening.idf, whole.idf])
    heads = {SEVEN: TAIDI7}
    return LinearModel(name, keys, idf, ngrams, dense, bias, heads, CUT, OPENING_LENGTH)


def _columns(texts: Sequence[Numbers], size: int) -> tuple[Vocabulary, csr_matrix]:
    vocabulary = vocabulary_of(texts, size, least=2)
    return vocabulary, key_matrix(texts, vocabulary)


def _fitted(matrix: csr_matrix, labels: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Sharpened margins, so that they may stand beside another model's scores."""
    model = LinearSVC(C=_STRENGTH, random_state=0).fit(matrix, labels)
    order = [list(model.classes_).index(name) for name in TAIDI7]
    ngrams, bias = model.coef_[order].T * _SHARPNESS, model.intercept_[order] * _SHARPNESS
    return ngrams.astype(np.float32), bias.astype(np.float32)


def messages(data: Path) -> Iterator[tuple[str, str]]:
    """Folded text and topic of the messages that teach; the development set is not among them.

    `taidi_raw_train` holds nothing new: its messages stand among the tokenised ones, and those
    have the topics in the shares in which they come.
    """
    for row in rows(data / "topics/taidi_tokenised_train.jsonl.gz"):
        yield fold(row["text"].replace(" ", "").strip()[:CUT]).text, row["label"]
