"""An event after people had their say: counted anew without asking its posts again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from classifier.events.heat import cooled
from classifier.events.state import EventState, counted, grades_of, majority, most
from stream.messages import Relevant
from yuqing.domain.decision import Labels, labels_of
from yuqing.domain.event import Event
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Emergency, Severity, Topic

T = TypeVar("T")
Counts = tuple[tuple[T, int], ...]


def corrected(state: EventState, by: Relevant, before: Labels) -> EventState:
    """`state` after a person left `by` with its verdict, where it was counted as `before`."""
    after, raises = labels_of(by.verdict), by.post.owner is not Owner.OFFICIAL
    restated = _exchanged(state, before, after, raises)
    return replace(
        restated,
        event=replace(
            restated.event,
            version=state.event.version + 1,
            decided_by=by.verdict.confirmed_by,
            decided_severity=by.verdict.severity,
        ),
    )


def without(
    state: EventState,
    gone: Sequence[Relevant],
    ends: tuple[datetime, datetime],
    seen_at: datetime | None,
    who: str,
) -> EventState:
    """`state` after `who` took `gone` out of it: what is left was posted between `ends`, and first
    seen at `seen_at` (None: nobody knows, so it stays)."""
    for one in gone:
        raises = one.post.owner is not Owner.OFFICIAL
        state = _exchanged(state, labels_of(one.verdict), None, raises)
        state = replace(state, event=_less(state.event, one))
    event = replace(
        state.event,
        version=state.event.version + 1,
        first_posted_at=ends[0],
        last_posted_at=ends[1],
        first_seen_at=seen_at or state.event.first_seen_at,
        decided_by=who,
        decided_severity=None,
    )
    return replace(state, event=event)


def _less(event: Event, gone: Relevant) -> Event:
    left = max(0, event.posts - 1)
    risk = event.rumour_risk * event.posts - gone.verdict.rumour_risk
    return replace(
        event,
        posts=left,
        rumour_risk=min(1.0, max(0.0, risk / left)) if left else 0.0,
        heat=cooled(event.heat, gone.post.first_known_at),
    )


def _exchanged(state: EventState, before: Labels, after: Labels | None, raises: bool) -> EventState:
    """One post counted as `after` (None: not at all) instead of as `before`."""
    topics = _instead(state.topics, _topics(before), _topics(after))
    dispositions = _instead(
        state.dispositions,
        [before.disposition],
        [after.disposition] if after else (),
    )
    places = _instead(state.places, before.places, after.places if after else ())
    grades, kinds = grades_of(state), state.kinds
    if raises:
        grades = _instead(grades, [before.severity], [after.severity] if after else ())
        kinds = _instead(kinds, _kinds(before), _kinds(after))
    event = replace(
        state.event,
        topic=most(topics) if topics else Topic.OTHER,
        disposition=majority(dispositions),
        places=tuple(place for place, _n in places),
        severity=max((grade for grade, _n in grades), default=Severity.NONE),
        emergency=_emergency(state.event.emergency, kinds),
    )
    return EventState(event, topics, dispositions, places, state.clarity, grades, kinds)


def _emergency(now: Emergency | None, kinds: Counts[Emergency]) -> Emergency | None:
    """The kind that the event has, while a post still says so; else the one most posts say."""
    if any(kind is now for kind, _n in kinds):
        return now
    return most(kinds) if kinds else None


def _topics(labels: Labels | None) -> Sequence[Topic]:
    return [labels.topic] if labels is not None and labels.relevant else ()


def _kinds(labels: Labels | None) -> Sequence[Emergency]:
    return [labels.emergency] if labels is not None and labels.emergency else ()


def _instead(counts: Counts[T], less: Iterable[T], more: Iterable[T]) -> Counts[T]:
    left = dict(counts)
    for value in less:
        left[value] = left.get(value, 0) - 1
    kept = tuple((value, count) for value, count in left.items() if count > 0)
    return counted(kept, more)
