"""One transaction of the SQL grouping store: everything is asked and written in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from classifier.events.packing import (
    pack_standing,
    pack_state,
    pack_verdict,
    pack_words,
    unpack_standing,
    unpack_state,
    unpack_verdict,
    unpack_words,
)
from classifier.events.standing import Standing
from classifier.events.store import Changes, Kept, Memory
from classifier.events.tables import (
    aliases,
    events,
    members,
    pins,
    positions,
    postings,
    settled,
    streams,
)
from classifier.events.words import Words

_ASKED_AT_ONCE = 5000


class SqlLedger:
    """A Ledger on one open transaction."""

    def __init__(self, connection: Connection, jurisdiction: str) -> None:
        self._connection = connection
        self._jurisdiction = jurisdiction
        self._words = self._hold()

    def memory(self, post_ids: Collection[str]) -> Memory:
        """See Ledger."""
        said = settled.c
        left = self._select(said.post_id, post_ids, said.verdict, mine=said.jurisdiction)
        return Memory(
            self._words,
            self._events_of(members, post_ids),
            self._events_of(pins, post_ids),
            {row.post_id: unpack_verdict(row.verdict) for row in left},
        )

    def postings(self, keys: Collection[int]) -> Iterable[tuple[int, int, str]]:
        """See Ledger."""
        wanted = (postings.c.slot, postings.c.event_id)
        rows = list(self._select(postings.c.key, keys, *wanted, mine=postings.c.jurisdiction))
        left = self._left_of({row[2] for row in rows})
        return [(row[0], row[1], left.get(row[2], row[2])) for row in rows]

    def standings(self, event_ids: Collection[str]) -> Mapping[str, Standing]:
        """See Ledger."""
        rows = self._select(events.c.event_id, event_ids, events.c.standing)
        return {row.event_id: unpack_standing(row.standing) for row in rows}

    def kept(self, event_ids: Collection[str]) -> Mapping[str, Kept]:
        """See Ledger."""
        rows = self._select(events.c.event_id, event_ids, events.c.state, events.c.recent)
        return {
            row.event_id: Kept(unpack_state(row.state), tuple(row.recent.decode().split()))
            for row in rows
        }

    def pinned(self, event_ids: Collection[str]) -> frozenset[str]:
        """See Ledger."""
        found = self._select(pins.c.event_id, event_ids, mine=pins.c.jurisdiction)
        return frozenset(row.event_id for row in found)

    def present(self, event_ids: Collection[str]) -> Mapping[str, str]:
        """See Ledger."""
        left = self._left_of(event_ids)
        return {event_id: left.get(event_id, event_id) for event_id in event_ids}

    def ends(self, event_id: str, without: Collection[str]) -> tuple[datetime, datetime] | None:
        """See Ledger."""
        posted = members.c.posted_at
        asked = sa.select(sa.func.min(posted).label("first"), sa.func.max(posted).label("last"))
        mine = (members.c.jurisdiction == self._jurisdiction) & (members.c.event_id == event_id)
        row = self._connection.execute(
            asked.where(mine, members.c.post_id.not_in(sorted(without)))
        ).one()
        return (row.first, row.last) if row.first is not None else None

    def record(self, changes: Changes) -> None:
        """See Ledger."""
        mine = {"jurisdiction": self._jurisdiction}
        self._merge(changes.merged)
        words = {"texts": changes.words.texts, "counts": pack_words(changes.words)}
        self._put(streams, [mine | words])
        self._put(
            members,
            [
                mine | {"post_id": m.post_id, "event_id": m.event_id, "posted_at": m.posted_at}
                for m in changes.members
            ],
        )
        self._put(events, [mine | _event_row(e, changes) for e in changes.events])
        self._put(
            postings,
            [
                mine | {"key": key, "slot": slot, "event_id": event_id, "at": at}
                for (key, slot), (event_id, at) in sorted(changes.postings.items())
            ],
        )
        self._put(
            pins,
            [
                mine | {"post_id": p.post_id, "event_id": p.event_id, "who": p.who, "at": p.at}
                for p in changes.pins
            ],
        )
        self._put(
            settled,
            [mine | {"post_id": v.post_id, "verdict": pack_verdict(v)} for v in changes.settled],
        )
        self._put(
            positions,
            [
                {"topic": topic, "partition": partition, "next_offset": offset}
                for (topic, partition), offset in changes.positions.items()
            ],
        )

    def _left_of(self, event_ids: Collection[str]) -> dict[str, str]:
        found = self._select(aliases.c.event_id, event_ids, aliases.c.into_id)
        return {row.event_id: row.into_id for row in found}

    def _merge(self, merged: Mapping[str, str]) -> None:
        # What was written leads on at once, but for postings: they are many, and are read through
        # the aliases.
        for gone, into in merged.items():
            for column in (members.c.event_id, pins.c.event_id, aliases.c.into_id):
                leading = sa.update(column.table).where(column == gone)
                self._connection.execute(leading.values({column.name: into}))
            self._connection.execute(sa.delete(events).where(events.c.event_id == gone))
            self._put(aliases, [{"event_id": gone, "into_id": into}])

    def _hold(self) -> Words:
        # The row is locked until the transaction ends, so that two members of the group that both
        # believe a partition theirs (a rebalance) write one after the other.
        empty = {"jurisdiction": self._jurisdiction, "texts": 0, "counts": b""}
        self._connection.execute(self._insert(streams).on_conflict_do_nothing(), empty)
        asked = sa.select(streams).where(streams.c.jurisdiction == self._jurisdiction)
        row = self._connection.execute(asked.with_for_update()).one()
        return unpack_words(row.counts, row.texts) if row.counts else Words()

    def _events_of(self, table: sa.Table, post_ids: Collection[str]) -> dict[str, str]:
        found = self._select(table.c.post_id, post_ids, table.c.event_id, mine=table.c.jurisdiction)
        return {row.post_id: row.event_id for row in found}

    def _select(
        self,
        column: sa.Column[Any],
        wanted: Collection[Any],
        *columns: sa.Column[Any],
        mine: sa.Column[Any] | None = None,
    ) -> Iterator[Any]:
        asked = sa.select(column, *(c for c in columns if c is not column))
        if mine is not None:
            asked = asked.where(mine == self._jurisdiction)
        asked = asked.where(column.in_(sa.bindparam("wanted", expanding=True)))
        rest = iter(sorted(wanted))
        while part := list(islice(rest, _ASKED_AT_ONCE)):
            yield from self._connection.execute(asked, {"wanted": part}).all()

    def _put(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        insert = self._insert(table)
        keys = [c.name for c in table.primary_key]
        new = {c.name: insert.excluded[c.name] for c in table.c if c.name not in keys}
        self._connection.execute(
            insert.on_conflict_do_update(index_elements=keys, set_=new), list(rows)
        )

    def _insert(self, table: sa.Table) -> Any:
        name = self._connection.dialect.name
        return sqlite.insert(table) if name == "sqlite" else postgresql.insert(table)


def _event_row(event_id: str, changes: Changes) -> dict[str, Any]:
    kept, event = changes.events[event_id], changes.events[event_id].state.event
    return {
        "event_id": event_id,
        "version": event.version,
        "posts": event.posts,
        "last_posted_at": event.last_posted_at,
        "state": pack_state(kept.state),
        "recent": " ".join(kept.recent).encode(),
        "standing": pack_standing(changes.standings[event_id]),
    }
