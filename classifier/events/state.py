"""An event as it grows post by post, and the snapshot of it that others are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from classifier.events.heat import warmed
from stream.messages import Relevant
from yuqing.domain.event import Event
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

T = TypeVar("T")

IDS_TOLD = 500
PLACES_KEPT = 32
TITLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class EventState:
    """The event so far: `event` without its post ids, and the counts its majorities rest on."""

    event: Event
    topics: tuple[tuple[Topic, int], ...] = ()
    dispositions: tuple[tuple[Disposition, int], ...] = ()
    places: tuple[tuple[str, int], ...] = ()


def founded(event_id: str, by: Relevant) -> EventState:
    """The event that `by` founds; a post of an official source founds one without risk."""
    at = by.post.first_known_at
    empty = Event(
        event_id=event_id,
        jurisdiction=by.jurisdiction,
        version=0,
        title=_title(by),
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
    return grown(EventState(empty), by)


def grown(state: EventState, by: Relevant) -> EventState:
    """`state` with one more post; a post of an official source never raises the risk."""
    old, verdict, at = state.event, by.verdict, by.post.first_known_at
    state = EventState(
        old,
        _counted(state.topics, [verdict.topic]),
        _counted(state.dispositions, [verdict.disposition]),
        _counted(state.places, verdict.places)[:PLACES_KEPT],
    )
    event = replace(
        old,
        version=old.version + 1,
        posts=old.posts + 1,
        title=old.title or _title(by),
        topic=_most(state.topics),
        disposition=_disposition(state.dispositions),
        places=tuple(place for place, _n in state.places),
        first_posted_at=min(old.first_posted_at, at),
        first_seen_at=min(old.first_seen_at, by.sighting.seen_at),
        last_posted_at=max(old.last_posted_at, at),
        heat=warmed(old.heat, at),
        watch_kinds=tuple(sorted({*old.watch_kinds, *verdict.watch_kinds})),
    )
    return replace(state, event=event if by.post.owner is Owner.OFFICIAL else _raised(event, by))


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
        rumour_risk=max(event.rumour_risk, verdict.rumour_risk),
    )


def _disposition(counts: Iterable[tuple[Disposition, int]]) -> Disposition:
    asked = [pair for pair in counts if pair[0] is not Disposition.NONE]
    return _most(asked) if asked else Disposition.NONE


def _title(by: Relevant) -> str:
    if by.post.title.strip():
        return by.post.title.strip()
    body = " ".join(by.post.body.split())
    return body if len(body) <= TITLE_LENGTH else f"{body[:TITLE_LENGTH]}…"


def _counted(counts: tuple[tuple[T, int], ...], new: Iterable[T]) -> tuple[tuple[T, int], ...]:
    after = dict(counts)
    for value in new:
        after[value] = after.get(value, 0) + 1
    return tuple(sorted(after.items(), key=lambda item: -item[1]))


def _most(counts: Sequence[tuple[T, int]]) -> T:
    return counts[0][0]
