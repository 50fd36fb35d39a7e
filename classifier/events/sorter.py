"""Sorts posts into events one after another, in the order they came."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from math import inf

from classifier.events.candidates import Postings
from classifier.events.group import Candidate, Rules, choose
from classifier.events.profile import Profile
from classifier.events.traits import Traits
from yuqing.domain.verdict import Topic


def event_id_of(jurisdiction: str, founding_post_id: str) -> str:
    """The event's id: 32 hex digits, from the jurisdiction and the founding post."""
    return hashlib.sha256(f"{jurisdiction}\x00{founding_post_id}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Standing:
    """What an event is compared by: its posts' mean, the topics they had, and the times of the
    earliest and the latest (epoch seconds)."""

    profile: Profile = field(default_factory=Profile)
    topics: frozenset[Topic] = frozenset()
    first: int = 0
    last: int = 0

    def joined(self, post: Traits, topics: frozenset[Topic], at: int) -> Standing:
        """The standing with one more post."""
        first = min(self.first, at) if self.profile.posts else at
        last = max(self.last, at) if self.profile.posts else at
        return Standing(self.profile.joined(post), self.topics | topics, first, last)

    def apart(self, at: int) -> int:
        """Seconds from the event's nearest end to `at`; 0 within it."""
        return max(0, self.first - at, at - self.last)


class Sorter:
    """`load` brings the standing of known events by id. Mutable; one owner."""

    def __init__(
        self,
        rules: Rules,
        postings: Postings,
        load: Callable[[Collection[str]], Mapping[str, Standing]] = lambda _ids: {},
    ) -> None:
        self.postings = postings
        self.standings: dict[str, Standing] = {}
        self._rules = rules
        self._load = load
        self._span = rules.window.total_seconds() if rules.window else inf

    def prepare(self, posts: Collection[Traits]) -> None:
        """Load at once what `place` will most likely need for all of `posts`."""
        near = [self.postings.near(post) for post in posts]
        self._ensure({event for events in near for event, _bands in events})

    def place(self, post: Traits, topics: frozenset[Topic], at: int, founding: str) -> str:
        """The event that takes `post` of `at` (epoch seconds), else it founds `founding`."""
        near = self.postings.near(post)
        self._ensure({event for event, _bands in near})
        candidates = [
            Candidate(event, standing.profile, standing.topics, bands, standing.apart(at))
            for event, bands in near
            if (standing := self.standings[event]).apart(at) <= self._span
        ]
        event_id = choose(post, topics, candidates, self._rules) or founding
        self.standings.setdefault(event_id, Standing())
        self.join(event_id, post, topics, at)
        return event_id

    def join(self, event_id: str, post: Traits, topics: frozenset[Topic], at: int) -> None:
        """`post` belongs to `event_id`, whoever decided so."""
        self._ensure({event_id})
        self.standings[event_id] = self.standings[event_id].joined(post, topics, at)
        self.postings.put(post, event_id, at)

    def _ensure(self, event_ids: Collection[str]) -> None:
        missing = [event for event in event_ids if event not in self.standings]
        if missing:
            loaded = self._load(missing)
            self.standings.update({e: loaded.get(e, Standing()) for e in missing})
