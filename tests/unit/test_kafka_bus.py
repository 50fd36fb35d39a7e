"""What of the Kafka adapter needs no Kafka: addresses, and a cluster that is not there."""

from __future__ import annotations

import socket

import pytest

from stream.kafka_address import KafkaAddress
from stream.kafka_cluster import KafkaCluster
from yuqing.domain.errors import RetryLater


def test_an_address_names_servers_and_a_prefix() -> None:
    address = KafkaAddress.parse("kafka://one:9092,two:9092/district")
    assert address == KafkaAddress(("one:9092", "two:9092"), "district")
    assert address.topic("posts.raw") == "district.posts.raw"
    assert address.group("judge", "posts.raw") == "district.judge@posts.raw"
    assert KafkaAddress.parse("kafka://one:9092").topic("dead") == "dead"


@pytest.mark.parametrize(
    "url", ["", "kafka://", "kafka:///x", "sqlite:///x.db", "one:9092", "kafka://one"]
)
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="kafka://HOST"):
        KafkaAddress.parse(url)


def test_a_cluster_that_is_away_is_a_matter_of_waiting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        servers = (f"127.0.0.1:{taken.getsockname()[1]}",)
        cluster = KafkaCluster(KafkaAddress(servers))
        with pytest.raises(RetryLater, match="kafka"):
            cluster.partitions("posts.raw")
        cluster.close()
