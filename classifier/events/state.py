"""An event as it grows post by post, and the snapshot of it that others are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from classifier.events.heat import HOURS_KEPT, warmed
from classifier.events.titles import CLEARLY_BETTER, clarity, title_of
from stream.messages import Relevant
from yuqing.domain.event import Event
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

T = TypeVar("T")

IDS_TOLD = 500
PLACES_KEPT = 32
ABSORBED_KEPT = 64


@dataclass(frozen=True, slots=True)
class EventState:
    """The event so far: `event` without its post ids, the counts its majorities rest on, how clear
    its title is, and the `grades` and emergency `kinds` of the posts that may raise it."""

    event: Event
    topics: tuple[tuple[Topic, int], ...] = ()
    dispositions: tuple[tuple[Disposition, int], ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    clarity: float = 0.0
    grades: tuple[tuple[Severity, int], ...] = ()
    kinds: tuple[tuple[Emergency, int], ...] = ()


def founded(event_id: str, by: Relevant) -> EventState:
    """The event that `by` founds; a post of an official source founds one without risk."""
    at = by.post.first_known_at
    empty = Event(
        event_id=event_id,
        jurisdiction=by.jurisdiction,
        version=0,
        title=title_of(by),
        topic=by.verdict.topic,
        severity=Severity.NONE,
        emergency=None,
        disposition=by.verdict.disposition,
        rumour_risk=0.0,
        places=(),
        first_posted_at=at,
        first_seen_at=by.sighting.seen_at,
        last_posted_at=at,
        post_ids=(),
        heat=(),
    )
    return grown(EventState(empty, clarity=clarity(by, by.verdict.topic)), by)


def grown(state: EventState, by: Relevant) -> EventState:
    """`state` with one more post; a post of an official source never raises the grade."""
    old, verdict, at = state.event, by.verdict, by.post.first_known_at
    raises = by.post.owner is not Owner.OFFICIAL
    state = EventState(
        old,
        counted(state.topics, [verdict.topic]),
        counted(state.dispositions, [verdict.disposition]),
        counted(state.places, verdict.places)[:PLACES_KEPT],
        state.clarity,
        counted(grades_of(state), [verdict.severity] if raises else ()),
        counted(state.kinds, [verdict.emergency] if raises and verdict.emergency else ()),
    )
    clear = clarity(by, most(state.topics))
    better = not old.title or clear >= state.clarity + CLEARLY_BETTER
    event = replace(
        old,
        version=old.version + 1,
        posts=old.posts + 1,
        rumour_risk=_mean(old.rumour_risk, old.posts, verdict.rumour_risk, 1),
        title=title_of(by) if better else old.title,
        topic=most(state.topics),
        disposition=majority(state.dispositions),
        places=tuple(place for place, _n in state.places),
        first_posted_at=min(old.first_posted_at, at),
        first_seen_at=min(old.first_seen_at, by.sighting.seen_at),
        last_posted_at=max(old.last_posted_at, at),
        heat=warmed(old.heat, at),
        watch_kinds=tuple(sorted({*old.watch_kinds, *verdict.watch_kinds})),
        decided_by=verdict.confirmed_by or old.decided_by,
        decided_severity=verdict.severity if verdict.confirmed_by else old.decided_severity,
    )
    event = _raised(event, by) if raises else event
    return replace(state, event=event, clarity=clear if better else state.clarity)


def united(left: EventState, gone: EventState) -> EventState:
    """The state of two events that are one; `left` keeps its id, and says what it absorbed."""
    one, two = left.event, gone.event
    topics = _summed(left.topics, gone.topics)
    dispositions = _summed(left.dispositions, gone.dispositions)
    places = _summed(left.places, gone.places)[:PLACES_KEPT]
    better = gone.clarity >= left.clarity + CLEARLY_BETTER
    graver = two.severity > one.severity
    event = replace(
        one,
        version=one.version + 1,
        posts=one.posts + two.posts,
        title=two.title if better else one.title,
        topic=most(topics),
        severity=max(one.severity, two.severity),
        emergency=(two.emergency or one.emergency) if graver else one.emergency or two.emergency,
        disposition=majority(dispositions),
        rumour_risk=_mean(one.rumour_risk, one.posts, two.rumour_risk, two.posts),
        places=tuple(place for place, _n in places),
        first_posted_at=min(one.first_posted_at, two.first_posted_at),
        first_seen_at=min(one.first_seen_at, two.first_seen_at),
        last_posted_at=max(one.last_posted_at, two.last_posted_at),
        heat=tuple(sorted(_summed(one.heat, two.heat)))[-HOURS_KEPT:],
        watch_kinds=tuple(sorted({*one.watch_kinds, *two.watch_kinds})),
        absorbed=(*one.absorbed, *two.absorbed, two.event_id)[-ABSORBED_KEPT:],
    )
    clear = gone.clarity if better else left.clarity
    grades = _summed(grades_of(left), grades_of(gone))
    kinds = _summed(left.kinds, gone.kinds)
    return EventState(event, topics, dispositions, places, clear, grades, kinds)


def grades_of(state: EventState) -> tuple[tuple[Severity, int], ...]:
    """The grades counted; an event kept before they were is taken to have been graded by all."""
    event = state.event
    return state.grades or (((event.severity, event.posts),) if event.posts else ())


def told(state: EventState, post_ids: Sequence[str]) -> Event:
    """The snapshot for the bus, with the last IDS_TOLD of `post_ids`."""
    return replace(state.event, post_ids=tuple(post_ids[-IDS_TOLD:]))


def _raised(event: Event, by: Relevant) -> Event:
    verdict = by.verdict
    graver = verdict.severity > event.severity or event.emergency is None
    emergency: Emergency | None = verdict.emergency if graver else event.emergency
    return replace(
        event,
        severity=max(event.severity, verdict.severity),
        emergency=emergency or event.emergency,
    )


def _mean(one: float, posts: int, two: float, more: int) -> float:
    """The risk of an event is its posts' mean: one hearsay does not make an accident a rumour, and
    what refutes a rumour lowers its risk."""
    return (one * posts + two * more) / (posts + more)


def majority(counts: Iterable[tuple[Disposition, int]]) -> Disposition:
    """The disposition that most posts ask for."""
    asked = [pair for pair in counts if pair[0] is not Disposition.NONE]
    return most(asked) if asked else Disposition.NONE


def counted(counts: tuple[tuple[T, int], ...], new: Iterable[T]) -> tuple[tuple[T, int], ...]:
    """`counts` with one more of each of `new`, the largest first."""
    after = dict(counts)
    for value in new:
        after[value] = after.get(value, 0) + 1
    return tuple(sorted(after.items(), key=lambda item: -item[1]))


def _summed(
    one: tuple[tuple[T, int], ...], two: tuple[tuple[T, int], ...]
) -> tuple[tuple[T, int], ...]:
    after = dict(one)
    for value, count in two:
        after[value] = after.get(value, 0) + count
    return tuple(sorted(after.items(), key=lambda item: -item[1]))


def most(counts: Sequence[tuple[T, int]]) -> T:
    """The value counted most."""
    return counts[0][0]
