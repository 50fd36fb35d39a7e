"""How many messages a second a bus takes and gives: python -m benchmarks.bus [kafka://HOST:PORT].

Without an address it measures the embedded bus in a temporary file. Batches of 200 messages of
600 bytes over 997 keys, one publisher, then one consumer that commits each batch.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from pathlib import Path

from stream.bus import Bus, Outgoing
from stream.kafka_bus import KafkaBus, KafkaLimits
from stream.sqlite_bus import SqliteBus, SqliteLimits
from stream.topics import POSTS_RAW, TOPICS
from yuqing.app.wallclock import SystemClock, real_now

MESSAGES, BATCH = 40_000, 200


def main(arguments: list[str]) -> None:
    """Print both rates."""
    with tempfile.TemporaryDirectory() as folder:
        bus = _open(arguments, Path(folder))
        print(
            f"{type(bus).__name__}: publish {_publish(bus):,.0f}/s, consume {_consume(bus):,.0f}/s"
        )
        bus.close()


def _open(arguments: list[str], folder: Path) -> Bus:
    high = 10 * MESSAGES
    if arguments:
        url = f"{arguments[0]}/bench{uuid.uuid4().hex[:8]}"
        return KafkaBus(url, TOPICS, SystemClock(), KafkaLimits(high_water=high))
    limits = SqliteLimits(high_water=high)
    return SqliteBus(folder / "bus.db", TOPICS, SystemClock(), real_now, limits)


def _publish(bus: Bus) -> float:
    value = bytes(600)
    began = time.perf_counter()
    for start in range(0, MESSAGES, BATCH):
        keys = (f"k{n % 997}" for n in range(start, start + BATCH))
        bus.publish([Outgoing(POSTS_RAW.name, key, value) for key in keys])
    return MESSAGES / (time.perf_counter() - began)


def _consume(bus: Bus) -> float:
    subscription = bus.subscribe(POSTS_RAW.name, POSTS_RAW.groups[0])
    left, began = MESSAGES, time.perf_counter()
    while left > 0:
        records = subscription.poll(BATCH, 5.0)
        subscription.commit(records)
        left -= len(records)
    seconds = time.perf_counter() - began
    subscription.close()
    return MESSAGES / seconds


if __name__ == "__main__":
    main(sys.argv[1:])
