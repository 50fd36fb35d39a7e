"""By what a post and an event are compared beyond their words, and what an event is compared by."""

from __future__ import annotations

from dataclasses import dataclass, field

from classifier.events.profile import Profile, some_of
from classifier.events.traits import Traits
from yuqing.domain.verdict import Emergency, Topic


@dataclass(frozen=True, slots=True)
class Marks:
    """What the judge says of a post, as far as grouping asks: topics without OTHER, the emergency,
    and whether it reads like hearsay."""

    topics: frozenset[Topic] = frozenset()
    emergency: Emergency | None = None
    hearsay: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What an event is compared by: its posts' mean, the topics and emergencies they had, the
    keys of the spots they named, how many were hearsay, and the times of the earliest and the
    latest (epoch seconds)."""

    profile: Profile = field(default_factory=Profile)
    topics: frozenset[Topic] = frozenset()
    emergencies: frozenset[Emergency] = frozenset()
    spots: frozenset[int] = frozenset()
    hearsay: int = 0
    first: int = 0
    last: int = 0

    def joined(self, post: Traits, marks: Marks, at: int) -> Standing:
        """The standing with one more post."""
        return Standing(
            self.profile.joined(post),
            self.topics | marks.topics,
            self.emergencies | ({marks.emergency} if marks.emergency else frozenset()),
            some_of(self.spots, post.spots),
            self.hearsay + marks.hearsay,
            min(self.first, at) if self.profile.posts else at,
            max(self.last, at) if self.profile.posts else at,
        )

    def with_all(self, other: Standing) -> Standing:
        """The standing of two events that are one."""
        return Standing(
            self.profile.with_all(other.profile),
            self.topics | other.topics,
            self.emergencies | other.emergencies,
            some_of(self.spots, other.spots),
            self.hearsay + other.hearsay,
            min(self.first, other.first),
            max(self.last, other.last),
        )

    def apart(self, at: int) -> int:
        """Seconds from the event's nearest end to `at`; 0 within it."""
        return max(0, self.first - at, at - self.last)

    @property
    def told_on(self) -> bool:
        """True when most of its posts are hearsay: then where the tellers live says nothing."""
        return 2 * self.hearsay > self.profile.posts
