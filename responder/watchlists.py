"""监测方案: saved queries with exclusions whose hits alert named people.

A flood of hits is one alert: after an alert of a watchlist the next waits `every_minutes`, and
then says how many posts it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from responder.audit import Entry, note
from responder.rows import insert_new
from responder.schema import watch_hits, watchlists
from responder.watch_alerts import alert, speakable
from stream.messages import Judged
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, InvalidMessage, NotFound
from yuqing.domain.query import Query, parse_query, token_line
from yuqing.domain.text import tokens


@dataclass(frozen=True, slots=True)
class WatchlistDraft:
    """What a person types to make or change a 监测方案. `notify`: logins; empty `topics`: any."""

    jurisdiction: str
    name: str
    query: str
    topics: tuple[str, ...] = ()
    severity_min: int = 0
    notify: tuple[str, ...] = ()
    every_minutes: int = 10
    active: bool = True


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A stored 监测方案; `version` counts its changes from 1."""

    watchlist_id: int
    owner: str
    version: int
    draft: WatchlistDraft

    def wants(self, judged: Judged, line: str, query: Query) -> bool:
        """True when the post, whose `token_line` is `line`, is the jurisdiction's, grave enough, on
        topic, and fits `query`."""
        draft, verdict = self.draft, judged.verdict
        return (
            draft.jurisdiction in judged.jurisdictions
            and verdict.severity >= draft.severity_min
            and (not draft.topics or any(t in draft.topics for t in (verdict.topic, *verdict.also)))
            and query.matches_line(line)
        )


class Watchlists:
    """Watchlists and their hits in the ticket store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(
        self,
        draft: WatchlistDraft,
        owner: str,
        now: datetime,
        watchlist_id: int | None = None,
        expected_version: int | None = None,
    ) -> Watchlist:
        """Make one, or change `watchlist_id`. Raises InvalidMessage (a query that names nothing),
        NotFound, Conflict (the name is taken, or somebody changed it first)."""
        _check(draft)
        try:
            with failures_named(), self._engine.begin() as connection:
                if watchlist_id is None:
                    saved = _make(connection, draft, owner, now)
                else:
                    saved = _change(connection, draft, watchlist_id, expected_version)
                note(connection, _noted(saved.watchlist_id, "watchlist_saved", owner, now, draft))
                return saved
        except IntegrityError as error:
            raise Conflict(f"监测方案“{draft.name}”已存在") from error

    def drop(self, watchlist_id: int, by: str, now: datetime, version: int | None = None) -> None:
        """Forget a watchlist and its hits, as it was read at `version` if any. Raises NotFound,
        Conflict."""
        mine = watchlists.c.watchlist_id == watchlist_id
        with failures_named(), self._engine.begin() as connection:
            found = connection.execute(select(watchlists).where(mine).with_for_update()).first()
            if found is None:
                raise NotFound(f"没有监测方案 {watchlist_id}")
            if version not in (None, found.version):
                raise Conflict(f"监测方案“{found.name}”已被修改，请刷新后再试")
            connection.execute(delete(watch_hits).where(watch_hits.c.watchlist_id == watchlist_id))
            connection.execute(delete(watchlists).where(mine))
            note(connection, _noted(watchlist_id, "watchlist_dropped", by, now))

    def get(self, watchlist_id: int) -> Watchlist:
        """One watchlist. Raises NotFound."""
        query = select(watchlists).where(watchlists.c.watchlist_id == watchlist_id)
        with failures_named(), reading(self._engine).begin() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"没有监测方案 {watchlist_id}")
        return _watchlist(row)

    def listed(self, jurisdiction: str | None = None) -> tuple[Watchlist, ...]:
        """All watchlists, of one jurisdiction or of all, by name."""
        query = select(watchlists).order_by(watchlists.c.name)
        if jurisdiction is not None:
            query = query.where(watchlists.c.jurisdiction == jurisdiction)
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_watchlist(row) for row in connection.execute(query))

    def tallies(self) -> dict[int, tuple[int, datetime]]:
        """watchlist_id to (number of hits, time of the last), for those that have any."""
        query = select(watch_hits.c.watchlist_id, func.count(), func.max(watch_hits.c.at)).group_by(
            watch_hits.c.watchlist_id
        )
        with failures_named(), reading(self._engine).begin() as connection:
            return {key: (count, last) for key, count, last in connection.execute(query)}

    def hits(
        self, watchlist_id: int, size: int = 50, after: tuple[datetime, str] | None = None
    ) -> Sequence[Row[Any]]:
        """The latest hits, newest first; `after` is the time and post of the page's before last."""
        query = (
            select(watch_hits)
            .where(watch_hits.c.watchlist_id == watchlist_id)
            .order_by(watch_hits.c.at.desc(), watch_hits.c.post_id)
            .limit(size)
        )
        if after is not None:
            at, post_id = after
            same = (watch_hits.c.at == at) & (watch_hits.c.post_id > post_id)
            query = query.where((watch_hits.c.at < at) | same)
        with failures_named(), reading(self._engine).begin() as connection:
            return connection.execute(query).all()

    def record(self, judged: Sequence[Judged], now: datetime) -> int:
        """Note which watchlists the posts hit and alert whom they name; returns new hits.

        A post seen again is no new hit, so a redelivery alerts nobody twice.
        """
        active = [watchlist for watchlist in self.listed() if watchlist.draft.active]
        if not active:
            return 0
        lines = [(one, token_line(tokens(one.post.text))) for one in judged]
        wanted = [
            (watchlist, [one for one, line in lines if watchlist.wants(one, line, query)])
            for watchlist in active
            for query in (parse_query(watchlist.draft.query),)
        ]
        if not any(caught for _, caught in wanted):
            return 0
        with failures_named(), self._engine.begin() as connection:
            return sum(
                insert_new(connection, watch_hits, [_hit(watchlist, one, now) for one in caught])
                for watchlist, caught in wanted
            )

    def alert_due(self, now: datetime) -> int:
        """Write one alert for each watchlist that has unannounced hits and may speak again;
        returns how many. The sweep calls it, so what was held back is not lost."""
        waiting = speakable(now)
        with failures_named(), reading(self._engine).begin() as connection:
            if connection.execute(waiting).first() is None:
                return 0
        with failures_named(), self._engine.begin() as connection:
            rows = connection.execute(waiting.with_for_update(skip_locked=True)).all()
            return sum(alert(connection, row, now) for row in rows)


def _noted(
    watchlist_id: int, what: str, by: str, now: datetime, draft: WatchlistDraft | None = None
) -> Entry:
    detail = _row(draft) if draft else {}
    return Entry(now, by, what, f"watchlist:{watchlist_id}", detail)


def _make(connection: Connection, draft: WatchlistDraft, owner: str, now: datetime) -> Watchlist:
    row = _row(draft) | {"owner": owner, "version": 1, "created_at": now}
    made = connection.execute(insert(watchlists).values(row).returning(watchlists)).one()
    return _watchlist(made)


def _change(
    connection: Connection, draft: WatchlistDraft, watchlist_id: int, expected: int | None
) -> Watchlist:
    where = watchlists.c.watchlist_id == watchlist_id
    found = connection.execute(select(watchlists).where(where)).one_or_none()
    if found is None:
        raise NotFound(f"没有监测方案 {watchlist_id}")
    if expected is not None and found.version != expected:
        raise Conflict(f"监测方案“{found.name}”已被修改，请刷新后再试")
    changed = connection.execute(
        update(watchlists)
        .where(where, watchlists.c.version == found.version)
        .values(_row(draft) | {"version": found.version + 1})
        .returning(watchlists)
    ).one_or_none()
    if changed is None:
        raise Conflict(f"监测方案“{found.name}”已被修改，请刷新后再试")
    return _watchlist(changed)


def _check(draft: WatchlistDraft) -> None:
    if not draft.name.strip():
        raise InvalidMessage("name: 请填写方案名称")
    if not parse_query(draft.query).groups and not draft.topics and draft.severity_min == 0:
        raise InvalidMessage("query: 请至少写一个要找的词，或选定主题、等级")
    if not 0 <= draft.severity_min <= 4:
        raise InvalidMessage("severity_min: 等级须在 0 至 4 之间")
    if not 1 <= draft.every_minutes <= 24 * 60:
        raise InvalidMessage("every_minutes: 提醒间隔须在 1 至 1440 分钟之间")


def _row(draft: WatchlistDraft) -> dict[str, Any]:
    return {
        "jurisdiction": draft.jurisdiction,
        "name": draft.name.strip(),
        "query": draft.query,
        "topics": list(draft.topics),
        "severity_min": draft.severity_min,
        "notify": list(draft.notify),
        "every_minutes": draft.every_minutes,
        "active": draft.active,
    }


def _watchlist(row: Row[Any]) -> Watchlist:
    draft = WatchlistDraft(
        row.jurisdiction,
        row.name,
        row.query,
        tuple(row.topics),
        row.severity_min,
        tuple(row.notify),
        row.every_minutes,
        row.active,
    )
    return Watchlist(row.watchlist_id, row.owner, row.version, draft)


def _hit(watchlist: Watchlist, judged: Judged, now: datetime) -> dict[str, Any]:
    post = judged.post
    return {
        "watchlist_id": watchlist.watchlist_id,
        "post_id": post.post_id,
        "title": post.title or post.body[:60],
        "url": post.url,
        "source": post.source,
        "severity": int(judged.verdict.severity),
        "published_at": post.first_known_at,
        "at": now,
    }
