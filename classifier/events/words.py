"""How telling a pair of characters is: what is rare in general and in this stream says the most.

Chinese has no spaces, so the unit is the pair of neighbouring characters. Pairs are hashed into a
fixed number of buckets, so that the table never grows, travels as one blob and forgets the text.
The general part is learned once (`background.py`); each jurisdiction's own part is learned on the
run, so that the name of the district itself stops being telling there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 16
TITLE_WEIGHT = 2.5
BACKGROUND_WEIGHT = 0.5
TOO_COMMON = 0.05

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_BREAKS = re.compile(r"\W+")
_SPACE = 32
_LEFT, _RIGHT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


def pairs(text: str) -> Ints:
    """The buckets of all pairs of neighbouring characters of normalised `text`, in order."""
    joined = _BREAKS.sub(" ", text)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    if len(codes) < 2:
        return np.zeros(0, np.int64)
    mixed = codes[:-1] * _LEFT + codes[1:] * _RIGHT
    mixed ^= mixed >> np.uint64(31)
    mixed = (mixed * _LEFT) >> np.uint64(48)
    whole = (codes[:-1] != _SPACE) & (codes[1:] != _SPACE)
    buckets: Ints = mixed[whole].astype(np.int64)
    return buckets


@lru_cache(maxsize=65536)
def pair(two: str) -> int:
    """The bucket of the two characters `two` (neither a space)."""
    return int(pairs(two)[0])


def counted(title: str, body: str) -> tuple[Ints, Floats]:
    """(buckets ascending, damped count of each) of a normalised post; a title counts more."""
    of_title, of_body = pairs(title), pairs(body)
    both = np.concatenate([of_body, of_title])
    weights = np.concatenate([np.ones(len(of_body)), np.full(len(of_title), TITLE_WEIGHT)])
    buckets, inverse = np.unique(both, return_inverse=True)
    counts = np.bincount(inverse, weights=weights, minlength=len(buckets))
    return buckets, 1.0 + np.log(np.maximum(counts, 1.0))


@dataclass(frozen=True, slots=True)
class Background:
    """In how many of `texts` general texts each bucket occurs."""

    counts: Floats
    texts: float


@lru_cache(maxsize=1)
def background() -> Background:
    """The shipped table (see `background.py` for how it is made)."""
    with (files("classifier.events") / "background.npz").open("rb") as file:
        table = np.load(file, allow_pickle=False)
        return Background(table["counts"].astype(np.float64), float(table["texts"]))


class Words:
    """What one stream has taught so far, on top of the background. Mutable; one owner."""

    def __init__(self, counts: Ints | None = None, texts: int = 0) -> None:
        self.counts = np.zeros(BUCKETS, np.int64) if counts is None else counts
        self.texts = texts
        self._general = background()

    def learn(self, buckets: Ints) -> None:
        """One more text with these (distinct) buckets was read."""
        self.counts[buckets] += 1
        self.texts += 1

    def share(self, bucket: int) -> float:
        """In which share (0..1) of texts the bucket occurs."""
        seen = self.counts[bucket] + BACKGROUND_WEIGHT * self._general.counts[bucket]
        return float(seen) / self._texts()

    def telling(self, buckets: Ints) -> Floats:
        """How telling each bucket is (IDF, at least 0); what occurs everywhere tells nothing."""
        seen, texts = self._seen(buckets), self._texts()
        weight = np.log((texts + 1.0) / (seen + 1.0))
        return np.where(seen > TOO_COMMON * texts, 0.0, weight)

    def _seen(self, buckets: Ints) -> Floats:
        return self.counts[buckets] + BACKGROUND_WEIGHT * self._general.counts[buckets]

    def _texts(self) -> float:
        return max(1.0, self.texts + BACKGROUND_WEIGHT * self._general.texts)
