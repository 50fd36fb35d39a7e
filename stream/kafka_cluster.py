"""What the bus asks of a Kafka cluster besides carrying records: topics, lags, groups, names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, MemberToRemove, OffsetSpec
from kafka.errors import (
    AuthorizationError,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    IllegalArgumentError,
    IllegalStateError,
    KafkaConfigurationError,
    KafkaError,
    NotCoordinatorError,
    TopicAlreadyExistsError,
    UnsupportedVersionError,
)

from stream.kafka_address import REACH_MS, KafkaAddress, knock
from stream.topics import DEAD, TopicPlan
from yuqing.domain.errors import RetryLater

# An event message carries whole posts (up to half of this), a dead letter its original as base64.
LARGEST = 32 * 1024 * 1024
_STARTING = (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
)
_OURS = (
    AuthorizationError,
    IllegalArgumentError,
    IllegalStateError,
    KafkaConfigurationError,
    UnsupportedVersionError,
)


class KafkaCluster:
    """The administrative side of one cluster; threads may share it."""

    def __init__(self, address: KafkaAddress) -> None:
        self.address = address
        self._alone = threading.Lock()
        self._admin: KafkaAdminClient | None = None

    def ensure_topics(self, plans: Sequence[TopicPlan], keep: timedelta) -> None:
        """Make the topics that are missing, with the broker's own replication."""
        with self._asking() as admin:
            there = set(admin.list_topics())
            new = {
                self.address.topic(plan.name): _options(plan, keep)
                for plan in plans
                if self.address.topic(plan.name) not in there
            }
            if new:
                _create(admin, new)

    def await_groups(self, pause: Callable[[float], object]) -> None:
        """A new cluster has no coordinator of groups until somebody asks; wait up to 10 s."""
        for attempt in range(100):
            try:
                with self._asking() as admin:
                    admin.list_group_offsets([self.address.topic("-")])
            except RetryLater as error:
                if attempt == 99 or not isinstance(error.__cause__, _STARTING):
                    raise
                pause(0.1)
            else:
                return

    def partitions(self, topic: str) -> tuple[TopicPartition, ...]:
        """The partitions of our `topic`, ascending."""
        name = self.address.topic(topic)
        with self._asking() as admin:
            found = admin.describe_topics([name])[0]["partitions"]
        return tuple(TopicPartition(name, n) for n in sorted(p["partition_index"] for p in found))

    def lags(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """(group, topic) to records not yet committed, of each `wanted` (group, topic)."""
        asked = {
            self.address.group(group, topic): list(self.partitions(topic))
            for group, topic in wanted
        }
        every = {partition for partitions in asked.values() for partition in partitions}
        if not every:
            return {}
        with self._asking() as admin:
            first = admin.list_partition_offsets(dict.fromkeys(every, OffsetSpec.EARLIEST))
            last = admin.list_partition_offsets(dict.fromkeys(every, OffsetSpec.LATEST))
            done = admin.list_group_offsets(asked)
        return {
            (group, topic): sum(
                last[p].offset - max(_offset(done[name].get(p)), first[p].offset)
                for p in asked[name]
            )
            for group, topic in wanted
            if (name := self.address.group(group, topic))
        }

    def rewind(self, group: str, topic: str) -> None:
        """Set the whole group to the oldest records; its members are put out and join anew.

        Raises RetryLater when members keep coming back faster than they are put out.
        """
        name = self.address.group(group, topic)
        wanted = dict.fromkeys(self.partitions(topic), OffsetSpec.EARLIEST)
        with self._asking() as admin:
            for _attempt in range(5):
                members = admin.describe_groups([name])[name]["members"]
                admin.remove_group_members(
                    name, [MemberToRemove(member_id=one["member_id"]) for one in members]
                )
                results = admin.reset_group_offsets(name, dict(wanted))
                if all(found["error"].errno == 0 for found in results.values()):
                    return
        raise RetryLater(f"kafka group {name} did not stand still to be rewound")

    def close(self) -> None:
        """Let go of the cluster."""
        with self._alone:
            if self._admin is not None:
                self._admin.close()
                self._admin = None

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        with self._alone, kafka_named():
            if self._admin is None:
                knock(self.address)
                self._admin = KafkaAdminClient(
                    bootstrap_servers=list(self.address.servers),
                    request_timeout_ms=REACH_MS,
                    bootstrap_timeout_ms=REACH_MS,
                )
            yield self._admin


@contextmanager
def kafka_named() -> Iterator[None]:
    """Within, what passes by itself becomes RetryLater; misuse and refusals stay as they are."""
    try:
        yield
    except _OURS:
        raise
    except KafkaError as error:
        raise RetryLater(f"kafka: {type(error).__name__}: {error}") from error


def _create(admin: Any, new: dict[str, Any]) -> None:
    for name, options in new.items():
        try:
            admin.create_topics({name: options}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            admin.wait_for_topics([name])  # another process was faster


def _options(plan: TopicPlan, keep: timedelta) -> dict[str, Any]:
    configs = {
        "retention.ms": str(keep // timedelta(milliseconds=1)),
        "max.message.bytes": str(LARGEST if plan == DEAD else LARGEST // 2),
    }
    return {"num_partitions": plan.partitions, "configs": configs}


def _offset(found: Any) -> int:
    return -1 if found is None else int(found.offset)
