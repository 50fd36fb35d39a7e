"""The distributed bus: Kafka topics, written by an idempotent producer, committed by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import MessageSizeTooLargeError

from stream.bus import Outgoing, Record
from stream.kafka_address import REACH_MS, KafkaAddress, knock
from stream.kafka_cluster import LARGEST, KafkaCluster, kafka_named
from stream.kafka_subscription import KafkaSubscription, at_header, to_records
from stream.topics import TopicPlan
from yuqing.domain.clock import Clock
from yuqing.domain.errors import Backlogged, InvalidMessage, RetryLater


@dataclass(frozen=True, slots=True)
class KafkaLimits:
    """`high_water` is the lag of a planned group at which publishing is refused; `keep` is the
    retention that missing topics are made with; a member of a group that does not answer for
    `session` (real time) loses its partitions. Lags are asked for at most once in
    `lags_hold` real seconds, so that back-pressure costs publishers little."""

    high_water: int = 200_000
    keep: timedelta = timedelta(days=14)
    session: timedelta = timedelta(seconds=15)
    lags_hold: float = 1.0


class KafkaBus:
    """A `stream.bus.Bus` on the cluster at `url` (kafka://HOST:PORT[,HOST:PORT][/PREFIX]).

    Topics of the plan that are missing are made. Records carry the time of `clock`. Raises
    ValueError for another url, RetryLater when the cluster cannot be reached.
    """

    def __init__(
        self,
        url: str,
        topics: Sequence[TopicPlan],
        clock: Clock,
        limits: KafkaLimits = KafkaLimits(),
    ) -> None:
        self._address, self._clock, self._limits = KafkaAddress.parse(url), clock, limits
        self._plans = {plan.name: plan for plan in topics}
        self._cluster = KafkaCluster(self._address)
        self._alone = threading.Lock()
        self._producer: KafkaProducer | None = None
        self._lags: tuple[float, Mapping[tuple[str, str], int]] = (0.0, {})
        self._cluster.ensure_topics(topics, limits.keep)
        self._cluster.await_groups(time.sleep)

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """See `stream.bus.Bus`. Raises InvalidMessage for one beyond 16 MiB."""
        if not messages:
            return
        self._refuse_backlog({message.topic for message in messages})
        with self._alone:
            try:
                with kafka_named():
                    self._send(messages)
            except RetryLater as error:
                if isinstance(error.__cause__, MessageSizeTooLargeError):
                    raise InvalidMessage(f"too large for the bus: {error.__cause__}") from error
                self._drop_producer()
                raise

    def subscribe(self, topic: str, group: str) -> KafkaSubscription:
        """See `stream.bus.Bus`."""
        self._plan(topic)
        return KafkaSubscription(self._cluster, topic, group, self._limits.session)

    def read(self, topic: str, start: Mapping[int, int], limit: int) -> Sequence[Record]:
        """See `stream.bus.Bus`; the partitions one after another."""
        self._plan(topic)
        found: list[Record] = []
        partitions = self._cluster.partitions(topic)
        with kafka_named(), _reader(self._address) as reader:
            first, last = reader.beginning_offsets(partitions), reader.end_offsets(partitions)
            for partition in partitions:
                begin = max(start.get(partition.partition, 0), first[partition])
                end = min(last[partition], begin + limit - len(found))
                found += _range(reader, topic, partition, begin, end)
        return found

    def lags(self) -> Mapping[tuple[str, str], int]:
        """See `stream.bus.Bus`."""
        planned = [(group, plan.name) for plan in self._plans.values() for group in plan.groups]
        return self._cluster.lags(planned)

    def close(self) -> None:
        """See `stream.bus.Bus`; subscriptions are closed by themselves."""
        with self._alone:
            self._drop_producer()
        self._cluster.close()

    def _send(self, messages: Sequence[Outgoing]) -> None:
        if self._producer is None:
            self._producer = _producer(self._address)
        headers = at_header(self._clock.now())
        producer, name = self._producer, self._address.topic
        sent = [
            producer.send(name(m.topic), key=m.key.encode(), value=m.value, headers=headers)
            for m in messages
        ]
        producer.flush()
        for one in sent:
            one.get(timeout=REACH_MS / 1000)

    def _drop_producer(self) -> None:
        # an idempotent producer that lost track cannot go on; the next publish makes a new one
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=REACH_MS / 1000)

    def _refuse_backlog(self, topics: set[str]) -> None:
        wanted = {(group, name) for name in topics for group in self._plan(name).groups}
        if not wanted:
            return
        at, lags = self._lags
        if time.monotonic() - at >= self._limits.lags_hold:
            lags = self.lags()
            self._lags = (time.monotonic(), lags)
        for group, topic in wanted:
            if lags[group, topic] > self._limits.high_water:
                behind = lags[group, topic]
                raise Backlogged(f"group {group} is {behind} records behind on {topic}")

    def _plan(self, topic: str) -> TopicPlan:
        if topic not in self._plans:
            raise ValueError(f"topic {topic!r} is not in the plan of this bus")
        return self._plans[topic]


def _producer(address: KafkaAddress) -> KafkaProducer:
    knock(address)
    return KafkaProducer(
        bootstrap_servers=list(address.servers),
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        batch_size=128 * 1024,
        max_request_size=LARGEST,
        allow_auto_create_topics=False,
        max_block_ms=REACH_MS,
        request_timeout_ms=REACH_MS,
        delivery_timeout_ms=2 * REACH_MS,
        bootstrap_timeout_ms=REACH_MS,
    )


def _reader(address: KafkaAddress) -> KafkaConsumer:
    knock(address)
    return KafkaConsumer(
        bootstrap_servers=list(address.servers),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        request_timeout_ms=REACH_MS,
        bootstrap_timeout_ms=REACH_MS,
    )


def _range(
    reader: KafkaConsumer, topic: str, partition: TopicPartition, begin: int, end: int
) -> list[Record]:
    if begin >= end:
        return []
    reader.assign([partition])
    reader.seek(partition, begin)
    found: list[Record] = []
    while not found or found[-1].offset < end - 1:
        batch = reader.poll(timeout_ms=REACH_MS, max_records=end - begin - len(found))
        if not batch:
            raise RetryLater(f"kafka: no answer while reading {partition.topic}")
        found += to_records(topic, batch[partition])
    return found
