"""How grouping state looks as bytes: compact, since every batch reads and writes much of it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

import numpy as np
import orjson
from pydantic import TypeAdapter

from classifier.events.profile import Profile
from classifier.events.sorter import Standing
from classifier.events.state import EventState
from classifier.events.words import Words
from yuqing.domain.verdict import Topic

_HEAD = struct.Struct("<IHHHqq")
_TOPICS = tuple(Topic)
_STATE: TypeAdapter[EventState] = TypeAdapter(EventState)


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


def pack_standing(standing: Standing) -> bytes:
    """Head (posts, lengths, times), buckets, weights, names, leads, one byte a topic."""
    profile = standing.profile
    lengths = len(profile.buckets), len(profile.names), len(profile.leads)
    head = _HEAD.pack(profile.posts, *lengths, standing.first, standing.last)
    topics = bytes(sorted(_TOPICS.index(topic) for topic in standing.topics))
    names, leads = _longs(profile.names), _longs(profile.leads)
    buckets = profile.buckets.astype("<u2").tobytes()
    return b"".join((head, buckets, profile.weights.astype("<f4").tobytes(), names, leads, topics))


def unpack_standing(packed: bytes) -> Standing:
    """What `pack_standing` packed."""
    posts, size, names, leads, first, last = _HEAD.unpack_from(packed)
    at = _HEAD.size
    buckets = np.frombuffer(packed, "<u2", size, at).astype(np.int64)
    weights = np.frombuffer(packed, "<f4", size, at + 2 * size).astype(np.float64)
    at += 6 * size
    longs = np.frombuffer(packed, "<i8", names + leads, at).tolist()
    profile = Profile(buckets, weights, posts, frozenset(longs[:names]), frozenset(longs[names:]))
    topics = packed[at + 8 * (names + leads) :]
    return Standing(profile, frozenset(_TOPICS[number] for number in topics), first, last)


def _longs(values: Iterable[int]) -> bytes:
    return np.array(sorted(values), "<i8").tobytes()
