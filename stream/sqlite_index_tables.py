"""The tables of the SQLite index: one set a month, so that retention is a DROP TABLE.

A partition column would need every old row deleted from the full-text index, one by one. The
words of a post are only ever added: a post's text belongs to its identity, so a changed text (or
month) gets a new row number and the old words find nothing any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import cast

import orjson

from stream.codec import decode, encode
from stream.indexed import micros, month_of, recounted, succeeding, terms
from stream.messages import Judged
from yuqing.domain.post import Sighting
from yuqing.domain.text import tokens

QUARTER = 900_000_000
_SETUP = """
CREATE TABLE IF NOT EXISTS generations (id INTEGER PRIMARY KEY, live INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS months (generation INTEGER, month TEXT, PRIMARY KEY (generation, month));
INSERT INTO generations SELECT 1, 1 WHERE NOT EXISTS (SELECT 1 FROM generations);
PRAGMA user_version = 1;
"""
_MONTH = """
CREATE TABLE posts_{0} (
    id INTEGER PRIMARY KEY AUTOINCREMENT, post_id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
    quarter INTEGER NOT NULL, topic TEXT NOT NULL, severity INTEGER NOT NULL, source TEXT NOT NULL,
    owner TEXT NOT NULL, relevant INTEGER NOT NULL, jurisdictions TEXT NOT NULL,
    seen INTEGER NOT NULL, words BLOB NOT NULL);
CREATE INDEX posts_{0}_at ON posts_{0} (at DESC, post_id);
CREATE TABLE bodies_{0} (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE VIRTUAL TABLE words_{0} USING fts5 (
    pairs, content='', columnsize=0, tokenize="ascii tokenchars '_'");
"""
_COLUMNS = "post_id, at, quarter, topic, severity, source, owner, relevant, jurisdictions, seen"


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one generation, and the suffix of its three tables."""

    generation: int
    month: str

    @property
    def suffix(self) -> str:
        """What ends the names of the month's tables."""
        return f"{self.generation}_{self.month.replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class _Known:
    month: Month
    id: int
    seen: int
    words: bytes


def set_up(connection: sqlite3.Connection) -> None:
    """Make a new file an empty index."""
    connection.executescript(f"BEGIN IMMEDIATE; {_SETUP} COMMIT;")


def live_generation(connection: sqlite3.Connection) -> int:
    """The generation that readers see."""
    return int(connection.execute("SELECT max(id) FROM generations WHERE live").fetchone()[0])


def months_of(connection: sqlite3.Connection, generation: int) -> list[Month]:
    """The months of `generation`, newest first."""
    found = connection.execute(
        "SELECT month FROM months WHERE generation = ? ORDER BY month DESC", (generation,)
    )
    return [Month(generation, str(month)) for (month,) in found]


def store(
    connection: sqlite3.Connection,
    generation: int,
    posts: Mapping[str, Judged],
    seen: Mapping[str, Sighting],
) -> None:
    """Write one folded batch into `generation`, within the caller's transaction."""
    months = {month.month: month for month in months_of(connection, generation)}
    known = _look_up(connection, months.values(), [*posts, *seen])
    for post_id, judged in posts.items():
        name = month_of(judged.post.first_known_at)
        if name not in months:
            months[name] = open_month(connection, generation, name)
        _put(connection, months[name], judged, known.get(post_id))
    for post_id, sighting in seen.items():
        if post_id in known:
            _recount(connection, known[post_id], sighting)


def open_month(connection: sqlite3.Connection, generation: int, name: str) -> Month:
    """A new month's empty tables."""
    month = Month(generation, name)
    connection.execute("INSERT INTO months VALUES (?, ?)", (generation, name))
    for statement in _MONTH.format(month.suffix).split(";"):
        connection.execute(statement)
    return month


def drop_month(connection: sqlite3.Connection, month: Month) -> None:
    """The month and all its posts are gone; their pages are used again."""
    for table in ("posts", "bodies", "words"):
        connection.execute(f"DROP TABLE IF EXISTS {table}_{month.suffix}")
    connection.execute(
        "DELETE FROM months WHERE generation = ? AND month = ?", (month.generation, month.month)
    )


def _look_up(
    connection: sqlite3.Connection, months: Iterable[Month], post_ids: Sequence[str]
) -> dict[str, _Known]:
    wanted = orjson.dumps(post_ids).decode()
    known = {}
    for month in months:
        for post_id, row, seen, words in connection.execute(
            f"SELECT post_id, id, seen, words FROM posts_{month.suffix}"
            " WHERE post_id IN (SELECT value FROM json_each(?))",
            (wanted,),
        ):
            known[str(post_id)] = _Known(month, row, seen, words)
    return known


def _put(connection: sqlite3.Connection, month: Month, judged: Judged, old: _Known | None) -> None:
    if old is not None:
        judged = succeeding(judged, _body(connection, old))
    words = _words(judged)
    key = sha256(words.encode()).digest()[:16]
    if old is not None and (old.month, old.words) == (month, key):
        _write(connection, old, judged)
        return
    if old is not None:
        for table in ("posts", "bodies"):
            connection.execute(f"DELETE FROM {table}_{old.month.suffix} WHERE id = ?", (old.id,))
    _add(connection, month, judged, words, key)


def _add(
    connection: sqlite3.Connection, month: Month, judged: Judged, words: str, key: bytes
) -> None:
    row = connection.execute(
        f"INSERT INTO posts_{month.suffix} ({_COLUMNS}, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*_columns(judged), key),
    ).lastrowid
    connection.execute(f"INSERT INTO bodies_{month.suffix} VALUES (?, ?)", (row, encode(judged)))
    connection.execute(
        f"INSERT INTO words_{month.suffix} (rowid, pairs) VALUES (?, ?)", (row, words)
    )


def _write(connection: sqlite3.Connection, old: _Known, judged: Judged) -> None:
    marks = ", ".join("?" * len(_columns(judged)))
    connection.execute(
        f"UPDATE posts_{old.month.suffix} SET ({_COLUMNS}) = ({marks}) WHERE id = ?",
        (*_columns(judged), old.id),
    )
    connection.execute(
        f"UPDATE bodies_{old.month.suffix} SET body = ? WHERE id = ?", (encode(judged), old.id)
    )


def _recount(connection: sqlite3.Connection, old: _Known, sighting: Sighting) -> None:
    if micros(sighting.seen_at) > old.seen:
        _write(connection, old, recounted(_body(connection, old), sighting))


def _body(connection: sqlite3.Connection, old: _Known) -> Judged:
    (body,) = connection.execute(
        f"SELECT body FROM bodies_{old.month.suffix} WHERE id = ?", (old.id,)
    ).fetchone()
    return cast(Judged, decode(body))


def _columns(judged: Judged) -> tuple[str | int, ...]:
    post, verdict = judged.post, judged.verdict
    at = micros(post.first_known_at)
    where = "\x1f".join(("", *judged.jurisdictions, ""))
    return (
        post.post_id,
        at,
        at // QUARTER,
        str(verdict.topic),
        int(verdict.severity),
        post.source,
        str(post.owner),
        int(verdict.relevant),
        where,
        micros(judged.sighting.seen_at),
    )


def _words(judged: Judged) -> str:
    """The text's bigrams; the last token pairs with nothing, so that it too starts a pair."""
    words = terms(tokens(judged.post.text))
    return " ".join(f"{a}_{b}" for a, b in pairwise([*words, ""]))
