"""Reading as a member of a consumer group on the embedded bus: poll, commit, retry, rewind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stream.bus import Record
from stream.bus_file import SHIFT, BusFile, add_group, moment_of
from stream.sqlite_membership import Membership

_SHORTEST_WAIT, _LONGEST_WAIT = 0.005, 0.1


@dataclass(slots=True)
class _Cursor:
    """Where reading goes on in one owned slot; `epoch` changes when the slot changes hands."""

    partition: int
    epoch: int
    next: int


class SqliteSubscription:
    """A `stream.bus.Subscription` on a bus file. `real_now` is real time, whatever clock the
    records carry: a lease must hold in it. `pause` waits that many seconds."""

    def __init__(
        self,
        file: BusFile,
        topic: str,
        group: str,
        real_now: Callable[[], datetime],
        lease: timedelta,
        pause: Callable[[float], object],
    ) -> None:
        self._file, self._topic, self._group, self._pause = file, topic, group, pause
        self._membership = Membership(topic, group, real_now, lease)
        self._cursors: dict[int, _Cursor] = {}
        self._turn = 0
        with file.writing() as link:
            add_group(link, group, topic)
            self._membership.beat(link)

    def poll(self, limit: int, wait: float) -> Sequence[Record]:
        """See `stream.bus.Subscription`."""
        pause = _SHORTEST_WAIT
        while True:
            found = self._poll_once(limit)
            if found or wait <= 0:
                return found
            self._pause(min(pause, wait))
            wait -= pause
            pause = min(pause * 2, _LONGEST_WAIT)

    def commit(self, records: Sequence[Record]) -> None:
        """See `stream.bus.Subscription`; the lease is renewed with it."""
        done: dict[int, int] = {}
        for record in records:
            done[record.partition] = max(done.get(record.partition, 0), record.offset + 1)
        with self._file.writing() as link:
            self._membership.beat(link)
            for slot, cursor in self._cursors.items():
                if cursor.partition in done:
                    link.execute(
                        "UPDATE positions SET position = max(position, ?)"
                        " WHERE grp = ? AND slot = ? AND owner = ? AND epoch = ?",
                        (
                            done[cursor.partition],
                            self._group,
                            slot,
                            self._membership.member,
                            cursor.epoch,
                        ),
                    )

    def retry(self) -> None:
        """See `stream.bus.Subscription`."""
        with self._file.reading() as link:
            for slot, _partition, _epoch, position in self._owned(link):
                if slot in self._cursors:
                    self._cursors[slot].next = position

    def rewind(self) -> None:
        """See `stream.bus.Subscription`; commits of what was polled before are skipped."""
        with self._file.writing() as link:
            link.execute(
                "UPDATE positions SET epoch = epoch + 1, position ="
                " (SELECT tail FROM slots WHERE slots.slot = positions.slot)"
                " WHERE grp = ? AND slot IN (SELECT slot FROM slots WHERE topic = ?)",
                (self._group, self._topic),
            )

    def close(self) -> None:
        """See `stream.bus.Subscription`."""
        try:
            with self._file.writing() as link:
                self._membership.leave(link)
        finally:
            self._file.close()

    def _poll_once(self, limit: int) -> list[Record]:
        with self._file.reading() as link:
            due = self._membership.is_due(link)
        if due:
            with self._file.writing() as link:
                self._membership.rebalance(link)
        with self._file.reading() as link:
            self._refresh(link)
            return list(self._fetch(link, limit))

    def _refresh(self, link: sqlite3.Connection) -> None:
        fresh = {}
        for slot, partition, epoch, position in self._owned(link):
            known = self._cursors.get(slot)
            same = known is not None and known.epoch == epoch
            fresh[slot] = known if known and same else _Cursor(partition, epoch, position)
        self._cursors = fresh

    def _fetch(self, link: sqlite3.Connection, limit: int) -> Iterator[Record]:
        slots = sorted(self._cursors)
        self._turn += 1
        for turn in range(len(slots)):
            slot = slots[(self._turn + turn) % len(slots)]
            cursor = self._cursors[slot]
            found = records_of(link, self._topic, cursor.partition, slot, cursor.next, limit)
            for record in found:
                cursor.next = record.offset + 1
                yield record
            limit -= len(found)
            if limit <= 0:
                return

    def _owned(self, link: sqlite3.Connection) -> list[tuple[int, int, int, int]]:
        return link.execute(
            "SELECT slot, partition, epoch, max(position, tail) FROM positions"
            " JOIN slots USING (slot) WHERE grp = ? AND topic = ? AND owner = ?"
            " GROUP BY slot ORDER BY slot",
            (self._group, self._topic, self._membership.member),
        ).fetchall()


def records_of(
    link: sqlite3.Connection, topic: str, partition: int, slot: int, start: int, limit: int
) -> list[Record]:
    """Up to `limit` records of one slot from offset `start` on, in order."""
    rows = link.execute(
        "SELECT id, key, value, at FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        ((slot << SHIFT) + start, (slot + 1) << SHIFT, limit),
    )
    low = slot << SHIFT
    return [
        Record(topic, partition, number - low, key, bytes(value), moment_of(at))
        for number, key, value, at in rows
    ]
