"""The decision: which event a post belongs to, or that it founds one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from classifier.events.profile import Profile
from classifier.events.signature import BANDS
from classifier.events.traits import Traits
from yuqing.domain.verdict import Topic


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of the decision, chosen on labelled complaints.

    `enough` likeness joins. Likeness counts `soon` times within `soon_within` of the event's posts,
    and `named` times when the two share a name. It is divided by `elsewhere` when the headline
    names a place the event never mentions and the event's headlines name places the post never
    mentions, and by `off_topic` when both have topics and none in common. Where less than `trouble`
    of it is about anything but names, the place is the same and the matter is not. Above
    `same_text` nothing but the text is asked. From `copy_bands` shared bands on a post is a
    near-copy. `window` None looks back without end.
    """

    enough: float = 0.11
    elsewhere: float = 10.0
    named: float = 1.1
    off_topic: float = 1.3
    soon: float = 1.5
    soon_within: timedelta = timedelta(days=3)
    trouble: float = 0.05
    same_text: float = 0.99
    copy_bands: int = 3
    window: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that might take the post: its profile and topics, the bands they share, and the
    seconds from the event's nearest end to the post (0 within it)."""

    event_id: str
    profile: Profile
    topics: frozenset[Topic]
    bands: int
    apart: int = 0


def choose(
    post: Traits, topics: frozenset[Topic], candidates: Sequence[Candidate], rules: Rules
) -> str | None:
    """The event that `post` joins, None when it founds one. Ties go to the smaller event id."""
    if not candidates:
        return None
    whole, plain = post.spread(post.weights), post.spread(post.plain)
    best_strength, best = 0.0, ""
    for event in candidates:
        like, about = event.profile.likeness(whole), event.profile.likeness(plain)
        now = strength(post, topics, event, (like, about), rules)
        if (-now, event.event_id) < (-best_strength, best):
            best_strength, best = now, event.event_id
    return best if best_strength >= rules.enough else None


def strength(
    post: Traits,
    topics: frozenset[Topic],
    event: Candidate,
    likeness: tuple[float, float],
    rules: Rules,
) -> float:
    """How strongly `post` belongs to `event`; at least `rules.enough` to join.

    `likeness` is that of the whole text, and the part of it that is about anything but names.
    """
    like, about = likeness
    copied = event.bands >= rules.copy_bands
    soon = rules.soon if event.apart <= rules.soon_within.total_seconds() else 1.0
    if like >= rules.same_text or (like * soon * rules.named < rules.enough and not copied):
        return like
    if _elsewhere(post, event.profile):
        return like / rules.elsewhere
    if copied:
        return max(like, rules.same_text * event.bands / BANDS)
    if about * soon < rules.trouble:
        return min(like, rules.enough) / 2
    named = rules.named if post.names & event.profile.names else 1.0
    return like * soon * named / _topic_divisor(topics, event, rules)


def _elsewhere(post: Traits, event: Profile) -> bool:
    if not post.leads or not event.leads:
        return False
    here = frozenset(post.buckets.tolist())
    return not event.mentions(post.leads) and not event.leads & here


def _topic_divisor(topics: frozenset[Topic], event: Candidate, rules: Rules) -> float:
    known = topics and event.topics
    return rules.off_topic if known and not topics & event.topics else 1.0
