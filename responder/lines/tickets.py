"""From the rows of a ticket and its clocks to a line of a list, as of now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from responder import labels
from responder.lines.names import Jurisdictions, unit_zh
from responder.readmodels.tickets import ClockView, TicketLine
from yuqing.domain.text import discreet


def clock_view(row: Row[Any], basis: str, now: datetime) -> ClockView:
    """A materialised clock as of `now`, which may be later than it was read."""
    status, late = row.status, row.late_seconds
    if row.stopped_at is None and status in ("running", "breached"):
        late = max(int((now - row.due).total_seconds()), 0)
        status = "breached" if now > row.due else "running"
    return ClockView(
        name=row.name,
        title=row.title,
        round=row.round,
        seq=row.seq or None,
        start=row.start,
        due=row.due,
        stopped_at=row.stopped_at,
        status=status,
        status_zh=labels.named(labels.STATUSES, status),
        late_seconds=late,
        national=row.national,
        basis=basis,
    )


def clock_views(policy: Any, rows: Sequence[Row[Any]], now: datetime) -> tuple[ClockView, ...]:
    """All clocks of one ticket, by round, due time and number."""
    basis = {rule["name"]: rule.get("basis", "") for rule in policy["clocks"]}
    views = (clock_view(row, basis.get(row.name, ""), now) for row in rows)
    return tuple(sorted(views, key=lambda v: (v.round, v.due, v.name, v.seq or 0)))


def ticket_line(
    row: Row[Any], clocks: tuple[ClockView, ...], jurisdictions: Jurisdictions
) -> TicketLine:
    """One ticket in a list; only the clocks of its present round are on it."""
    present = tuple(clock for clock in clocks if clock.round == row.round)
    running = [clock.due for clock in present if clock.status == "running"]
    return TicketLine(
        ticket_id=row.ticket_id,
        jurisdiction=row.jurisdiction,
        event_id=row.event_id,
        title=discreet(row.title),
        topic=row.topic,
        topic_zh=labels.named(labels.TOPICS, row.topic),
        state=row.state,
        state_zh=labels.named(labels.STATES, row.state),
        open=row.open,
        grade=row.grade,
        grade_zh=labels.GRADES[row.grade],
        emergency=row.emergency,
        unit=row.unit,
        unit_zh=unit_zh(jurisdictions.get(row.jurisdiction), row.unit),
        version=row.version,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        due_at=min(running, default=None),
        clocks=present,
        breached=sum(clock.status == "breached" for clock in present),
    )
