"""The embedded bus: one SQLite file in WAL mode, shared by the threads and processes of a host."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

import structlog

from stream.bus import Outgoing, Record
from stream.bus_file import SHIFT, BusFile, lay_out, micros
from stream.retention import Retention, Trimmed, trim
from stream.sqlite_subscription import SqliteSubscription, records_of
from stream.topics import TopicPlan
from yuqing.domain.clock import Clock
from yuqing.domain.errors import Backlogged

log = structlog.get_logger("bus")
_TRIM_SECONDS = 60.0

_LAGS = """
SELECT grp, topic, sum(head - max(position, tail)) FROM positions JOIN slots USING (slot)
GROUP BY grp, topic
"""


@dataclass(frozen=True, slots=True)
class SqliteLimits:
    """What the file may hold, and how long things may take (real time).

    `high_water` is the lag of a planned group at which publishing is refused. A member of a
    group that has not polled or committed for a `lease` loses its partitions. `busy_seconds` is
    how long a writer waits for another. `max_pages` bounds the file (None: the disk does).
    """

    high_water: int = 200_000
    retention: Retention = field(default_factory=Retention)
    lease: timedelta = timedelta(seconds=30)
    busy_seconds: float = 5.0
    max_pages: int | None = None


class SqliteBus:
    """A `stream.bus.Bus` in the file `path`. Records carry the time of `clock`; leases run in
    real time, told by `real_now`. `pause` is how a poll waits.

    Published records and committed positions survive a power cut (synchronous=FULL): a crawler
    remembers what it published, and would not bring it again.
    """

    def __init__(
        self,
        path: str | Path,
        topics: Sequence[TopicPlan],
        clock: Clock,
        real_now: Callable[[], datetime],
        limits: SqliteLimits = SqliteLimits(),
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._path, self._clock, self._real_now = str(path), clock, real_now
        self._limits, self._pause = limits, pause
        self._plans = {plan.name: plan for plan in topics}
        self._trimming = threading.Lock()
        self._trimmed_at = time.monotonic()
        self._file = self._open()
        lay_out(self._file, topics)

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """See `stream.bus.Bus`; all of `messages` or none are in."""
        if not messages:
            return
        if time.monotonic() - self._trimmed_at > _TRIM_SECONDS:
            self.trim()  # before, so that a full file gets room again
        at = micros(self._clock.now())
        with self._file.writing() as link:
            self._refuse_backlog(link, {message.topic for message in messages})
            self._append(link, messages, at)

    def subscribe(self, topic: str, group: str) -> SqliteSubscription:
        """See `stream.bus.Bus`."""
        self._plan(topic)
        return SqliteSubscription(
            self._open(), topic, group, self._real_now, self._limits.lease, self._pause
        )

    def read(self, topic: str, start: Mapping[int, int], limit: int) -> Sequence[Record]:
        """See `stream.bus.Bus`; the partitions one after another."""
        self._plan(topic)
        found: list[Record] = []
        with self._file.reading() as link:
            slots = link.execute(
                "SELECT slot, partition, tail FROM slots WHERE topic = ? ORDER BY partition",
                (topic,),
            ).fetchall()
            for slot, partition, tail in slots:
                first = start.get(partition, tail)
                found += records_of(link, topic, partition, slot, first, limit - len(found))
        return found

    def lags(self) -> Mapping[tuple[str, str], int]:
        """See `stream.bus.Bus`."""
        planned = {(group, plan.name) for plan in self._plans.values() for group in plan.groups}
        with self._file.reading() as link:
            rows = link.execute(_LAGS).fetchall()
        return {(group, topic): lag for group, topic, lag in rows if (group, topic) in planned}

    def trim(self) -> tuple[Trimmed, ...]:
        """Let go of what the retention lets go; done about every minute while publishing."""
        with self._trimming:
            self._trimmed_at = time.monotonic()
            oldest = micros(self._clock.now() - self._limits.retention.age)
            with self._file.writing() as link:
                plans = self._plans.values()
                found = tuple(trim(link, plan, self._limits.retention, oldest) for plan in plans)
        for one in found:
            if one.unread:
                log.warning("dropped_unread", topic=one.topic, unread=one.unread)
        return found

    def close(self) -> None:
        """See `stream.bus.Bus`; subscriptions are closed by themselves."""
        self._file.close()

    def _open(self) -> BusFile:
        return BusFile(self._path, self._limits.busy_seconds, self._limits.max_pages)

    def _plan(self, topic: str) -> TopicPlan:
        if topic not in self._plans:
            raise ValueError(f"topic {topic!r} is not in the plan of this bus")
        return self._plans[topic]

    def _refuse_backlog(self, link: sqlite3.Connection, topics: set[str]) -> None:
        groups = {(group, name) for name in topics for group in self._plan(name).groups}
        if not groups:
            return
        for group, topic, lag in link.execute(_LAGS):
            if (group, topic) in groups and lag > self._limits.high_water:
                raise Backlogged(f"group {group} is {lag} records behind on {topic}")

    def _append(self, link: sqlite3.Connection, messages: Sequence[Outgoing], at: int) -> None:
        heads = {name: self._heads(link, name) for name in {m.topic for m in messages}}
        rows = []
        for message in messages:
            slots = heads[message.topic]
            entry = slots[crc32(message.key.encode()) % len(slots)]
            rows.append(((entry[0] << SHIFT) + entry[1], message.key, message.value, at))
            entry[1] += 1
        link.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", rows)
        moved = [(head, slot) for slots in heads.values() for slot, head in slots]
        link.executemany("UPDATE slots SET head = ? WHERE slot = ?", moved)

    def _heads(self, link: sqlite3.Connection, topic: str) -> list[list[int]]:
        rows = link.execute(
            "SELECT slot, head FROM slots WHERE topic = ? ORDER BY partition", (topic,)
        )
        return [list(row) for row in rows]
