"""The one SQLite file behind the embedded bus: its shape, its connections, its failures by name."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from stream.topics import TopicPlan
from yuqing.domain.errors import ConfigError, RetryLater

# A record's rowid is its slot (one a topic's partition) and its offset, so that one B-tree keeps
# every partition in order without a second index.
SHIFT = 40

_SHAPE = """
CREATE TABLE IF NOT EXISTS slots(
    slot INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    head INTEGER NOT NULL DEFAULT 0, tail INTEGER NOT NULL DEFAULT 0, UNIQUE(topic, partition));
CREATE TABLE IF NOT EXISTS records(
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS positions(
    grp TEXT NOT NULL, slot INTEGER NOT NULL, position INTEGER NOT NULL,
    owner TEXT, epoch INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(grp, slot)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members(
    member TEXT PRIMARY KEY, grp TEXT NOT NULL, topic TEXT NOT NULL,
    joined INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS generations(
    grp TEXT NOT NULL, topic TEXT NOT NULL, generation INTEGER NOT NULL,
    PRIMARY KEY(grp, topic)) WITHOUT ROWID;
"""
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
_SPOILT = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_REMEDY = "Move the file away: a new one is made, and crawling fills it"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BusFile:
    """One connection that threads may share; each transaction has it alone."""

    def __init__(self, path: str, busy_seconds: float, max_pages: int | None = None) -> None:
        self._alone = threading.Lock()
        with _named(path):
            self._link = sqlite3.connect(
                path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
            )
            self._link.execute("PRAGMA journal_mode=WAL")
            self._link.execute("PRAGMA synchronous=FULL")
            if max_pages is not None:
                self._link.execute(f"PRAGMA max_page_count={int(max_pages)}")
        self._path = path

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that has the write lock from its beginning. Raises RetryLater."""
        with self._alone, _named(self._path):
            self._link.execute("BEGIN IMMEDIATE")
            yield from self._finish()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the file and waits for nobody."""
        with self._alone, _named(self._path):
            self._link.execute("BEGIN")
            yield from self._finish()

    def _finish(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._link
            self._link.execute("COMMIT")
        except BaseException:
            # SQLite may have rolled back by itself (a full disk does that)
            with suppress(sqlite3.OperationalError):
                self._link.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the file."""
        with self._alone:
            self._link.close()


def lay_out(file: BusFile, plans: Sequence[TopicPlan]) -> None:
    """Make the tables, and the partitions and groups of `plans` that are not there yet.

    A topic keeps the number of partitions it was made with, else keys would change partition.
    """
    with file.writing() as link:
        for statement in _SHAPE.strip().split(";\n"):
            link.execute(statement)
        for plan in plans:
            known = link.execute("SELECT 1 FROM slots WHERE topic = ?", (plan.name,)).fetchone()
            for partition in range(0 if known else plan.partitions):
                link.execute(
                    "INSERT INTO slots(topic, partition) VALUES (?, ?)", (plan.name, partition)
                )
            for group in plan.groups:
                add_group(link, group, plan.name)


def add_group(link: sqlite3.Connection, group: str, topic: str) -> None:
    """A group that is new to `topic` starts at the oldest record kept."""
    link.execute(
        "INSERT OR IGNORE INTO positions(grp, slot, position)"
        " SELECT ?, slot, tail FROM slots WHERE topic = ?",
        (group, topic),
    )


def micros(moment: datetime) -> int:
    """`moment` as whole microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(micros_since: int) -> datetime:
    """The moment that `micros` gave, in UTC."""
    return _EPOCH + timedelta(microseconds=micros_since)


@contextmanager
def _named(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _PASSING:
            raise RetryLater(f"bus file {path}: {error}") from error
        raise
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _SPOILT:
            raise ConfigError(path, "bus file", str(error), _REMEDY) from error
        raise
