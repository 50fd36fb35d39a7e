"""How long the embedded bus keeps records: by age and number, but not what is still to be done."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from stream.bus_file import SHIFT
from stream.topics import TopicPlan

_STEP = 20_000


@dataclass(frozen=True, slots=True)
class Retention:
    """Records older than `age`, or beyond the newest `count` of a partition, go, once every
    planned group has committed them. Beyond the newest `hard_count` they go in any case: a
    stage that never comes back must not fill the disk."""

    age: timedelta = timedelta(days=14)
    count: int = 1_000_000
    hard_count: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What one round of retention dropped from a topic; `unread` of it nobody had committed."""

    topic: str
    dropped: int
    unread: int


def trim(
    link: sqlite3.Connection, plan: TopicPlan, retention: Retention, oldest_at: int
) -> Trimmed:
    """Drop what `retention` lets go from one topic; `oldest_at` is microseconds since 1970.

    At most 20,000 records a partition at once, so that the write lock is never held for long.
    """
    dropped = unread = 0
    rows = link.execute("SELECT slot, head, tail FROM slots WHERE topic = ?", (plan.name,))
    for slot, head, tail in rows.fetchall():
        done = _committed(link, plan, slot, head)
        wanted = max(_first_since(link, slot, tail, head, oldest_at), head - retention.count)
        to = max(min(wanted, done), head - retention.hard_count, tail)
        to = min(to, tail + _STEP)
        if to > tail:
            _drop(link, slot, to)
        dropped += to - tail
        unread += max(0, to - max(done, tail))
    return Trimmed(plan.name, dropped, unread)


def _committed(link: sqlite3.Connection, plan: TopicPlan, slot: int, head: int) -> int:
    marks = ",".join("?" * len(plan.groups))
    found = link.execute(
        f"SELECT min(position) FROM positions WHERE slot = ? AND grp IN ({marks})",
        (slot, *plan.groups),
    ).fetchone()
    return head if found[0] is None else int(found[0])


def _first_since(link: sqlite3.Connection, slot: int, tail: int, head: int, oldest_at: int) -> int:
    low = slot << SHIFT
    found = link.execute(
        "SELECT id FROM records WHERE id >= ? AND id < ? AND at >= ? ORDER BY id LIMIT 1",
        (low + tail, low + head, oldest_at),
    ).fetchone()
    return head if found is None else int(found[0]) - low


def _drop(link: sqlite3.Connection, slot: int, to: int) -> None:
    low = slot << SHIFT
    link.execute("DELETE FROM records WHERE id >= ? AND id < ?", (low, low + to))
    link.execute("UPDATE slots SET tail = ? WHERE slot = ?", (to, slot))
    link.execute(
        "UPDATE positions SET position = ? WHERE slot = ? AND position < ?", (to, slot, to)
    )
