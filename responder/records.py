"""A ticket as it leaves the house: enough to recompute it elsewhere, without the service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from responder.lines.masking import masked
from responder.schema import ticket_events


def record_of(
    connection: Connection, row: Row[Any], now: datetime, show: Callable[[Any], Any] = masked
) -> dict[str, Any]:
    """{id, policy, now, events [{at, who, action, data, from, to}]} of the ticket `row`.

    One line of what `yuqing clocks` reads; times ISO 8601 in UTC. Personal numbers are masked,
    unless `show` is another.
    """
    query = (
        select(ticket_events)
        .where(ticket_events.c.ticket_id == row.ticket_id)
        .order_by(ticket_events.c.position)
    )
    return {
        "id": row.ticket_id,
        "policy": row.policy,
        "now": max(now, row.changed_at).isoformat(),
        "events": [_event(one, show) for one in connection.execute(query)],
    }


def _event(row: Row[Any], show: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(),
        "who": row.who,
        "action": row.action,
        "data": show(row.data),
        "from": row.from_state,
        "to": row.to_state,
    }
