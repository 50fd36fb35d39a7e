"""One alert for all the hits that a watchlist has not yet announced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from responder.outbox import Push, put_pushes
from responder.push import harmless
from responder.schema import people, watch_hits, watchlists
from responder.sealing import opened
from yuqing.domain.text import discreet


def speakable(now: datetime) -> Select[Any]:
    """The watchlists that have unannounced hits and may speak at `now`."""
    waiting = select(watch_hits.c.watchlist_id).where(watch_hits.c.alert_key.is_(None))
    free = watchlists.c.alert_from.is_(None) | (watchlists.c.alert_from <= now)
    listed = watchlists.c.watchlist_id.in_(waiting)
    return select(watchlists).where(watchlists.c.active, free, listed)


def alert(connection: Connection, row: Row[Any], now: datetime) -> int:
    """Announce all unannounced hits of a locked watchlist as one; 1, or 0 if there are none."""
    key = f"watch:{row.watchlist_id}:{now.isoformat()}"
    mine = (watch_hits.c.watchlist_id == row.watchlist_id) & watch_hits.c.alert_key.is_(None)
    # One statement, lest a hit that comes between be marked as announced and not be.
    marked = update(watch_hits).where(mine).values(alert_key=key).returning(watch_hits)
    caught = sorted(connection.execute(marked).all(), key=lambda hit: (-hit.severity, hit.at))
    if not caught:
        return 0
    connection.execute(
        update(watchlists)
        .where(watchlists.c.watchlist_id == row.watchlist_id)
        .values(alert_from=now + timedelta(minutes=row.every_minutes))
    )
    said = _message(row, caught, key, now)
    for login, channels in _whom(connection, row):
        person = f"person:{login}"
        to = replace(said, key=f"{key}:{login}", audience=person)
        put_pushes(connection, [replace(to, recipients=((login, channels),))], now)
    return 1


def _message(row: Row[Any], caught: Sequence[Row[Any]], key: str, now: datetime) -> Push:
    lines = [
        f"· {harmless(discreet(hit.title))[:60]}（{harmless(hit.source)}）" for hit in caught[:5]
    ]
    more = [f"…… 共 {len(caught)} 条"] if len(caught) > 5 else []
    return Push(
        key=key,
        purpose="watch",
        audience="",
        jurisdiction=row.jurisdiction,
        title=f"监测方案“{row.name}”命中 {len(caught)} 条",
        body="\n".join(lines + more),
        link=f"/watchlists/{row.watchlist_id}",
        due_at=now,
    )


def _whom(connection: Connection, row: Row[Any]) -> list[tuple[str, tuple[str, ...]]]:
    # Asked again at each alert: since it was saved, somebody may have gone to another place.
    near = people.c.jurisdiction.is_(None) | (people.c.jurisdiction == row.jurisdiction)
    query = select(people.c.login, people.c.channels).where(
        people.c.login.in_(row.notify), people.c.active, near
    )
    return [(row.login, opened(connection, row.channels)) for row in connection.execute(query)]
