"""How grouping state looks as bytes: compact, since every batch reads and writes much of it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import orjson
from pydantic import TypeAdapter

from classifier.events.profile import Profile
from classifier.events.standing import Standing
from classifier.events.state import EventState
from classifier.events.words import Words
from yuqing.domain.verdict import Emergency, Topic, Verdict

_HEAD = struct.Struct("<IIHHHHBqq")
_TOPICS, _EMERGENCIES = tuple(Topic), tuple(Emergency)
T = TypeVar("T")
_STATE: TypeAdapter[EventState] = TypeAdapter(EventState)
_VERDICT: TypeAdapter[Verdict] = TypeAdapter(Verdict)


def pack_words(words: Words) -> bytes:
    """The counts of a stream; most are 0."""
    return zlib.compress(words.counts.astype("<u4").tobytes(), 1)


def unpack_words(counts: bytes, texts: int) -> Words:
    """What `pack_words` packed."""
    return Words(np.frombuffer(zlib.decompress(counts), "<u4").astype(np.int64), texts)


def pack_state(state: EventState) -> bytes:
    """JSON of the state."""
    return orjson.dumps(state)


def unpack_state(packed: bytes) -> EventState:
    """What `pack_state` packed."""
    return _STATE.validate_json(packed)


def pack_verdict(verdict: Verdict) -> bytes:
    """JSON of the verdict."""
    return orjson.dumps(verdict)


def unpack_verdict(packed: bytes) -> Verdict:
    """What `pack_verdict` packed."""
    return _VERDICT.validate_json(packed)


def pack_standing(standing: Standing) -> bytes:
    """Head (counts, lengths, times), buckets, weights, names, leads, spots, one byte an emergency
    and one a topic."""
    profile, kinds = standing.profile, _numbers(_EMERGENCIES, standing.emergencies)
    keys = profile.names, profile.leads, standing.spots
    lengths = len(profile.buckets), *map(len, keys), len(kinds)
    counts = profile.posts, standing.hearsay
    head = _HEAD.pack(*counts, *lengths, standing.first, standing.last)
    buckets, weights = profile.buckets.astype("<u2"), profile.weights.astype("<f4")
    parts = (head, buckets.tobytes(), weights.tobytes(), *map(_longs, keys), kinds)
    return b"".join((*parts, _numbers(_TOPICS, standing.topics)))


def unpack_standing(packed: bytes) -> Standing:
    """What `pack_standing` packed."""
    posts, hearsay, size, names, leads, spots, kinds, first, last = _HEAD.unpack_from(packed)
    at = _HEAD.size
    buckets = np.frombuffer(packed, "<u2", size, at).astype(np.int64)
    weights = np.frombuffer(packed, "<f4", size, at + 2 * size).astype(np.float64)
    at += 6 * size
    longs = np.frombuffer(packed, "<i8", names + leads + spots, at).tolist()
    named, led = frozenset(longs[:names]), frozenset(longs[names : names + leads])
    profile = Profile(buckets, weights, posts, named, led)
    at += 8 * len(longs)
    emergencies = frozenset(_EMERGENCIES[number] for number in packed[at : at + kinds])
    topics = frozenset(_TOPICS[number] for number in packed[at + kinds :])
    return Standing(
        profile, topics, emergencies, frozenset(longs[names + leads :]), hearsay, first, last
    )


def _numbers(order: Sequence[T], values: Iterable[T]) -> bytes:
    return bytes(sorted(order.index(value) for value in values))


def _longs(values: Iterable[int]) -> bytes:
    return np.array(sorted(values), "<i8").tobytes()
