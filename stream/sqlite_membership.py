"""Who owns which partition of a topic on the embedded bus, without anybody in charge.

Every member looks after itself: when it polls it tells that it lives, drops members that have
not told so for a lease, gives up what is more than its fair share and takes what is free. All
of that happens in one write transaction, so two members never own one partition.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from stream.bus_file import micros, moment_of


class Membership:
    """One member of `group` on `topic`; every method works within the caller's transaction."""

    def __init__(
        self, topic: str, group: str, real_now: Callable[[], datetime], lease: timedelta
    ) -> None:
        self.member = uuid4().hex
        self._topic, self._group, self._real_now, self._lease = topic, group, real_now, lease
        self._generation = -1
        self._beat_at = micros(real_now())

    def is_due(self, link: sqlite3.Connection) -> bool:
        """Whether somebody came or went, or it is time to tell that it lives."""
        silent = self._real_now() - moment_of(self._beat_at)
        return self._generation != self._current_generation(link) or silent >= self._lease / 3

    def leave(self, link: sqlite3.Connection) -> None:
        """Give everything up, so that the others take over at once."""
        self._drop(link, self.member)
        self._bump(link)

    def rebalance(self, link: sqlite3.Connection) -> None:
        """Tell that it lives, drop the dead, give up what is too much, take what is free."""
        self.beat(link)
        living = self._living(link)
        owners = self._owners(link)
        mine = [slot for slot, owner in owners if owner == self.member]
        free = [slot for slot, owner in owners if owner not in living]
        share, extra = divmod(len(owners), len(living))
        share += living.index(self.member) < extra
        for slot in mine[share:]:
            self._hand(link, slot, None)
        for slot in free[: max(0, share - len(mine))]:
            self._hand(link, slot, self.member)
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

    def beat(self, link: sqlite3.Connection) -> None:
        """Tell that it lives; one that was dropped joins anew."""
        now = self._beat_at = micros(self._real_now())
        known = link.execute("UPDATE members SET seen = ? WHERE member = ?", (now, self.member))
        if known.rowcount == 0:
            link.execute(
                "INSERT INTO members VALUES (?, ?, ?, ?, ?)",
                (self.member, self._group, self._topic, now, now),
            )
            self._bump(link)

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
