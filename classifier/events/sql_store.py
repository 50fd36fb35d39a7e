"""The grouping store on SQLAlchemy: the same code on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection

from classifier.events.packing import unpack_state
from classifier.events.sql_ledger import SqlLedger
from classifier.events.state import told
from classifier.events.store import Ledger
from classifier.events.tables import aliases, events, members, positions
from stream.sql import failures_named, migrate, open_engine, reading
from yuqing.domain.event import Event


class SqlGroupingStore:
    """A GroupingStore in the database at `url`; makes or migrates its tables when opened."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._reader = reading(self._engine)
        with failures_named():
            migrate(self._engine, "classifier.events:migrations", "grouping_version")

    @contextmanager
    def ledger(self, jurisdiction: str) -> Iterator[Ledger]:
        """See GroupingStore."""
        with failures_named(), self._engine.begin() as connection:
            yield SqlLedger(connection, jurisdiction)

    def event(self, event_id: str) -> Event | None:
        """See GroupingStore."""
        with failures_named(), self._reader.begin() as connection:
            known = _present(connection, event_id)
            row = connection.execute(
                sa.select(events.c.state, events.c.recent).where(events.c.event_id == known)
            ).one_or_none()
        return told(unpack_state(row.state), row.recent.decode().split()) if row else None

    def members(self, event_id: str, after: str = "", limit: int = 1000) -> tuple[str, ...]:
        """See GroupingStore."""
        with failures_named(), self._reader.begin() as connection:
            found = connection.scalars(
                sa.select(members.c.post_id)
                .where(members.c.event_id == _present(connection, event_id))
                .where(members.c.post_id > after)
                .order_by(members.c.post_id)
                .limit(limit)
            )
            return tuple(found)

    def position(self, topic: str, partition: int) -> int:
        """See GroupingStore."""
        asked = sa.select(positions.c.next_offset).where(
            positions.c.topic == topic, positions.c.partition == partition
        )
        with failures_named(), self._reader.begin() as connection:
            return int(connection.scalar(asked) or 0)

    def close(self) -> None:
        """See GroupingStore."""
        self._engine.dispose()


def _present(connection: Connection, event_id: str) -> str:
    asked = sa.select(aliases.c.into_id)
    into = connection.scalar(asked.where(aliases.c.event_id == event_id))
    return str(into) if into is not None else event_id
