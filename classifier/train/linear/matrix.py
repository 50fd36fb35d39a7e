"""Texts to matrices: the n-grams worth keeping, and the rows the model is fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.features import NAMES, Reading, dense
from classifier.linear import Floats, Keys, ngram_keys, weigh

Numbers = NDArray[Any]
LEAST_TEXTS = 4  # an n-gram of fewer texts says more about one author than about a matter


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Sorted n-gram keys and their inverse document frequencies."""

    keys: Keys
    idf: Floats


def learn_vocabulary(texts: Sequence[str], size: int, least: int = LEAST_TEXTS) -> Vocabulary:
    """The `size` n-grams found in most of the folded `texts`, each in `least` of them."""
    return vocabulary_of([ngram_keys(text) for text in texts], size, least)


def vocabulary_of(texts: Sequence[Keys], size: int, least: int) -> Vocabulary:
    """The same for texts given by their n-grams."""
    keys, counts = np.unique(np.concatenate([np.unique(t) for t in texts]), return_counts=True)
    enough = counts >= least
    keys, counts = keys[enough], counts[enough]
    chosen = np.sort(np.argsort(-counts, kind="stable")[:size])
    keys, counts = keys[chosen], counts[chosen]
    idf = np.log((1 + len(texts)) / (1 + counts)) + 1
    return Vocabulary(keys, idf.astype(np.float16).astype(np.float32))


def ngram_matrix(readings: Sequence[Reading], vocabulary: Vocabulary) -> csr_matrix:
    """One row of TF-IDF a reading."""
    return text_matrix([reading.folded.text for reading in readings], vocabulary)


def text_matrix(texts: Sequence[str], vocabulary: Vocabulary) -> csr_matrix:
    """One row of TF-IDF a folded text."""
    return key_matrix([ngram_keys(text) for text in texts], vocabulary)


def key_matrix(texts: Sequence[Keys], vocabulary: Vocabulary) -> csr_matrix:
    """The same for texts given by their n-grams."""
    rows = [weigh(keys, vocabulary.keys, vocabulary.idf) for keys in texts]
    starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, columns, starts), shape=(len(rows), len(vocabulary.keys)))


def dense_matrix(readings: Sequence[Reading]) -> Floats:
    """One row of dense features a reading."""
    if not readings:
        return np.zeros((0, len(NAMES)), dtype=np.float32)
    return np.vstack([dense(reading) for reading in readings])
