"""Which events a post is compared with: those that share near-copy bands, names or telling words.

A key (see `Traits.keys`) remembers at most SLOTS events, the newest in each slot, so that looking
up stays cheap however many posts a hot word gathers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from heapq import nsmallest
from math import inf
from typing import NamedTuple

from classifier.events.traits import Traits

SLOTS = 32
COMPARED = 16
SHARED = 2
FRESH = 3 * 86400


class Posting(NamedTuple):
    """A key led to this event when a post of `at` (epoch seconds) was put under it."""

    event_id: str
    at: int


def slot_of(event_id: str) -> int:
    """Where among a key's SLOTS the event stands."""
    return int(event_id[:8], 16) % SLOTS


class Postings:
    """Keys to events. Mutable; one owner. `changed` holds what was put, by key and slot."""

    def __init__(self, known: Iterable[tuple[int, Posting]] = ()) -> None:
        self._by_key: dict[int, dict[int, Posting]] = {}
        self.changed: dict[tuple[int, int], Posting] = {}
        for key, posting in known:
            self._by_key.setdefault(key, {})[slot_of(posting.event_id)] = posting

    def put(self, post: Traits, event_id: str, at: int) -> None:
        """The post's keys lead to the event; what did so within FRESH of `at` is left alone."""
        slot, new = slot_of(event_id), Posting(event_id, at)
        for key in post.keys:
            slots = self._by_key.setdefault(key, {})
            old = slots.get(slot)
            if old is None or old.event_id != event_id or at - old.at > FRESH:
                slots[slot] = self.changed[key, slot] = new

    def near(self, post: Traits, at: int, window: timedelta | None) -> list[tuple[str, int]]:
        """(event, bands shared) of at most COMPARED events, those that share most keys first.

        One key in common, unless a band, is chance."""
        banded = Counter(self._leading(post.bands, at, window))
        others = (*post.pairs, *post.names)
        shared = Counter(banded)
        shared.update(self._leading(others, at, window))
        some = [(-n, event) for event, n in shared.items() if n >= SHARED or banded[event]]
        first = nsmallest(COMPARED, some)
        return [(event, banded[event]) for _count, event in first]

    def _leading(self, keys: Iterable[int], at: int, window: timedelta | None) -> Iterator[str]:
        span = inf if window is None else window.total_seconds()
        for key in keys:
            for event_id, put in self._by_key.get(key, {}).values():
                if abs(at - put) <= span:
                    yield event_id
