"""Where a Kafka cluster is, and what our topics and groups are called there."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from yuqing.domain.errors import RetryLater

REACH_MS = 10_000
_SERVERS = re.compile(r"[^,:\s]+:\d{1,5}(,[^,:\s]+:\d{1,5})*")


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """Bootstrap servers, and a prefix that keeps several buses in one cluster apart."""

    servers: tuple[str, ...]
    prefix: str = ""

    @classmethod
    def parse(cls, url: str) -> KafkaAddress:
        """The address in kafka://HOST:PORT[,HOST:PORT...][/PREFIX]. Raises ValueError."""
        scheme, found, rest = url.partition("://")
        servers, _, prefix = rest.partition("/")
        if scheme != "kafka" or not found or not _SERVERS.fullmatch(servers):
            raise ValueError(f"{url!r} is not kafka://HOST:PORT[,HOST:PORT][/PREFIX]")
        return cls(tuple(servers.split(",")), prefix)

    def topic(self, name: str) -> str:
        """The cluster's name of our topic."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def group(self, name: str, topic: str) -> str:
        """The cluster's name of our group on our topic: each topic is balanced by itself."""
        return f"{self.topic(name)}@{topic}"


def knock(address: KafkaAddress) -> None:
    """Raises RetryLater when none of the servers accepts a connection.

    To be called before a client is made: one that cannot connect from its constructor leaves
    its thread and sockets behind (kafka-python 3.0), and a service may knock for hours.
    """
    problem: OSError | None = None
    for server in address.servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=REACH_MS / 1000).close()
        except OSError as error:
            problem = error
        else:
            return
    raise RetryLater(f"kafka: {', '.join(address.servers)}: {problem}")
