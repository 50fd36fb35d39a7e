"""Which events a post is compared with: those that share near-copy bands, names or telling words.

A key (see `Traits.keys`) remembers at most SLOTS events, the newest in each slot, so that looking
up stays cheap however many posts a hot word gathers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest

from classifier.events.traits import Traits

SLOTS = 32
COMPARED = 16
SHARED = 2


def slot_of(event_id: str) -> int:
    """Where among a key's SLOTS the event stands."""
    return int(event_id[:8], 16) % SLOTS


@dataclass(frozen=True, slots=True)
class Near:
    """An event that shares keys with a post: how many bands, whether they stand in one chain of
    quotes, whether both carry a tag."""

    event_id: str
    bands: int = 0
    chained: bool = False
    tagged: bool = False


class Postings:
    """Keys to events. Mutable; one owner.

    `changed` maps (key, slot) to the event put there since it was made, and to the time (epoch
    seconds) of the post that put it.
    """

    def __init__(self, known: Iterable[tuple[int, int, str]] = ()) -> None:
        """`known` are (key, slot, event)."""
        self._by_key: dict[int, dict[int, str]] = {}
        self.changed: dict[tuple[int, int], tuple[str, int]] = {}
        for key, slot, event_id in known:
            self._by_key.setdefault(key, {})[slot] = event_id

    def put(self, post: Traits, event_id: str, at: int) -> None:
        """The post's keys lead to the event from now on."""
        slot = slot_of(event_id)
        for key in post.keys:
            if key in post.idle:
                continue
            slots = self._by_key.setdefault(key, {})
            if slots.get(slot) != event_id:
                slots[slot] = event_id
                self.changed[key, slot] = (event_id, at)

    def near(self, post: Traits) -> list[Near]:
        """At most COMPARED events, those that share most keys first.

        One key in common, unless a band or a tie, is chance. A tag that leads to more than one
        event (people put some under whatever they write) is none.
        """
        banded, chain, tagged = self._led(post.bands), self._led(post.chain), self._tagged(post)
        shared = self._led((*post.pairs, *post.names))
        for strong in (banded, chain, tagged):
            shared.update(strong)
        sure = banded.keys() | chain.keys() | tagged
        some = [(-n, event) for event, n in shared.items() if n >= SHARED or event in sure]
        return [
            Near(event, banded[event], event in chain, event in tagged)
            for _count, event in nsmallest(COMPARED, some)
        ]

    def merge(self, gone: str, into: str) -> None:
        """What leads to `gone` leads to `into` from now on, in the slots it has."""
        for slots in self._by_key.values():
            for slot, event in slots.items():
                if event == gone:
                    slots[slot] = into
        for place, (event, at) in self.changed.items():
            if event == gone:
                self.changed[place] = (into, at)

    def _tagged(self, post: Traits) -> set[str]:
        led = (set(self._by_key.get(key, {}).values()) for key in post.tags)
        return {event for events in led if len(events) == 1 for event in events}

    def _led(self, keys: Iterable[int]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for key in keys:
            slots = self._by_key.get(key)
            if slots:
                counts.update(set(slots.values()))
        return counts
