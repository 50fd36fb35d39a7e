"""Which events a post is compared with: those that share near-copy bands, names or telling words.

A key (see `Traits.keys`) remembers at most SLOTS events, the newest in each slot, so that looking
up stays cheap however many posts a hot word gathers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from heapq import nsmallest

from classifier.events.traits import Traits

SLOTS = 32
COMPARED = 16
SHARED = 2


def slot_of(event_id: str) -> int:
    """Where among a key's SLOTS the event stands."""
    return int(event_id[:8], 16) % SLOTS


class Postings:
    """Keys to events. Mutable; one owner.

    `changed` maps (key, slot) to the event put there since it was made, and to the time (epoch
    seconds) of the post that put it.
    """

    def __init__(self, known: Iterable[tuple[int, str]] = ()) -> None:
        self._by_key: dict[int, dict[int, str]] = {}
        self.changed: dict[tuple[int, int], tuple[str, int]] = {}
        for key, event_id in known:
            self._by_key.setdefault(key, {})[slot_of(event_id)] = event_id

    def put(self, post: Traits, event_id: str, at: int) -> None:
        """The post's keys lead to the event from now on."""
        slot = slot_of(event_id)
        for key in post.keys:
            slots = self._by_key.setdefault(key, {})
            if slots.get(slot) != event_id:
                slots[slot] = event_id
                self.changed[key, slot] = (event_id, at)

    def near(self, post: Traits) -> list[tuple[str, int]]:
        """(event, bands shared) of at most COMPARED events, those that share most keys first.

        One key in common, unless a band, is chance.
        """
        banded = self._led(post.bands)
        shared = self._led((*post.pairs, *post.names))
        shared.update(banded)
        some = [(-n, event) for event, n in shared.items() if n >= SHARED or event in banded]
        return [(event, banded[event]) for _count, event in nsmallest(COMPARED, some)]

    def _led(self, keys: Iterable[int]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for key in keys:
            slots = self._by_key.get(key)
            if slots:
                counts.update(slots.values())
        return counts
