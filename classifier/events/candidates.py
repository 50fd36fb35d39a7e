"""Which events a post is compared with: those that share near-copy bands, names or telling words.

A key (see `Traits.keys`) remembers at most SLOTS events, the newest in each slot, so that looking
up stays cheap however many posts a hot word gathers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from classifier.events.traits import Traits

SLOTS = 32
COMPARED = 16


@dataclass(frozen=True, slots=True)
class Posting:
    """A key led to this event when a post of `at` was put under it."""

    key: int
    event_id: str
    at: datetime

    @property
    def slot(self) -> int:
        """Where among the key's SLOTS this event stands."""
        return int(self.event_id[:8], 16) % SLOTS


class Postings:
    """Keys to events. Mutable; one owner. `changed` are those put since it was made."""

    def __init__(self, known: Iterable[Posting] = ()) -> None:
        self._by_key: dict[int, dict[int, Posting]] = {}
        self.changed: dict[tuple[int, int], Posting] = {}
        for posting in known:
            self._by_key.setdefault(posting.key, {})[posting.slot] = posting

    def put(self, post: Traits, event_id: str, at: datetime, fresh: timedelta) -> None:
        """The post's keys lead to the event; what did so within `fresh` of `at` is left alone."""
        for key in post.keys:
            slots = self._by_key.setdefault(key, {})
            new = Posting(key, event_id, at)
            old = slots.get(new.slot)
            if old is None or old.event_id != event_id or at - old.at > fresh:
                slots[new.slot] = self.changed[key, new.slot] = new

    def near(self, post: Traits, at: datetime, window: timedelta | None) -> list[tuple[str, int]]:
        """(event, bands shared) of at most COMPARED events, those that share most keys first."""
        shared: Counter[str] = Counter()
        banded: Counter[str] = Counter()
        bands = frozenset(post.bands)
        for key in post.keys:
            for posting in self._by_key.get(key, {}).values():
                if window is None or abs(at - posting.at) <= window:
                    shared[posting.event_id] += 1
                    banded[posting.event_id] += key in bands
        first = sorted(shared, key=lambda event: (-shared[event], event))[:COMPARED]
        return [(event, banded[event]) for event in first]
