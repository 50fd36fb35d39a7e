"""The Bus port: ordered, keyed, durable topics read by consumer groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish; messages with one key keep their order."""

    topic: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """A message as delivered; (topic, partition, offset) names it for ever."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    at: datetime


class Subscription(Protocol):
    """One member of one consumer group on one topic.

    Each partition belongs to one member of the group at a time; when members join or leave,
    partitions move and the new owner starts at the group's committed position. Delivery is at
    least once: what was polled and not committed is delivered again, in order, to whoever owns
    the partition next.
    """

    def poll(self, limit: int, wait: float) -> Sequence[Record]:
        """At most `limit` records after the last polled, waiting up to `wait` real seconds.

        Within a partition in offset order. Raises RetryLater when the bus cannot be reached.
        """
        ...

    def commit(self, records: Sequence[Record]) -> None:
        """`records` and all before them in their partitions are done, durably.

        A partition that has moved to another member meanwhile is skipped: its records will come
        again there. Raises RetryLater when the bus cannot be reached.
        """
        ...

    def retry(self) -> None:
        """What was polled and not committed is delivered again by the next poll."""
        ...

    def rewind(self) -> None:
        """The whole group starts again from the oldest record kept (replay)."""
        ...

    def close(self) -> None:
        """Leave the group at once, so that others take over without waiting."""
        ...


class Bus(Protocol):
    """Topics that survive crashes; see `Subscription` for delivery and order."""

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """All of `messages` are durable when this returns, in this order within one key.

        Raises Backlogged when a group named in the topic's plan is too far behind, RetryLater
        when the bus is unreachable, locked or its disk full. After an error some of `messages`
        may be in, so publish again: consumers are idempotent.
        """
        ...

    def subscribe(self, topic: str, group: str) -> Subscription:
        """Join `group` on `topic`; a new group starts at the oldest record kept."""
        ...

    def read(self, topic: str, start: Mapping[int, int], limit: int) -> Sequence[Record]:
        """Look at `topic` without a group: up to `limit` records from `start` (partition to
        offset; absent partitions from their oldest). For looking and rebuilding, not working."""
        ...

    def lags(self) -> Mapping[tuple[str, str], int]:
        """(group, topic) to the records that group has still to commit, for planned groups."""
        ...

    def close(self) -> None:
        """Flush and let go of the bus."""
        ...
