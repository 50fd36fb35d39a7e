"""What crawling remembers between visits and restarts, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from crawlers.schema import PAGE, PLACE, REFUSAL, SOURCE
from stream.sql import failures_named, migrate, reading

# SQLite takes 32,766 variables in a statement, older ones 999
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A place as last published: its newest post and the counts then."""

    place: str
    post_id: str
    likes: int | None
    reposts: int | None
    comments: int | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Visited:
    """A page as last fetched: its validators ("" where the server gave none), and when."""

    source: str
    url: str
    etag: str
    last_modified: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fared:
    """How a source fared: `failures` counts those since the last success."""

    source: str
    last_success: datetime | None = None
    last_failure: datetime | None = None
    failures: int = 0
    detail: str = ""

    def after(self, at: datetime, problem: str | None) -> Fared:
        """As it stands after one more crawl, which failed if there is a `problem`."""
        if problem is None:
            return replace(self, last_success=at, failures=0, detail="")
        return replace(self, last_failure=at, failures=self.failures + 1, detail=problem)


def migrate_tables(engine: sa.Engine) -> None:
    """Bring the tables of the crawl state to their newest shape."""
    migrate(engine, "crawlers:migrations", "crawlers_version")


class CrawlState:
    """The memory of all crawls; every method raises RetryLater when the database is not ready.

    Writing the same again changes nothing, so a crawl that was cut off can simply be repeated.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def known(self, places: Collection[str]) -> Mapping[str, Known]:
        """Those of `places` that were published before."""
        rows = self._rows(PLACE, PLACE.c.place, places)
        return {row["place"]: Known(**row) for row in rows}

    def visited(self, source: str, urls: Collection[str]) -> Mapping[str, Visited]:
        """Those of `urls` that were fetched before for `source`."""
        rows = self._rows(PAGE, PAGE.c.url, urls, PAGE.c.source == source)
        return {row["url"]: Visited(**row) for row in rows}

    def refused(self, digests: Collection[str]) -> frozenset[str]:
        """Those of `digests` that were sent to the dead before."""
        return frozenset(row["digest"] for row in self._rows(REFUSAL, REFUSAL.c.digest, digests))

    def record(
        self,
        known: Sequence[Known] = (),
        visited: Sequence[Visited] = (),
        refused: Sequence[tuple[str, datetime]] = (),
    ) -> None:
        """Remember, in one transaction, what has been published and fetched."""
        with failures_named(), self._engine.begin() as link:
            self._put(link, PLACE, [asdict(one) for one in known])
            self._put(link, PAGE, [asdict(one) for one in visited])
            self._put(link, REFUSAL, [{"digest": digest, "at": at} for digest, at in refused])

    def fared(self, source: str) -> Fared:
        """How `source` fared so far; one never crawled has no success and no failure."""
        rows = self._rows(SOURCE, SOURCE.c.source, [source])
        return Fared(**rows[0]) if rows else Fared(source)

    def report(self, fared: Fared) -> None:
        """Remember how a source fares."""
        with failures_named(), self._engine.begin() as link:
            self._put(link, SOURCE, [asdict(fared)])

    def forget_before(self, moment: datetime) -> None:
        """Let go of what was not met since `moment`; met again, it counts as new."""
        with failures_named(), self._engine.begin() as link:
            link.execute(sa.delete(PLACE).where(PLACE.c.seen_at < moment))
            link.execute(sa.delete(PAGE).where(PAGE.c.at < moment))
            link.execute(sa.delete(REFUSAL).where(REFUSAL.c.at < moment))

    def _rows(
        self,
        table: sa.Table,
        column: sa.Column[Any],
        keys: Collection[str],
        *also: sa.ColumnElement[bool],
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if not keys:
            return found
        with failures_named(), reading(self._engine).begin() as link:
            for some in _portions(sorted(set(keys))):
                asked = sa.select(table).where(column.in_(some), *also)
                found += [dict(row) for row in link.execute(asked).mappings()]
        return found

    def _put(self, link: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        insert = postgresql.insert if link.dialect.name == "postgresql" else sqlite.insert
        statement = insert(table)
        keys = [column.name for column in table.primary_key]
        rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        # rows in one order for all writers, so that two of them never wait for each other
        rows = sorted(rows, key=lambda row: [row[key] for key in keys])
        link.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), rows)


def _portions(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
