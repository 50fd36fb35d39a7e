"""Both buses behind one handle, for the contract suite and for the processes it kills."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stream.bus import Bus, Outgoing, Record, Subscription
from stream.kafka_bus import KafkaBus, KafkaLimits
from stream.sqlite_bus import SqliteBus, SqliteLimits
from stream.topics import DEAD, TopicPlan

WORK = TopicPlan("work", "anything", ("readers",))
LOOSE = TopicPlan("loose", "anything")
PLANS = (WORK, LOOSE, DEAD)
HIGH_WATER = 60
START = datetime(2031, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that moves by hand only."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, span: timedelta) -> float:
        return max(0.0, span.total_seconds())

    def forward(self, span: timedelta) -> None:
        self.at += span


@dataclass
class Harness:
    """Opens the same bus as often as asked; `url` is what a child process opens it by."""

    url: str
    clock: HandClock = field(default_factory=HandClock)
    real: HandClock = field(default_factory=HandClock)
    opened: list[Bus] = field(default_factory=list)

    @property
    def patience(self) -> float:
        """How long a poll waits; only Kafka needs real time."""
        return 1.0 if self.url.startswith("kafka") else 0.01

    def open(self) -> Bus:
        """One more handle of the bus, as another process would have."""
        bus = open_bus(self.url, self.clock, self.real)
        self.opened.append(bus)
        return bus

    def lease_runs_out(self) -> None:
        """Members that are silent now count as dead (Kafka's broker finds out by itself)."""
        self.real.forward(timedelta(minutes=5))

    def take(self, subscription: Subscription, count: int) -> list[Record]:
        """Poll until `count` records came, or nothing comes for long."""
        found: list[Record] = []
        for _attempt in range(20):
            if len(found) >= count:
                break
            found += subscription.poll(count - len(found), self.patience)
        return found

    def close(self) -> None:
        """Close all handles."""
        for bus in self.opened:
            bus.close()


def open_bus(url: str, clock: HandClock, real: HandClock) -> Bus:
    """The bus at `url` with limits that a test can reach."""
    if url.startswith("kafka"):
        session = timedelta(seconds=1.5)
        return KafkaBus(url, PLANS, clock, KafkaLimits(HIGH_WATER, session=session, lags_hold=0.0))
    limits = SqliteLimits(high_water=HIGH_WATER, busy_seconds=2.0)
    return SqliteBus(Path(url), PLANS, clock, real.now, limits, pause=lambda _seconds: None)


def numbered(count: int, topic: str = "work", keys: int = 7) -> list[Outgoing]:
    """`count` messages over some keys; a value is its key and its place."""
    return [Outgoing(topic, f"k{n % keys}", f"k{n % keys}/{n}".encode()) for n in range(count)]


def values(records: Sequence[Record]) -> list[bytes]:
    """The values of `records`."""
    return [record.value for record in records]


def real_clock() -> HandClock:
    """A hand clock that stands at the real time, for a child process."""
    return HandClock(datetime.fromtimestamp(time.time(), UTC))
