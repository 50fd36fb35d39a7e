"""Who is alive: stages, sources, sweep and outbox report in, so that calm is never a dead part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from stream.sql import UtcDateTime, failures_named, migrate, reading
from yuqing.domain.clock import Clock

metadata = sa.MetaData()
_PULSE = sa.Table(
    "pulse",
    metadata,
    sa.Column("component", sa.String(128), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("beat_at", UtcDateTime(), nullable=False),
    sa.Column("ok", sa.Boolean(), nullable=False),
    sa.Column("detail", sa.Text(), nullable=False),
    sa.Column("expected_every_seconds", sa.Float(), nullable=False),
)
_MISSED = 3
_LONGEST_DETAIL = 500


class Kind(StrEnum):
    """What reports in."""

    STAGE = "stage"
    SOURCE = "source"
    SWEEP = "sweep"
    OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class Beat:
    """The last report of one component, and how often it said it would come."""

    component: str
    kind: Kind
    beat_at: datetime
    ok: bool
    detail: str
    every: timedelta


@dataclass(frozen=True, slots=True)
class Late:
    """A component that is behind: silent since `since`, or (`silent` False) failing with
    `detail`."""

    component: str
    kind: Kind
    since: datetime
    silent: bool
    detail: str


def behind(beats: Iterable[Beat], now: datetime) -> tuple[Late, ...]:
    """Those that missed three beats or report a failure, the longest silent first."""
    found = [
        Late(beat.component, beat.kind, beat.beat_at, silent, beat.detail)
        for beat in beats
        if (silent := now - beat.beat_at > _MISSED * beat.every) or not beat.ok
    ]
    return tuple(sorted(found, key=lambda late: (not late.silent, late.since, late.component)))


def migrate_tables(engine: sa.Engine) -> None:
    """Bring the pulse table to its newest shape."""
    migrate(engine, "stream:migrations", "stream_version")


class Pulse:
    """The reports, in SQL, so that one process can read what all others say."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def beat(
        self,
        component: str,
        kind: Kind | str,
        at: datetime,
        every: timedelta,
        ok: bool = True,
        detail: str = "",
    ) -> None:
        """`component` lives at `at` and will report again within `every`, both of the service's
        clock. Raises RetryLater."""
        values = {
            "component": component,
            "kind": Kind(kind).value,
            "beat_at": at,
            "ok": ok,
            "detail": detail[:_LONGEST_DETAIL],
            "expected_every_seconds": every.total_seconds(),
        }
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        statement = insert(_PULSE).values(values)
        statement = statement.on_conflict_do_update(
            index_elements=["component", "kind"], set_=values
        )
        with failures_named(), self._engine.begin() as link:
            link.execute(statement)

    def forget(self, component: str, kind: Kind | str) -> None:
        """`component` is no longer part of the service. Raises RetryLater."""
        gone = sa.delete(_PULSE).where(
            _PULSE.c.component == component, _PULSE.c.kind == Kind(kind).value
        )
        with failures_named(), self._engine.begin() as link:
            link.execute(gone)

    def read(self) -> tuple[Beat, ...]:
        """Every component's last report, by kind and name. Raises RetryLater."""
        asked = sa.select(_PULSE).order_by(_PULSE.c.kind, _PULSE.c.component)
        with failures_named(), reading(self._engine).begin() as link:
            rows = link.execute(asked).all()
        return tuple(
            Beat(
                row.component,
                Kind(row.kind),
                row.beat_at,
                row.ok,
                row.detail,
                timedelta(seconds=row.expected_every_seconds),
            )
            for row in rows
        )


def stage_beat(
    pulse: Pulse, component: str, clock: Clock, real_every: timedelta = timedelta(seconds=5)
) -> Callable[[bool, str], None]:
    """A `stream.worker.Beat` that reports for a stage. The worker beats in real time, the pulse
    is read in the clock's: on a fast clock the same pause is longer."""
    second = clock.real_seconds(timedelta(seconds=1))
    every = real_every / second if second > 0 else real_every

    def beat(ok: bool, detail: str) -> None:
        pulse.beat(component, Kind.STAGE, clock.now(), every, ok, detail)

    return beat
