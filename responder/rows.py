"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from responder.schema import ticket_numbers


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those of `rows` that break no unique constraint; returns how many were new."""
    fresh = _new(connection, table).on_conflict_do_nothing()
    # Where the database numbers the rows, SQLAlchemy forgets how many there were unless asked.
    counted = {"preserve_rowcount": True}
    done = (connection.execute(fresh, dict(row), execution_options=counted) for row in rows)
    return sum(one.rowcount for one in done)


def next_number(connection: Connection, jurisdiction: str, year: int) -> int:
    """The next ticket number of the jurisdiction's year, from 1, safe among writers."""
    fresh = _new(connection, ticket_numbers).values(jurisdiction=jurisdiction, year=year, last=1)
    counted = fresh.on_conflict_do_update(
        index_elements=["jurisdiction", "year"], set_={"last": ticket_numbers.c.last + 1}
    )
    return int(connection.execute(counted.returning(ticket_numbers.c.last)).scalar_one())


def add_up(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    number: str,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Add `number` of each of `rows` to what the row with the same `names` has, 0 if there is
    none; in the order given."""
    fresh = _new(connection, table).values([dict(row) for row in rows])
    summed = {number: table.c[number] + fresh.excluded[number]}
    connection.execute(fresh.on_conflict_do_update(index_elements=list(names), set_=summed))


def _new(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
