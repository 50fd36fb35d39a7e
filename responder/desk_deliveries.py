"""推送记录: every push that left or is to leave the house, for whom, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from responder.desk_reading import ReadingDesk, page_size
from responder.labels import PUSH_PURPOSES, PUSH_STATES
from responder.lines.pushes import push_line
from responder.people import Person, Role, names_of
from responder.readmodels.pushes import DeliveryLine
from responder.registers import visible
from responder.schema import outbox, tickets
from stream.sql import failures_named, reading
from yuqing.domain.errors import InvalidMessage


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which pushes; empty: all. `ticket` is a number."""

    state: str = ""
    purpose: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryListing:
    """One page, the newest written first; `next` is the `before` of the following page."""

    lines: tuple[DeliveryLine, ...]
    next: int | None


class DeliveryDesk(ReadingDesk):
    """The log of pushes, narrowed to what each may see."""

    def deliveries(
        self, person: Person, wanted: DeliveryFilter, size: int = 50, before: int | None = None
    ) -> DeliveryListing:
        """Pushes about tickets that `person` may see, and of the own jurisdiction (a unit: of the
        own unit) those that are about none. Raises InvalidMessage."""
        rules = [outbox.c.kind == "push", _mine(person), *_rules(wanted)]
        if before is not None:
            rules.append(outbox.c.outbox_id < before)
        query = (
            select(outbox, tickets.c.jurisdiction.label("home"))
            .outerjoin(tickets, tickets.c.ticket_id == outbox.c.ticket_id)
            .where(*rules)
            .order_by(outbox.c.outbox_id.desc())
            .limit(page_size(size) + 1)
        )
        with failures_named(), reading(self._engine).begin() as connection:
            rows = connection.execute(query).all()
        names = names_of(self._engine)
        lines = tuple(self._delivery(row, names) for row in rows[:size])
        return DeliveryListing(lines, lines[-1].push.push_id if len(rows) > size else None)

    def _delivery(self, row: Row[Any], names: Mapping[str, str]) -> DeliveryLine:
        home = self._jurisdictions.get(row.home or str(row.payload.get("jurisdiction")))
        recipient = str(row.payload.get("recipient", ""))
        return DeliveryLine(push_line(row, home, names), row.ticket_id, recipient, row.created_at)


def _mine(person: Person) -> ColumnElement[bool]:
    about = and_(outbox.c.ticket_id.is_not(None), visible(person))
    apart: list[ColumnElement[bool]] = [outbox.c.ticket_id.is_(None)]
    if person.jurisdiction is not None:
        apart.append(outbox.c.payload["jurisdiction"].as_string() == person.jurisdiction)
    if person.role is Role.UNIT:
        apart.append(outbox.c.target == f"unit:{person.unit}")
    return or_(about, and_(*apart))


def _rules(wanted: DeliveryFilter) -> Sequence[ColumnElement[bool]]:
    if wanted.state and wanted.state not in PUSH_STATES:
        raise InvalidMessage(f"state: 没有推送状态 {wanted.state}")
    if wanted.purpose and wanted.purpose not in PUSH_PURPOSES:
        raise InvalidMessage(f"purpose: 没有推送类别 {wanted.purpose}")
    pairs = (
        (outbox.c.state, wanted.state),
        (outbox.c.purpose, wanted.purpose),
        (outbox.c.ticket_id, wanted.ticket),
    )
    return [column == value for column, value in pairs if value]
