"""What an event has said so far, in bounded space: comparing with it costs the same at 3 posts and
at 100,000, because only the mean of its posts is kept, and of that the strongest part."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from classifier.events.traits import Traits
from classifier.events.words import Floats, Ints

LONGEST = 768
REMEMBERED = 32
NAMES_KEPT = 64


@dataclass(frozen=True, slots=True)
class Profile:
    """The mean of the event's posts: `weights` of `buckets` (ascending), over `posts` posts.

    From REMEMBERED posts on, the newest counts for 1/REMEMBERED, so that a long event may move on.
    """

    buckets: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    weights: Floats = field(default_factory=lambda: np.zeros(0))
    posts: int = 0
    names: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()

    def joined(self, post: Traits) -> Profile:
        """The profile with one more post."""
        old = min(self.posts, REMEMBERED - 1)
        both = np.concatenate([self.buckets, post.buckets])
        parts = np.concatenate([self.weights * (old / (old + 1)), post.told / (old + 1)])
        buckets, inverse = np.unique(both, return_inverse=True)
        summed: Floats = np.zeros(len(buckets))
        np.add.at(summed, inverse, parts)
        return Profile(
            *_strongest(buckets, _storable(summed)),
            self.posts + 1,
            some_of(self.names, post.names),
            some_of(self.leads, post.leads),
        )

    def with_all(self, other: Profile) -> Profile:
        """The profile of the posts of both."""
        one, two = (min(p.posts, REMEMBERED) for p in (self, other))
        share = one / max(1, one + two)
        both = np.concatenate([self.buckets, other.buckets])
        parts = np.concatenate([self.weights * share, other.weights * (1 - share)])
        buckets, inverse = np.unique(both, return_inverse=True)
        summed: Floats = np.zeros(len(buckets))
        np.add.at(summed, inverse, parts)
        return Profile(
            *_strongest(buckets, _storable(summed)),
            self.posts + other.posts,
            some_of(self.names, other.names),
            some_of(self.leads, other.leads),
        )

    def between(self, other: Profile) -> tuple[float, float]:
        """(the mean cosine between a post of one and a post of the other, that of their means)."""
        at = np.minimum(np.searchsorted(self.buckets, other.buckets), len(self.buckets) - 1)
        shared = self.buckets[at] == other.buckets
        mean = float(self.weights[at[shared]] @ other.weights[shared])
        lengths = float(np.linalg.norm(self.weights) * np.linalg.norm(other.weights))
        return mean, mean / lengths if lengths else 0.0

    def likeness(self, spread: Floats) -> float:
        """The mean cosine (0..1) between the posts of the event and one that is `spread` over all
        buckets (see `Traits.spread`); of a part of its weights, the part of it these make up."""
        return float(np.dot(spread[self.buckets], self.weights))

    def mentions(self, buckets: frozenset[int]) -> bool:
        """True when any of `buckets` occurs in the event's posts."""
        wanted = np.fromiter(buckets, np.int64, len(buckets))
        at = np.minimum(np.searchsorted(self.buckets, wanted), len(self.buckets) - 1)
        return bool((self.buckets[at] == wanted).any())


def _storable(weights: Floats) -> Floats:
    # Single precision is what the store keeps; rounding here too makes a profile the same whether
    # it was kept in memory or read back, and so the events the same however batches were cut.
    return weights.astype(np.float32).astype(np.float64)


def _strongest(buckets: Ints, weights: Floats) -> tuple[Ints, Floats]:
    if len(buckets) <= LONGEST:
        return buckets, weights
    kept = np.sort(np.argsort(-weights, kind="stable")[:LONGEST])
    return buckets[kept], weights[kept]


def some_of(known: frozenset[int], new: frozenset[int]) -> frozenset[int]:
    """`known` with as many of `new` as there is room for."""
    room = NAMES_KEPT - len(known)
    return known | frozenset(sorted(new - known)[:room]) if room > 0 else known
