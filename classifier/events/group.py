"""The decision: which event a post belongs to, or that it founds one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from classifier.events.candidates import Near
from classifier.events.profile import Profile
from classifier.events.signature import BANDS
from classifier.events.standing import Marks, Standing
from classifier.events.traits import Traits


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of the decision, chosen on labelled complaints.

    `enough` likeness joins. Likeness counts `soon` times within `soon_within` of the event's posts,
    and `named` times when the two share a name. It is divided by `elsewhere` when the headline
    names a place the event never mentions and the event's headlines name places the post never
    mentions, and by `off_topic` when both have topics and none in common. Where less than `trouble`
    of it is about anything but names, the place is the same and the matter is not. Above
    `same_text` nothing but the text is asked. From `copy_bands` shared bands on a post is a
    near-copy, and what quotes another in one chain is with it. Sharing a tag counts `tagged` times.

    An emergency of one kind at one spot is one matter `at_once`: likeness counts `kin` times, and
    another place in the headline is where it was seen from. So with what is told on as hearsay.
    Two events within `young` become one when their posts are `related` in the mean and the means
    `alike`. `window` None looks back without end.
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
    tagged: float = 1.5
    kin: float = 1.3
    at_once: timedelta = timedelta(hours=12)
    related: float = 0.08
    alike: float = 0.3
    young: timedelta = timedelta(days=3)
    window: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that might take the post: what they share, by what it is compared, and the seconds
    from the event's nearest end to the post (0 within it)."""

    near: Near
    standing: Standing
    apart: int = 0

    @property
    def event_id(self) -> str:
        """The event's id."""
        return self.near.event_id


def choose(post: Traits, marks: Marks, candidates: Sequence[Candidate], rules: Rules) -> list[str]:
    """The events that `post` belongs to, the strongest first: it joins that one, and founds one
    when there is none. Ties go to the smaller event id."""
    if not candidates:
        return []
    whole, plain = post.spread(post.weights), post.spread(post.plain)
    kindred = _kindred(post, marks, candidates, rules) if marks.emergency else frozenset()
    found = []
    for event in candidates:
        profile = event.standing.profile
        about = post.spread(post.bare) if _other_kind(marks, event.standing) else plain
        likeness = profile.likeness(whole), profile.likeness(about)
        now = strength(post, marks, event, likeness, rules, event.event_id in kindred)
        if now >= rules.enough:
            found.append((-now, event.event_id))
    return [event_id for _strength, event_id in sorted(found)]


def strength(
    post: Traits,
    marks: Marks,
    event: Candidate,
    likeness: tuple[float, float],
    rules: Rules,
    kin: bool = False,
) -> float:
    """How strongly `post` belongs to `event`; at least `rules.enough` to join.

    `likeness` is that of the whole text, and the part of it that is about anything but names;
    `kin` tells that both are one emergency.
    """
    like, about = likeness
    copied = event.near.bands >= rules.copy_bands
    soon = rules.soon if event.apart <= rules.soon_within.total_seconds() else 1.0
    if event.near.chained:
        return max(like, rules.same_text)
    soon *= (rules.kin if kin else 1.0) * (rules.tagged if event.near.tagged else 1.0)
    if like >= rules.same_text or (like * soon * rules.named < rules.enough and not copied):
        return like
    bound = not (kin or event.near.tagged or _told_on(about * soon, event, rules))
    if bound and (_elsewhere(post, event.standing) or _two_scenes(post, marks, event.standing)):
        return like / rules.elsewhere
    if copied:
        return max(like, rules.same_text * event.near.bands / BANDS)
    if about * soon < rules.trouble:
        return min(like, rules.enough) / 2
    named = rules.named if post.names & event.standing.profile.names else 1.0
    return like * soon * named / _topic_divisor(marks, event.standing, rules)


def one_matter(one: Standing, two: Standing, rules: Rules) -> bool:
    """True when two events that one post belongs to are so young and so alike that they are one."""
    span = max(one.last, two.last) - min(one.first, two.first)
    if span > rules.young.total_seconds() or _no_part_of_it(one, two):
        return False
    if not (one.told_on and two.told_on) and _apart(one.profile, two.profile):
        return False
    related, alike = one.profile.between(two.profile)
    return related >= rules.related and alike >= rules.alike


def _no_part_of_it(one: Standing, two: Standing) -> bool:
    """An emergency, and what nobody calls one and was talked of before it happened: a later post
    that names both (the hospital that takes the injured) does not make them one, and must not move
    the emergency's beginning, from which legal clocks run."""
    if bool(one.emergencies) == bool(two.emergencies):
        return False
    burning, everyday = (one, two) if one.emergencies else (two, one)
    return everyday.first < burning.first


def _kindred(
    post: Traits, marks: Marks, events: Sequence[Candidate], rules: Rules
) -> frozenset[str]:
    """The events that are the emergency `post` tells of: those of its kind at one of its spots,
    or, when it names no place, the only one of its kind there is."""
    within = rules.at_once.total_seconds()
    same = [e for e in events if e.apart <= within and marks.emergency in e.standing.emergencies]
    if same and not post.spots and not post.leads:
        return frozenset(e.event_id for e in same) if len(same) == 1 else frozenset()
    return frozenset(e.event_id for e in same if not post.spots.isdisjoint(e.standing.spots))


def _told_on(about: float, event: Candidate, rules: Rules) -> bool:
    near = event.apart <= rules.soon_within.total_seconds()
    return near and event.standing.told_on and about >= rules.enough


def _elsewhere(post: Traits, event: Standing) -> bool:
    leads = event.profile.leads
    if not post.leads or not leads:
        return False
    here = frozenset(post.buckets.tolist())
    return not event.profile.mentions(post.leads) and not leads & here


def _apart(one: Profile, two: Profile) -> bool:
    if not one.leads or not two.leads:
        return False
    return not one.mentions(two.leads) and not two.mentions(one.leads)


def _other_kind(marks: Marks, event: Standing) -> bool:
    """An everyday post of other topics than an emergency's: sharing its places says nothing."""
    everyday = bool(event.emergencies) and marks.emergency is None
    return everyday and bool(marks.topics) and not marks.topics & event.topics


def _two_scenes(post: Traits, marks: Marks, event: Standing) -> bool:
    """Two emergencies, each at spots of its own."""
    both = marks.emergency is not None and event.emergencies
    return bool(both and post.spots and event.spots) and post.spots.isdisjoint(event.spots)


def _topic_divisor(marks: Marks, event: Standing, rules: Rules) -> float:
    known = marks.topics and event.topics
    return rules.off_topic if known and not marks.topics & event.topics else 1.0
