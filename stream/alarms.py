"""What somebody outside was told of the parts that stopped: once, and once when they are back.

Several processes watch one another, so whoever tells holds a lease; one that dies while it tells
lets the next one tell again. What was never told, because it passed, is not told back either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from stream.pulse import Kind, metadata
from stream.sql import UtcDateTime, failures_named, reading

LEASE = timedelta(minutes=2)
_ALARMS = sa.Table(
    "pulse_alarms",
    metadata,
    sa.Column("component", sa.String(128), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("noticed_at", UtcDateTime(), nullable=False),
    sa.Column("told_at", UtcDateTime()),
    sa.Column("lease_until", UtcDateTime()),
)

Part = tuple[Kind, str]
Tell = Callable[[Mapping[Part, str], Mapping[Part, datetime]], bool]
"""(what stopped and why, what is back and since when it was away) to whether anybody heard."""


@dataclass(frozen=True, slots=True)
class Known:
    """One part that is, or was, behind; `told_at` None: nobody outside knows."""

    noticed_at: datetime
    told_at: datetime | None


class Alarms:
    """The memory of what was told. All methods raise RetryLater when it is away."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def settle(
        self, behind: Mapping[Part, str], now: datetime, patience: timedelta, tell: Tell
    ) -> None:
        """Tell what has been `behind` for `patience` (why, by part) and what no longer is.

        What `tell` could not bring to anybody is told the next time.
        """
        known = self.known()
        self._notice([part for part in behind if part not in known], now)
        gone = [part for part in known if part not in behind]
        self._forget([part for part in gone if known[part].told_at is None])
        ripe = [
            part
            for part, one in known.items()
            if part in behind and one.told_at is None and now - one.noticed_at >= patience
        ]
        back = [part for part in gone if known[part].told_at is not None]
        mine = [part for part in (*ripe, *back) if self._hold(part, now)]
        if not mine:
            return
        stopped = {part: behind[part] for part in ripe if part in mine}
        returned = {part: known[part].noticed_at for part in back if part in mine}
        heard = tell(stopped, returned)
        self._release(mine)
        if heard:
            self._told(list(stopped), now)
            self._forget(list(returned))

    def known(self) -> Mapping[Part, Known]:
        """Every part that was noticed and is not settled."""
        with failures_named(), reading(self._engine).begin() as link:
            rows = link.execute(sa.select(_ALARMS)).all()
        return {(Kind(r.kind), r.component): Known(r.noticed_at, r.told_at) for r in rows}

    def _notice(self, parts: list[Part], now: datetime) -> None:
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        fresh = insert(_ALARMS).on_conflict_do_nothing()
        rows = [{"component": name, "kind": kind.value, "noticed_at": now} for kind, name in parts]
        if rows:
            with failures_named(), self._engine.begin() as link:
                link.execute(fresh, rows)

    def _hold(self, part: Part, now: datetime) -> bool:
        free = _ALARMS.c.lease_until.is_(None) | (_ALARMS.c.lease_until <= now)
        held = sa.update(_ALARMS).where(_named(part), free).values(lease_until=now + LEASE)
        with failures_named(), self._engine.begin() as link:
            return link.execute(held).rowcount == 1

    def _release(self, parts: list[Part]) -> None:
        with failures_named(), self._engine.begin() as link:
            for part in parts:
                link.execute(sa.update(_ALARMS).where(_named(part)).values(lease_until=None))

    def _told(self, parts: list[Part], now: datetime) -> None:
        with failures_named(), self._engine.begin() as link:
            for part in parts:
                link.execute(sa.update(_ALARMS).where(_named(part)).values(told_at=now))

    def _forget(self, parts: list[Part]) -> None:
        with failures_named(), self._engine.begin() as link:
            for part in parts:
                link.execute(sa.delete(_ALARMS).where(_named(part)))


def _named(part: Part) -> sa.ColumnElement[bool]:
    kind, component = part
    return (_ALARMS.c.component == component) & (_ALARMS.c.kind == kind.value)
