"""What grouping sees of a post: its telling pairs, its near-copy bands, the names it gives.

Everything is derived once, when the post is read, from its text and from what the stream had taught
by then; so it depends on the order of posts alone, never on how they were cut into batches.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from classifier.events.names import PLOTS, names, spelled
from classifier.events.signature import bands
from classifier.events.ties import chained, tag_key, tags
from classifier.events.words import BUCKETS, Floats, Ints, Words, counted, pair, pairs
from yuqing.domain.text import normalise

KEY_PAIRS = 20
NAMED_IN = 400
LEAD = 40
RARE_NAME = 0.01
EXPLAINED = 2
_TOWN = re.compile(r"(省|市|县|镇|乡|街道|(?<!园|社|小|发|厂|景|校|院|库|矿|港|片)区)$")


@dataclass(frozen=True, slots=True)
class Traits:
    """`buckets` (ascending) and `weights` (unit length) are the text. `plain` are the weights with
    those of names struck out: what is told of the named; `bare` those with known places struck out
    too. `pairs`, `names` and `bands` are what candidates are looked up by; `leads` are the buckets
    of the names of plots in the headline; `chain` and `tags` are those of `ties`; `spots` are the
    keys of the known places in it that are smaller than a town.

    `told` are the weights by which an event remembers the post, and `idle` those of `tags` that it
    does not explain: a tag that a post says nothing of may stand under anything, so it leads to no
    event and is not remembered."""

    buckets: Ints
    weights: Floats
    pairs: tuple[int, ...]
    names: frozenset[int]
    bands: tuple[int, ...]
    leads: frozenset[int]
    plain: Floats
    told: Floats
    chain: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    idle: frozenset[int] = frozenset()
    spots: frozenset[int] = frozenset()
    bare: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def keys(self) -> tuple[int, ...]:
        """All look-up keys: signed 64-bit integers; a pair's is below words.BUCKETS. Those in
        `idle` are looked up only."""
        return (*self.pairs, *sorted(self.names), *self.bands, *self.chain, *self.tags)

    def spread(self, weights: Floats) -> Floats:
        """`weights` (those of this post, or its plain ones) laid out over all buckets."""
        laid = np.zeros(BUCKETS)
        laid[self.buckets] = weights
        return laid


def read(title: str, body: str, places: Collection[str], words: Words, author: str = "") -> Traits:
    """The traits of a post; `words` learns from it. `places` are known place names in it."""
    title, body = normalise(title), normalise(body)
    buckets, damped = counted(title, body)
    words.learn(buckets)
    weights = _unit(damped * words.telling(buckets))
    strongest = np.argsort(-weights, kind="stable")[:KEY_PAIRS]
    text = f"{title} {body[:NAMED_IN]}"
    plain = _without(_named(text, words), buckets, weights)
    found, rest = tags(body)
    idle = _idle(found, f"{title} {rest}") if found else ()
    return Traits(
        buckets,
        weights,
        tuple(int(b) for b in buckets[strongest[weights[strongest] > 0]]),
        _name_keys(text, places, words),
        bands(f"{title} {body}"),
        _leads(title if len(title) >= 4 else body[:LEAD], words),
        plain,
        _without(_only_in(idle, rest), buckets, weights) if idle else weights,
        chained(author, body),
        tuple(map(tag_key, found)),
        frozenset(map(tag_key, idle)),
        frozenset(_name_key(normalise(place)) for place in places if not _TOWN.search(place)),
        _without(_spelling(map(normalise, places)), buckets, plain) if places else plain,
    )


def _idle(found: Iterable[str], rest: str) -> list[str]:
    said = frozenset(rest)
    return [tag for tag in found if len(said.intersection(tag)) < EXPLAINED and not names(tag)]


def _only_in(idle: Iterable[str], rest: str) -> list[int]:
    tagged = {bucket for tag in idle for bucket in pairs(tag).tolist()}
    return sorted(tagged - set(pairs(rest).tolist()))


def _without(struck: Sequence[int], buckets: Ints, weights: Floats) -> Floats:
    return np.where(np.isin(buckets, struck), 0.0, weights)


def _unit(weights: Floats) -> Floats:
    length = float(np.linalg.norm(weights))
    return weights / length if length else weights


def _name_keys(text: str, places: Iterable[str], words: Words) -> frozenset[int]:
    found = [core + kind for core, kind in names(text) if _rare(core, words)]
    return frozenset(map(_name_key, [*found, *map(normalise, places)]))


def _leads(headline: str, words: Words) -> frozenset[int]:
    cores = {core for core, kind in names(headline) if kind in PLOTS}
    return frozenset(pair(core) for core in cores if _rare(core, words))


def _named(text: str, words: Words) -> list[int]:
    found = {name for name, core in spelled(text) if _rare(core, words)}
    return _spelling(found)


def _spelling(found: Iterable[str]) -> list[int]:
    return [pair(name[i : i + 2]) for name in found for i in range(len(name) - 1)]


def _rare(core: str, words: Words) -> bool:
    return words.share(pair(core)) < RARE_NAME


@lru_cache(maxsize=65536)
def _name_key(name: str) -> int:
    digest = blake2b(name.encode(), digest_size=8, person=b"name").digest()
    return int.from_bytes(digest, "little", signed=True)
