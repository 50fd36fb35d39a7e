"""Sorts posts into events one after another, in the order they came."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from math import inf

from classifier.events.candidates import Postings
from classifier.events.group import Candidate, Rules, choose, one_matter
from classifier.events.standing import Marks, Standing
from classifier.events.traits import Traits


def event_id_of(jurisdiction: str, founding_post_id: str) -> str:
    """The event's id: 32 hex digits, from the jurisdiction and the founding post."""
    return hashlib.sha256(f"{jurisdiction}\x00{founding_post_id}".encode()).hexdigest()[:32]


class Sorter:
    """`load` brings the standing of known events by id, `pinned` tells which of some events people
    pinned posts to: those are never merged. Mutable; one owner.

    `merged` maps events that were found to be another to that one, in the order of finding.
    """

    def __init__(
        self,
        rules: Rules,
        postings: Postings,
        load: Callable[[Collection[str]], Mapping[str, Standing]] = lambda _ids: {},
        pinned: Callable[[Collection[str]], frozenset[str]] = lambda _ids: frozenset(),
    ) -> None:
        self.postings = postings
        self.standings: dict[str, Standing] = {}
        self.merged: dict[str, str] = {}
        self._rules = rules
        self._load = load
        self._pinned = pinned
        self._span = rules.window.total_seconds() if rules.window else inf

    def prepare(self, posts: Collection[Traits]) -> None:
        """Load at once what `place` will most likely need for all of `posts`."""
        near = [self.postings.near(post) for post in posts]
        self._ensure({one.event_id for found in near for one in found})

    def place(self, post: Traits, marks: Marks, at: int, founding: str) -> str:
        """The event that takes `post` of `at` (epoch seconds), else it founds `founding`.

        What the post shows to be one matter is merged; the event returned is what is left of it.
        """
        near = self.postings.near(post)
        self._ensure({one.event_id for one in near})
        candidates = [
            Candidate(one, standing, standing.apart(at))
            for one in near
            if (standing := self.standings[one.event_id]).apart(at) <= self._span
        ]
        event_id, *rivals = choose(post, marks, candidates, self._rules) or [founding]
        self.standings.setdefault(event_id, Standing())
        self.join(event_id, post, marks, at)
        for rival in rivals:
            event_id = self._one_of(event_id, rival)
        return event_id

    def join(self, event_id: str, post: Traits, marks: Marks, at: int) -> None:
        """`post` belongs to `event_id`, whoever decided so."""
        self._ensure({event_id})
        self.standings[event_id] = self.standings[event_id].joined(post, marks, at)
        self.postings.put(post, event_id, at)

    def _one_of(self, one: str, two: str) -> str:
        """The event that is left of `one` and `two`: `one` unless they are one matter, then the
        one with more posts."""
        mine, other = self.standings[one], self.standings[two]
        if not one_matter(mine, other, self._rules) or self._pinned((one, two)):
            return one
        larger = (other.profile.posts, -other.first, two) > (mine.profile.posts, -mine.first, one)
        gone, into = (one, two) if larger else (two, one)
        self.standings[into] = self.standings[into].with_all(self.standings.pop(gone))
        self.postings.merge(gone, into)
        self.merged[gone] = into
        return into

    def _ensure(self, event_ids: Collection[str]) -> None:
        missing = [event for event in event_ids if event not in self.standings]
        if missing:
            loaded = self._load(missing)
            self.standings.update({e: loaded.get(e, Standing()) for e in missing})
