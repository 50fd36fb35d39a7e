"""Reading the SQLite index: a search becomes one condition, asked of each month in turn."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import cast

import orjson

from stream.codec import decode
from stream.index import Page, Search
from stream.indexed import Cursor, checked, cursor_of, micros, month_of, terms, zone_of
from stream.messages import Judged
from stream.sqlite_index_tables import QUARTER, Month, live_generation, months_of
from yuqing.domain.query import Phrase, Query

Condition = tuple[str, list[str | int]]
Facets = dict[str, tuple[tuple[str, int], ...]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def find(connection: sqlite3.Connection, search: Search) -> Page:
    """The page; the caller's transaction keeps total, facets and hits of one moment."""
    cursor = cursor_of(search.after) if search.after else None
    months = _months(connection, checked(search))
    counts = _counts(connection, months, search)
    rows = _rows(connection, months, search, cursor)
    hits = tuple(cast(Judged, decode(body)) for _, _, body in rows[: search.size])
    more = len(rows) > search.size > 0
    last = Cursor(*rows[search.size - 1][:2]).written() if more else None
    return Page(hits, counts["total"][""], _facets(counts, search), last)


def _months(connection: sqlite3.Connection, search: Search) -> list[Month]:
    first = month_of(search.since) if search.since else ""
    last = month_of(search.until) if search.until else "9999-99"
    months = months_of(connection, live_generation(connection))
    return [month for month in months if first <= month.month <= last]


def _rows(
    connection: sqlite3.Connection, months: Iterable[Month], search: Search, cursor: Cursor | None
) -> list[tuple[int, str, bytes]]:
    rows: list[tuple[int, str, bytes]] = []
    wanted = search.size + 1
    for month in months:
        if search.size == 0 or len(rows) == wanted:
            break
        where, values = _condition(search, month, cursor)
        rows += connection.execute(
            f"SELECT at, post_id, body FROM posts_{month.suffix} JOIN bodies_{month.suffix}"
            f" USING (id) WHERE {where} ORDER BY at DESC, post_id LIMIT ?",
            (*values, wanted - len(rows)),
        )
    return rows


def _counts(
    connection: sqlite3.Connection, months: Iterable[Month], search: Search
) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("total", *_FACETS, "quarter")}
    names = (*_FACETS, "quarter") if search.facets else ()
    for month in months:
        where, values = _condition(search, month, None)
        parts = [f"SELECT '{name}', {name}, count(*) FROM hit GROUP BY {name}" for name in names]
        for name, key, count in connection.execute(
            f"WITH hit AS MATERIALIZED (SELECT topic, severity, source, quarter"
            f" FROM posts_{month.suffix} WHERE {where}) "
            + " UNION ALL ".join(["SELECT 'total', '', count(*) FROM hit", *parts]),
            values,
        ):
            counts[name][str(key)] += count
    return counts


_FACETS = ("topic", "severity", "source")


def _facets(counts: dict[str, Counter[str]], search: Search) -> Facets:
    if not search.facets:
        return {}
    zone = zone_of(search)
    days: Counter[str] = Counter()
    for quarter, count in counts["quarter"].items():
        moment = _EPOCH + timedelta(microseconds=int(quarter) * QUARTER)
        days[moment.astimezone(zone).date().isoformat()] += count
    largest = {name: tuple(_largest_first(counts[name])) for name in _FACETS}
    return largest | {"day": tuple(sorted(days.items()))}


def _largest_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _condition(search: Search, month: Month, cursor: Cursor | None) -> Condition:
    conditions = [
        *_bounds(search, cursor),
        *_lists(search),
        *_words(search.query, f"words_{month.suffix}"),
    ]
    where = " AND ".join(sql for sql, _ in conditions) or "TRUE"
    return where, [value for _, values in conditions for value in values]


def _bounds(search: Search, cursor: Cursor | None) -> list[Condition]:
    bounds: list[Condition] = []
    if search.since:
        bounds.append(("at >= ?", [micros(search.since)]))
    if search.until:
        bounds.append(("at < ?", [micros(search.until)]))
    if cursor:
        later = "at <= ? AND (at < ? OR post_id > ?)"
        bounds.append((later, [cursor.at, cursor.at, cursor.post_id]))
    return bounds


def _lists(search: Search) -> list[Condition]:
    lists: list[Condition] = []
    for column, wanted in (
        ("topic", search.topics),
        ("severity", search.severities),
        ("source", search.sources),
        ("owner", search.owners),
        ("post_id", search.post_ids),
    ):
        if wanted:
            listed = orjson.dumps(wanted).decode()
            lists.append((f"{column} IN (SELECT value FROM json_each(?))", [listed]))
    if search.relevant is not None:
        lists.append(("relevant = ?", [int(search.relevant)]))
    if search.jurisdiction is not None:
        lists.append(("instr(jurisdictions, ?) > 0", [f"\x1f{search.jurisdiction}\x1f"]))
    return lists


def _words(query: Query, table: str) -> list[Condition]:
    among = f"(SELECT rowid FROM {table} WHERE {table} MATCH ?)"
    words: list[Condition] = []
    if query.groups:
        words.append((f"id IN {among}", [" AND ".join(_any(g) for g in query.groups)]))
    if query.none:
        words.append((f"id NOT IN {among}", [_any(query.none)]))
    return words


def _any(phrases: Sequence[Phrase]) -> str:
    return "(" + " OR ".join(_phrase(phrase) for phrase in phrases) + ")"


def _phrase(phrase: Phrase) -> str:
    """Tokens hold letters, digits and Han only, so nothing in here can be FTS5 syntax."""
    words = terms(phrase)
    if len(words) == 1:
        return f'"{words[0]}_"*'
    pairs = pairwise(words)
    return '"' + " ".join(f"{a}_{b}" for a, b in pairs) + '"'
