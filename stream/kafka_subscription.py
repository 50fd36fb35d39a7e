"""Membership of a consumer group on Kafka: commits by hand, never for a partition that moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata

from stream.bus import Record
from stream.kafka_address import REACH_MS, knock
from stream.kafka_cluster import KafkaCluster, kafka_named
from yuqing.domain.errors import RetryLater

MAX_POLL_INTERVAL_MS = 300_000
_MOVED = (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
_AT = "at"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class KafkaSubscription:
    """A `stream.bus.Subscription` on Kafka. Heartbeats go on while a handler works, but a member
    that does not poll for 5 minutes loses its partitions."""

    def __init__(self, cluster: KafkaCluster, topic: str, group: str, session: timedelta) -> None:
        self._cluster, self._topic, self._group = cluster, topic, group
        self._session_ms = session // timedelta(milliseconds=1)
        # Where each owned partition goes on after a retry: the first not committed.
        self._uncommitted: dict[TopicPartition, int] = {}
        self._consumer = self._join()

    def poll(self, limit: int, wait: float) -> Sequence[Record]:
        """See `stream.bus.Subscription`."""
        self._take_up_lost_join()
        with kafka_named():
            found = self._consumer.poll(timeout_ms=int(wait * 1000), max_records=limit)
        for partition, records in found.items():
            self._uncommitted.setdefault(partition, records[0].offset)
        return [record for batch in found.values() for record in to_records(self._topic, batch)]

    def commit(self, records: Sequence[Record]) -> None:
        """See `stream.bus.Subscription`."""
        done: dict[TopicPartition, int] = {}
        for record in records:
            partition = TopicPartition(self._cluster.address.topic(self._topic), record.partition)
            done[partition] = max(done.get(partition, 0), record.offset + 1)
        # what was polled before the partition moved is no longer ours to commit
        ours = {
            p: offset for p, offset in done.items() if self._uncommitted.get(p, offset) < offset
        }
        if not ours:
            return
        try:
            with kafka_named():
                self._send_commit(ours)
        except RetryLater as error:
            if not isinstance(error.__cause__, _MOVED):
                raise
            return
        self._uncommitted.update(ours)

    def retry(self) -> None:
        """See `stream.bus.Subscription`."""
        owned = self._consumer.assignment()
        for partition, offset in list(self._uncommitted.items()):
            if partition in owned:
                self._consumer.seek(partition, offset)

    def rewind(self) -> None:
        """See `stream.bus.Subscription`; every member is put out and joins again at once."""
        self._consumer.close()
        self._uncommitted.clear()
        self._cluster.rewind(self._group, self._topic)
        self._consumer = self._join()

    def close(self) -> None:
        """See `stream.bus.Subscription`."""
        self._consumer.close(timeout_ms=REACH_MS)

    def _take_up_lost_join(self) -> None:
        """Ask to join again where kafka-python 3.0.12 forgot that it was about to.

        A leader that rejoins because the topic's metadata came late counts itself as joined once
        it has assigned, before the group's answer is in. If a poll ends between the two, no later
        poll takes the answer up: the member holds no partition, sends no heartbeat, and says
        nothing for ever. A join that is still under way is not disturbed by this.
        """
        coordinator = self._consumer._coordinator
        if coordinator.rejoining and not coordinator.need_rejoin():
            coordinator.request_rejoin()

    def _send_commit(self, offsets: dict[TopicPartition, int]) -> None:
        self._consumer.commit(
            {partition: OffsetAndMetadata(offset, "") for partition, offset in offsets.items()},
            timeout_ms=REACH_MS,
        )

    def _join(self) -> KafkaConsumer:
        address = self._cluster.address
        knock(address)
        with kafka_named():
            consumer = KafkaConsumer(
                bootstrap_servers=list(address.servers),
                group_id=address.group(self._group, self._topic),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                session_timeout_ms=self._session_ms,
                heartbeat_interval_ms=min(3000, self._session_ms // 4),
                max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
                request_timeout_ms=REACH_MS,
                bootstrap_timeout_ms=REACH_MS,
            )
            consumer.subscribe([address.topic(self._topic)], listener=_Forget(self._uncommitted))
        return consumer


def to_records(topic: str, found: Iterable[Any]) -> list[Record]:
    """Kafka's records as the bus's."""
    return [
        Record(
            topic,
            one.partition,
            one.offset,
            (one.key or b"").decode(),
            one.value or b"",
            _at(one),
        )
        for one in found
    ]


def at_header(at: datetime) -> list[tuple[str, bytes]]:
    """Our clock's time travels as a header: Kafka's own timestamps must be real time, because
    its retention runs on them, while ours may be a drill's."""
    return [(_AT, at.isoformat().encode())]


def _at(found: Any) -> datetime:
    for name, value in found.headers:
        if name == _AT:
            return datetime.fromisoformat(value.decode())
    return _EPOCH + timedelta(milliseconds=found.timestamp)


class _Forget(ConsumerRebalanceListener):  # type: ignore[misc]
    """Partitions that leave take with them what was polled of them."""

    def __init__(self, uncommitted: dict[TopicPartition, int]) -> None:
        self._uncommitted = uncommitted

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Called within poll and close, before others take over."""
        for partition in revoked:
            self._uncommitted.pop(partition, None)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Reading begins at the committed position by itself."""
