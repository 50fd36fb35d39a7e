"""The linear model: character n-grams and rule features times one small matrix of weights.

Run time needs numpy only. The artifact is data (npz and json), so loading it runs no code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Keys = NDArray[np.int64]
LONGEST = 1500  # characters the n-grams are taken from
_DAMPED = (1.0 + np.log(np.maximum(1, np.arange(LONGEST + 1)))).astype(np.float32)  # by count
_BITS = 21  # a code point fits in 21 bits, three of them in one signed 64-bit key
_OF_OPENING = np.int64(-(2**63))  # the sign, free of them, marks an n-gram of the opening


def ngram_keys(text: str) -> Keys:
    """One 64-bit key for every 1-, 2- and 3-gram of characters of `text`, with repetitions."""
    codes = np.frombuffer(text[:LONGEST].encode("utf-32-le", "replace"), dtype=np.uint32)
    ones = codes.astype(np.int64)
    twos = (ones[:-1] << _BITS) | ones[1:]
    threes = (twos[:-1] << _BITS) | ones[2:]
    return np.concatenate([ones, twos, threes])


def opening_keys(text: str, opening: int) -> Keys:
    """The n-grams of the first `opening` characters, as keys that `ngram_keys` never gives: the
    same words weigh otherwise where a text says what it is about."""
    return ngram_keys(text[:opening]) | _OF_OPENING


def weigh(keys: Keys, vocabulary: Keys, idf: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The known ones of a text's n-grams: rows in `vocabulary` and their TF-IDF, of length 1."""
    found, counts = _counted(keys)
    rows = vocabulary.searchsorted(found)
    known = vocabulary.take(rows, mode="clip") == found
    rows = rows[known]
    values = _DAMPED[counts[known]] * idf[rows]
    norm = np.float32(sqrt(values.dot(values)))
    return rows, values / norm if norm else values


def _counted(keys: Keys) -> tuple[Keys, NDArray[np.int64]]:
    """The distinct `keys`, ascending, and how often each is there: np.unique, which for so few
    spends most of its time on options."""
    keys = np.sort(keys)
    begins = np.ones(len(keys) + 1, dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=begins[1:-1])
    at = begins.nonzero()[0]
    return keys[at[:-1]], at[1:] - at[:-1]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """`heads` names the columns of the weights: ("relevant",), topic codes, and so on. It takes
    n-grams from the first `reads` characters, and once more, apart, from the first `opening`."""

    name: str
    vocabulary: Keys
    idf: Floats
    ngrams: Floats
    dense: Floats
    bias: Floats
    heads: dict[str, tuple[str, ...]]
    reads: int = LONGEST
    opening: int = 0

    def scores(self, text: str, features: Floats) -> dict[str, Floats]:
        """The scores (logits) of each head for a folded `text` and its dense features."""
        every = self._weighed(ngram_keys(text[: self.reads])) + features @ self.dense + self.bias
        if self.opening:
            every = every + self._weighed(opening_keys(text, self.opening))
        return by_head(every, self.heads)

    def _weighed(self, keys: Keys) -> Floats:
        rows, values = weigh(keys, self.vocabulary, self.idf)
        return np.asarray(values @ self.ngrams[rows])


def by_head(row: Floats, heads: Mapping[str, tuple[str, ...]]) -> dict[str, Floats]:
    """One row of scores, cut into the heads that stand side by side in it."""
    scores, start = {}, 0
    for head, columns in heads.items():
        scores[head] = row[start : start + len(columns)]
        start += len(columns)
    return scores


def save_linear(model: LinearModel, folder: Any) -> None:
    """Write `model` as weights.npz and model.json under `folder` (a pathlib.Path that exists)."""
    lengths = {"reads": model.reads, "opening": model.opening}
    about = {"name": model.name, **lengths, "heads": model.heads}
    text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf8")
    with (folder / "weights.npz").open("wb") as file:
        np.savez_compressed(
            file,
            vocabulary=model.vocabulary,
            idf=model.idf.astype(np.float16),
            ngrams=model.ngrams.astype(np.float16),
            dense=model.dense,
            bias=model.bias,
        )


def load_linear(folder: Traversable) -> LinearModel:
    """The model saved under `folder`. Raises FileNotFoundError when there is none."""
    about = json.loads(folder.joinpath("model.json").read_text(encoding="utf8"))
    with folder.joinpath("weights.npz").open("rb") as file:
        arrays = dict(np.load(file, allow_pickle=False))
    return LinearModel(
        name=about["name"],
        vocabulary=arrays["vocabulary"],
        idf=arrays["idf"].astype(np.float32),
        ngrams=arrays["ngrams"].astype(np.float32),
        dense=arrays["dense"].astype(np.float32),
        bias=arrays["bias"].astype(np.float32),
        heads={head: tuple(columns) for head, columns in about["heads"].items()},
        reads=about["reads"],
        opening=about["opening"],
    )
