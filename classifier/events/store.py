"""The grouping store port: what grouping remembers between batches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from classifier.events.standing import Standing
from classifier.events.state import EventState
from classifier.events.words import Words
from yuqing.domain.event import Event
from yuqing.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known before a batch is read: `words` of the stream, `members` (post to event),
    `pins` (post to the event a person put it in) and `settled` (post to the verdict a person left)
    of the posts asked for."""

    words: Words
    members: Mapping[str, str]
    pins: Mapping[str, str]
    settled: Mapping[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as stored: its state and the ids of the posts that joined last, oldest first."""

    state: EventState
    recent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A post's membership."""

    post_id: str
    event_id: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Pin:
    """A person's word that a post belongs to an event."""

    post_id: str
    event_id: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch changed; `postings` as in `Postings.changed`; `positions` maps (topic,
    partition) to the next offset to read; `merged` maps events to those they went into, in the
    order they did: from then on the former's id leads to the latter everywhere; `settled` are the
    verdicts that people left."""

    words: Words
    members: Sequence[Member] = ()
    events: Mapping[str, Kept] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    postings: Mapping[tuple[int, int], tuple[str, int]] = field(default_factory=dict)
    positions: Mapping[tuple[str, int], int] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    pins: Sequence[Pin] = ()
    settled: Sequence[Verdict] = ()


class Ledger(Protocol):
    """One jurisdiction's state within one transaction; nobody else writes it meanwhile."""

    def memory(self, post_ids: Collection[str]) -> Memory:
        """What is known of the stream and of `post_ids`."""
        ...

    def postings(self, keys: Collection[int]) -> Iterable[tuple[int, int, str]]:
        """(key, slot, event) of all that `keys` lead to."""
        ...

    def standings(self, event_ids: Collection[str]) -> Mapping[str, Standing]:
        """By what the known ones of `event_ids` are compared."""
        ...

    def kept(self, event_ids: Collection[str]) -> Mapping[str, Kept]:
        """The known ones of `event_ids`."""
        ...

    def pinned(self, event_ids: Collection[str]) -> frozenset[str]:
        """Those of `event_ids` that people pinned posts to: never merged but by people."""
        ...

    def present(self, event_ids: Collection[str]) -> Mapping[str, str]:
        """Each of `event_ids` to the event it is now: itself, or the one it went into."""
        ...

    def ends(self, event_id: str, without: Collection[str]) -> tuple[datetime, datetime] | None:
        """When the first and the last post of the event was published, `without` some of them;
        None when no other is left."""
        ...

    def record(self, changes: Changes) -> None:
        """Write `changes`; they hold once the transaction ends well."""
        ...


class GroupingStore(Protocol):
    """Events, their posts and what new posts are compared with.

    Everything raises RetryLater when the database cannot be reached, is locked or full.
    """

    def ledger(self, jurisdiction: str) -> AbstractContextManager[Ledger]:
        """A transaction: leaving it well commits all that was recorded, an error nothing."""
        ...

    def event(self, event_id: str) -> Event | None:
        """The present snapshot; the id of a merged event leads to the one it went into."""
        ...

    def members(self, event_id: str, after: str = "", limit: int = 1000) -> tuple[str, ...]:
        """Up to `limit` of the event's post ids beyond `after`, ascending: page by the last."""
        ...

    def position(self, topic: str, partition: int) -> int:
        """The next offset to read there: all before it is in the store. 0 when never read."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
