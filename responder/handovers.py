"""交接班 on record: duty given by one and acknowledged by the next; until then both are pushed, and
one that nobody takes is chased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select, update

from responder.audit import Entry
from responder.audit import note as noted
from responder.labels import MACHINE
from responder.outbox import Push, cancel_pushes, put_pushes
from responder.registers import beyond
from responder.reliefs import STEPS, TITLES, Call, due_calls, span
from responder.roster import Handover
from responder.schema import handovers, outbox
from responder.undelivered import unheard
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, NotFound
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.roster import Contact
from yuqing.domain.text import discreet


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """One handover as shown; `taken_at` None: not acknowledged yet; `called_zh` who was told since
    that nobody takes it."""

    handover_id: int
    jurisdiction: str
    unit: str
    giver: str
    taker: str
    note: str
    given_at: datetime
    taken_by: str | None
    taken_at: datetime | None
    called_zh: tuple[str, ...] = ()


class Handovers:
    """The record of handovers. All methods raise RetryLater when the store is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(
        self,
        jurisdiction: Jurisdiction,
        unit: str,
        people: tuple[str, Contact],
        note: str,
        by: str,
        now: datetime,
    ) -> HandoverLine:
        """Hand the duty of `unit` over: `people` are the giver's name and the taker, who is
        pushed. Raises Conflict while an earlier handover of the unit is not acknowledged."""
        giver, taker = people
        row = {"jurisdiction": jurisdiction.code, "unit": unit, "giver": giver, "note": note}
        row |= {"taker": taker.name, "given_by": by}
        with failures_named(), self._engine.begin() as connection:
            mine = (handovers.c.jurisdiction == jurisdiction.code) & (handovers.c.unit == unit)
            waits = select(handovers.c.taker).where(mine, handovers.c.taken_at.is_(None))
            if (waiting := connection.execute(waits).scalar()) is not None:
                raise Conflict(f"上一次交班尚待“{waiting}”签收接班")
            made = insert(handovers).values(**row, given_at=now).returning(handovers.c.handover_id)
            number = connection.execute(made).scalar_one()
            put_pushes(connection, [_asks(jurisdiction, number, unit, taker, note, now)], now)
            told = {"jurisdiction": jurisdiction.code, "unit": unit}
            noted(connection, Entry(now, by, "handed_over", f"handover:{number}", told))
            return _line(_row(connection, number))

    def take(self, handover_id: int, by: str, now: datetime) -> HandoverLine:
        """Acknowledge: from now on the taker alone is on duty. Raises NotFound, or Conflict when
        somebody has acknowledged it already."""
        with failures_named(), self._engine.begin() as connection:
            row = _row(connection, handover_id)
            if row.taken_at is not None:
                raise Conflict(f"交班已由 {row.taken_by} 签收")
            free = (handovers.c.handover_id == handover_id) & handovers.c.taken_at.is_(None)
            taken = update(handovers).where(free).values(taken_by=by, taken_at=now)
            if connection.execute(taken).rowcount != 1:
                raise Conflict("交班已由他人签收")
            cancel_pushes(connection, _pushes_of(handover_id))
            told = {"jurisdiction": row.jurisdiction, "unit": row.unit}
            noted(connection, Entry(now, by, "took_over", f"handover:{handover_id}", told))
            return _line(_row(connection, handover_id))

    def get(self, handover_id: int) -> HandoverLine:
        """One handover. Raises NotFound."""
        with failures_named(), reading(self._engine).begin() as connection:
            return _line(_row(connection, handover_id))

    def given_by(self, handover_id: int) -> str:
        """The login of who gave it. Raises NotFound."""
        with failures_named(), reading(self._engine).begin() as connection:
            return str(_row(connection, handover_id).given_by)

    def recent(
        self,
        jurisdiction: str,
        unit: str | None = None,
        size: int = 50,
        after: str | None = None,
    ) -> tuple[HandoverLine, ...]:
        """The latest handovers, of one unit or of all, newest first; `after` is TIME|NUMBER of the
        last of the page before. Raises InvalidMessage."""
        order = (handovers.c.given_at.desc(), handovers.c.handover_id.desc())
        query = select(handovers).where(handovers.c.jurisdiction == jurisdiction)
        if unit is not None:
            query = query.where(handovers.c.unit == unit)
        if after is not None:
            query = query.where(beyond(handovers.c.given_at, handovers.c.handover_id, after))
        query = query.order_by(*order).limit(size)
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_line(row) for row in connection.execute(query))

    def waiting(self, now: datetime) -> Mapping[str, Sequence[Handover]]:
        """Those not acknowledged at `now`, by jurisdiction."""
        query = select(handovers).where(handovers.c.taken_at.is_(None))
        found: defaultdict[str, list[Handover]] = defaultdict(list)
        with failures_named(), reading(self._engine).begin() as connection:
            for row in connection.execute(query.where(handovers.c.given_at <= now)):
                found[row.jurisdiction].append(_value(row))
        return found

    def call_due(self, jurisdictions: Mapping[str, Jurisdiction], now: datetime) -> int:
        """Make the calls that are due at `now` for handovers that nobody takes; returns how many.

        Any number may look at once and as late as they like: each call is made once, in order.
        """
        query = select(handovers.c.handover_id, handovers.c.jurisdiction)
        query = query.where(handovers.c.taken_at.is_(None), handovers.c.given_at <= now)
        with failures_named(), reading(self._engine).begin() as connection:
            waiting = connection.execute(query.order_by(handovers.c.handover_id)).all()
        homes = ((row.handover_id, jurisdictions.get(row.jurisdiction)) for row in waiting)
        return sum(self._call(number, home, now) for number, home in homes if home)

    def _call(self, handover_id: int, home: Jurisdiction, now: datetime) -> int:
        free = (handovers.c.handover_id == handover_id) & handovers.c.taken_at.is_(None)
        with failures_named(), self._engine.begin() as connection:
            query = select(handovers).where(free).with_for_update(skip_locked=True)
            row = connection.execute(query).one_or_none()
            calls = _due(connection, row, home, now) if row else ()
            if row is None or not calls:
                return 0
            pushes = [_push(row, home, call, now) for call in calls if call.contacts]
            put_pushes(connection, pushes, now)
            called = calls[-1].number + 1
            connection.execute(update(handovers).where(free).values(called=called))
            told = {"jurisdiction": home.code, "unit": row.unit}
            told |= {"called": [call.target for call in calls]}
            subject = f"handover:{handover_id}"
            noted(connection, Entry(now, MACHINE, "handover_chased", subject, told))
        return len(calls)


def waiting_in(connection: Connection, jurisdiction: str) -> tuple[Handover, ...]:
    """The handovers of `jurisdiction` that nobody has taken yet, within the caller's
    transaction."""
    query = select(handovers).where(handovers.c.taken_at.is_(None))
    mine = query.where(handovers.c.jurisdiction == jurisdiction)
    return tuple(_value(row) for row in connection.execute(mine))


def _due(
    connection: Connection, row: Row[Any], home: Jurisdiction, now: datetime
) -> tuple[Call, ...]:
    lost = unheard(connection, _pushes_of(row.handover_id))
    targets = [one.key.split(":")[2] if one.key.count(":") > 1 else "asked" for one in lost]
    return due_calls(_value(row), home, now, row.called, targets)


def _value(row: Row[Any]) -> Handover:
    return Handover(row.unit, row.giver, row.taker, row.given_at, row.taken_at)


def _pushes_of(handover_id: int) -> ColumnElement[bool]:
    return outbox.c.key.like(f"handover:{handover_id}:%")


def _push(row: Row[Any], home: Jurisdiction, call: Call, now: datetime) -> Push:
    known = home.unit(row.unit)
    name = known.name if known else row.unit
    late = span(now - row.given_at)
    return Push(
        key=f"handover:{row.handover_id}:{call.target}",
        purpose="duty",
        audience="role:leader" if call.unit == "leader" else f"unit:{call.unit}",
        jurisdiction=home.code,
        title=f"{'请签收接班' if call.target == 'taker' else '接班无人签收'}：{name}",
        body=f"{row.giver}交班给{row.taker}，已过{late}无人签收；签收之前{row.giver}仍在班。"
        f"\n交班说明：{discreet(row.note)}",
        link="/roster",
        due_at=now,
        recipients=tuple((one.name, one.channels) for one in call.contacts),
    )


def _asks(
    jurisdiction: Jurisdiction, number: int, unit: str, taker: Contact, note: str, now: datetime
) -> Push:
    known = jurisdiction.unit(unit)
    return Push(
        key=f"handover:{number}",
        purpose="duty",
        audience=f"unit:{unit}",
        jurisdiction=jurisdiction.code,
        title=f"请签收接班：{known.name if known else unit}",
        body=f"接班人：{taker.name}\n交班说明：{discreet(note)}",
        link="/notices",
        due_at=now,
        recipients=((taker.name, taker.channels),),
    )


def _row(connection: Connection, handover_id: int) -> Row[Any]:
    query = select(handovers).where(handovers.c.handover_id == handover_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"没有交接班记录 {handover_id}")
    return row


def _line(row: Row[Any]) -> HandoverLine:
    names = [name for name in HandoverLine.__dataclass_fields__ if name != "called_zh"]
    called = tuple(TITLES[step] for step in STEPS[: row.called])
    told = {name: getattr(row, name) for name in names}
    return HandoverLine(**told | {"note": discreet(row.note)}, called_zh=called)
