"""Membership of a consumer group on the embedded bus: who owns which partition, up to where.

Every member looks after itself: when it polls it tells that it lives, drops members that have
not told so for a lease, gives up what is more than its fair share and takes what is free. All
of that happens in one write transaction, so two members never own one partition.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from stream.bus import Record
from stream.bus_file import SHIFT, BusFile, add_group, micros, moment_of

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
        self._file, self._topic, self._group = file, topic, group
        self._real_now, self._lease, self._pause = real_now, lease, pause
        self._member = uuid4().hex
        self._generation = -1
        self._beat_at = micros(real_now())
        self._cursors: dict[int, _Cursor] = {}
        self._turn = 0
        with file.writing() as link:
            add_group(link, group, topic)
            self._beat(link)

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
            self._beat(link)
            for slot, cursor in self._cursors.items():
                if cursor.partition in done:
                    link.execute(
                        "UPDATE positions SET position = max(position, ?)"
                        " WHERE grp = ? AND slot = ? AND owner = ? AND epoch = ?",
                        (done[cursor.partition], self._group, slot, self._member, cursor.epoch),
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
                self._drop(link, self._member)
                self._bump(link)
        finally:
            self._file.close()

    def _poll_once(self, limit: int) -> list[Record]:
        with self._file.reading() as link:
            settled = self._generation == self._current_generation(link)
        if not settled or self._beat_is_due():
            with self._file.writing() as link:
                self._rebalance(link)
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
            (self._group, self._topic, self._member),
        ).fetchall()

    def _rebalance(self, link: sqlite3.Connection) -> None:
        self._beat(link)
        living = self._living(link)
        owners = self._owners(link)
        mine = [slot for slot, owner in owners if owner == self._member]
        free = [slot for slot, owner in owners if owner not in living]
        share, extra = divmod(len(owners), len(living))
        share += living.index(self._member) < extra
        for slot in mine[share:]:
            self._hand(link, slot, None)
        for slot in free[: max(0, share - len(mine))]:
            self._hand(link, slot, self._member)
        if len(mine) > share:
            self._bump(link)
        self._generation = self._current_generation(link)

    def _living(self, link: sqlite3.Connection) -> list[str]:
        """Members of the group in the order they joined, after those without a lease are gone."""
        oldest = micros(self._real_now() - self._lease)
        here = (self._group, self._topic)
        gone = link.execute(
            "SELECT member FROM members WHERE grp = ? AND topic = ? AND seen < ?", (*here, oldest)
        ).fetchall()
        for (member,) in gone:
            self._drop(link, member)
        if gone:
            self._bump(link)
        rows = link.execute(
            "SELECT member FROM members WHERE grp = ? AND topic = ? ORDER BY joined, member", here
        )
        return [member for (member,) in rows]

    def _owners(self, link: sqlite3.Connection) -> list[tuple[int, str | None]]:
        return link.execute(
            "SELECT slot, owner FROM positions JOIN slots USING (slot)"
            " WHERE grp = ? AND topic = ? ORDER BY slot",
            (self._group, self._topic),
        ).fetchall()

    def _hand(self, link: sqlite3.Connection, slot: int, owner: str | None) -> None:
        link.execute(
            "UPDATE positions SET owner = ?, epoch = epoch + 1 WHERE grp = ? AND slot = ?",
            (owner, self._group, slot),
        )

    def _drop(self, link: sqlite3.Connection, member: str) -> None:
        link.execute("DELETE FROM members WHERE member = ?", (member,))
        link.execute(
            "UPDATE positions SET owner = NULL, epoch = epoch + 1 WHERE grp = ? AND owner = ?",
            (self._group, member),
        )

    def _beat(self, link: sqlite3.Connection) -> None:
        now = self._beat_at = micros(self._real_now())
        known = link.execute("UPDATE members SET seen = ? WHERE member = ?", (now, self._member))
        if known.rowcount == 0:
            link.execute(
                "INSERT INTO members VALUES (?, ?, ?, ?, ?)",
                (self._member, self._group, self._topic, now, now),
            )
            self._bump(link)

    def _beat_is_due(self) -> bool:
        return moment_of(self._beat_at) + self._lease / 3 <= self._real_now()

    def _bump(self, link: sqlite3.Connection) -> None:
        """Everybody in the group looks at its share again."""
        link.execute(
            "INSERT INTO generations VALUES (?, ?, 0)"
            " ON CONFLICT (grp, topic) DO UPDATE SET generation = generation + 1",
            (self._group, self._topic),
        )

    def _current_generation(self, link: sqlite3.Connection) -> int:
        found = link.execute(
            "SELECT generation FROM generations WHERE grp = ? AND topic = ?",
            (self._group, self._topic),
        ).fetchone()
        return int(found[0])


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
