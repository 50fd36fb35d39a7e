"""How every room that keeps state in SQL opens its database, migrates it and names its failures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.types import TypeDecorator

from yuqing.domain.errors import RetryLater


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC with microseconds; refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Python to database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Database to Python."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def open_engine(url: str, *, durable: bool = False) -> Engine:
    """An engine on SQLite (WAL; `durable` means synchronous=FULL) or PostgreSQL (psycopg).

    SQLite transactions begin IMMEDIATE, so that a writer waits for the lock at the beginning
    (5 s) and never fails half-way; those of `reading(engine)` do not, and never wait.
    """
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune(durable))
        event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """The same database for transactions that only read."""
    return engine.execution_options(only_reads=True)


def migrate(engine: Engine, scripts: str, version_table: str) -> None:
    """Bring the tables of one room to their newest shape.

    `scripts` is an alembic location such as "responder:migrations"; each room keeps a version
    table of its own, so that rooms may share one database.
    """
    config = _config(scripts, version_table)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_newest(engine: Engine, scripts: str, version_table: str) -> bool:
    """Whether the tables of one room, named as for `migrate`, have their newest shape."""
    wanted = ScriptDirectory.from_config(_config(scripts, version_table)).get_heads()
    with reading(engine).connect() as connection:
        options = {"version_table": version_table}
        context = MigrationContext.configure(connection, opts=options)
        return set(context.get_current_heads()) == set(wanted)


def _config(scripts: str, version_table: str) -> Config:
    config = Config()
    config.set_main_option("script_location", scripts)
    config.set_main_option("version_table", version_table)
    return config


@contextmanager
def failures_named() -> Iterator[None]:
    """Within, a database that is locked, full, away or too busy to be had becomes RetryLater; the
    rest passes."""
    try:
        yield
    except PoolTimeout as error:
        raise RetryLater("database: too many at once") from error
    except DBAPIError as error:
        if error.connection_invalidated or _passes(str(error.orig)):
            raise RetryLater(f"database: {error.orig}") from error
        raise


def _passes(message: str) -> bool:
    signs = ("locked", "is full", "disk I/O", "connect", "terminat", "deadlock", "could not serial")
    return any(sign in message for sign in signs)


def _tune(durable: bool) -> Any:
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return on_connect


def _begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("only_reads", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
