"""The Index on one SQLite file: nothing but Python needed, many readers beside one writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue

from stream.index import Page, Search
from stream.indexed import batches, folded, raise_refused, take_unwritable
from stream.messages import Judged, Seen
from stream.sqlite_index_search import find
from stream.sqlite_index_tables import (
    drop_month,
    live_generation,
    months_of,
    set_up,
    store,
)
from yuqing.domain.errors import ConfigError, RetryLater
from yuqing.domain.post import Sighting

_REMEDY = "Move the file away and rebuild the index from the bus"
_PASSING = ("locked", "busy", "is full", "disk I/O", "unable to open", "readonly", "interrupted")


class SqliteIndex:
    """An `Index` in the file `path`, shared by threads and processes.

    `wait` is how many seconds a writer waits for another before RetryLater. Raises ConfigError
    for a file that is no index of this version.
    """

    def __init__(self, path: Path, wait: float = 5.0) -> None:
        self._path, self._wait = path, wait
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        with self._connected() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                connection.execute("PRAGMA journal_mode = WAL")
                set_up(connection)
            elif version != 1:
                raise ConfigError(str(path), "user_version", f"{version} is not 1", _REMEDY)

    def put(self, documents: Sequence[Judged | Seen]) -> None:
        """See `Index.put`. What readers see and what a rebuild prepares both get it."""
        posts, seen = folded(documents)
        refused = take_unwritable(posts)
        with self._writing() as connection:
            for (generation,) in connection.execute(
                "SELECT id FROM generations WHERE id >= ?", (live_generation(connection),)
            ).fetchall():
                store(connection, generation, posts, seen)
        raise_refused(refused)

    def search(self, search: Search) -> Page:
        """See `Index.search`."""
        with self._connected() as connection:
            connection.execute("BEGIN")
            return find(connection, search)

    def rebuild(self, documents: Iterable[Judged | Seen]) -> int:
        """See `Index.rebuild`. Writers get their turn between batches."""
        generation = self._begin_generation()
        refused: dict[str, str] = {}
        try:
            for posts, seen in batches(documents):
                refused |= take_unwritable(posts)
                self._fill(generation, posts, seen)
            count = self._make_live(generation)
        finally:
            self._clear()
        raise_refused(refused)
        return count

    def drop_before(self, day: date) -> int:
        """See `Index.drop_before`. The file keeps its size; the space is used again."""
        with self._writing() as connection:
            live = live_generation(connection)
            for (generation,) in connection.execute("SELECT id FROM generations").fetchall():
                old = [m for m in months_of(connection, generation) if m.month < f"{day:%Y-%m}"]
                for month in old:
                    drop_month(connection, month)
                if generation == live:
                    dropped = len(old)
        return dropped

    def close(self) -> None:
        """See `Index.close`."""
        while not self._idle.empty():
            self._idle.get().close()

    def _begin_generation(self) -> int:
        self._clear()
        with self._writing() as connection:
            row = connection.execute("INSERT INTO generations (live) VALUES (0)").lastrowid
        return row or 0

    def _fill(
        self, generation: int, posts: Mapping[str, Judged], seen: Mapping[str, Sighting]
    ) -> None:
        with self._writing() as connection:
            self._still_building(connection, generation)
            store(connection, generation, posts, seen)

    def _make_live(self, generation: int) -> int:
        with self._writing() as connection:
            self._still_building(connection, generation)
            connection.execute("UPDATE generations SET live = (id = ?)", (generation,))
            return sum(
                connection.execute(f"SELECT count(*) FROM posts_{month.suffix}").fetchone()[0]
                for month in months_of(connection, generation)
            )

    def _still_building(self, connection: sqlite3.Connection, generation: int) -> None:
        newest = connection.execute("SELECT max(id) FROM generations").fetchone()[0]
        if newest != generation:
            raise RetryLater(f"{self._path}: another rebuild took over")

    def _clear(self) -> None:
        """Drop every generation but the live one, a month a transaction."""
        with self._writing() as connection:
            live = live_generation(connection)
            others = connection.execute("SELECT id FROM generations WHERE id <> ?", (live,))
            months = [month for (other,) in others for month in months_of(connection, other)]
            connection.execute("DELETE FROM generations WHERE id <> ?", (live,))
        for month in months:
            with self._writing() as connection:
                drop_month(connection, month)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection nobody else uses; after an error it is thrown away, and its changes."""
        with _failures_named(self._path):
            connection = self._connection()
            try:
                yield connection
                if connection.in_transaction:
                    connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            self._idle.put(connection)

    def _connection(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except Empty:
            connection = sqlite3.connect(
                self._path, timeout=self._wait, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA cache_size = -32000")
            connection.execute("PRAGMA secure_delete = OFF")
            return connection


@contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if any(sign in str(error) for sign in _PASSING):
            raise RetryLater(f"{path}: {error}") from error
        if "not a database" in str(error) or "malformed" in str(error):
            raise ConfigError(str(path), "index", str(error), _REMEDY) from error
        raise
