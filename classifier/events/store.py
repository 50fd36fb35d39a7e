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


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known before a batch is read: `words` of the stream, `members` (post to event) and
    `pins` (post to the event a person put it in) of the posts asked for."""

    words: Words
    members: Mapping[str, str]
    pins: Mapping[str, str]


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
class Changes:
    """What a batch changed; `postings` as in `Postings.changed`; `positions` maps (topic,
    partition) to the next offset to read; `merged` maps events to those they went into, in the
    order they did: from then on the former's id leads to the latter everywhere."""

    words: Words
    members: Sequence[Member] = ()
    events: Mapping[str, Kept] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    postings: Mapping[tuple[int, int], tuple[str, int]] = field(default_factory=dict)
    positions: Mapping[tuple[str, int], int] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)


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
