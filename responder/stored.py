"""One ticket between its rows and its values: reading, locking and writing within a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from responder.act import Act
from responder.clocks import Reading, Status, read_clocks
from responder.copies import plain
from responder.labels import by_machine
from responder.policy import policy_from_data, policy_to_data
from responder.schema import ticket_clocks, ticket_events, tickets
from responder.ticket import Ticket, replay
from yuqing.domain.errors import Conflict
from yuqing.domain.jurisdiction import Policy


@dataclass(frozen=True, slots=True)
class Stored:
    """A ticket as the store keeps it: `ticket` is the fold of its acts, `policy` the copy made
    at its opening, `routing` the reasons for the unit proposed then."""

    ticket_id: str
    jurisdiction: str
    event_id: str | None
    title: str
    topic: str
    disposition: str
    places: tuple[str, ...]
    policy: Policy
    routing: tuple[str, ...]
    ticket: Ticket
    origin: str | None = None

    @property
    def version(self) -> int:
        """The number of acts recorded."""
        return self.ticket.acts


def locked(
    connection: Connection, ticket_id: str, due_by: datetime | None = None
) -> Row[Any] | None:
    """The ticket's row, held until the transaction ends (SQLite holds the whole database).

    With `due_by` only when the sweep must look at it by then and nobody else holds it.
    """
    query = select(tickets).where(tickets.c.ticket_id == ticket_id)
    if due_by is not None:
        query = query.where(tickets.c.next_due_at <= due_by)
    query = query.with_for_update(skip_locked=due_by is not None)
    return connection.execute(query).one_or_none()


def acts_of(connection: Connection, ticket_id: str) -> tuple[Act, ...]:
    """The whole history, in order."""
    query = (
        select(ticket_events)
        .where(ticket_events.c.ticket_id == ticket_id)
        .order_by(ticket_events.c.position)
    )
    rows = connection.execute(query)
    return tuple(Act(row.at, row.who, row.action, row.data) for row in rows)


def stored_of(row: Row[Any], acts: Sequence[Act]) -> Stored:
    """The value of a row and its history."""
    return Stored(
        ticket_id=row.ticket_id,
        jurisdiction=row.jurisdiction,
        event_id=row.event_id,
        title=row.title,
        topic=row.topic,
        disposition=row.disposition,
        places=tuple(row.places),
        policy=policy_from_data(row.policy),
        routing=tuple(row.routing),
        ticket=replay(acts),
        origin=row.origin,
    )


def insert_ticket(connection: Connection, stored: Stored, opening: Act) -> None:
    """The row of a ticket about to be opened; `write` fills in what its acts make of it."""
    row = {
        "ticket_id": stored.ticket_id,
        "jurisdiction": stored.jurisdiction,
        "event_id": stored.event_id,
        "origin": stored.origin,
        "title": stored.title,
        "topic": stored.topic,
        "disposition": stored.disposition,
        "places": list(stored.places),
        "policy": plain(policy_to_data(stored.policy)),
        "routing": list(stored.routing),
        "opened_at": opening.at,
        "opened_by": opening.who,
    }
    standing = _standing(stored.ticket, (opening,)) | {"version": 0}
    connection.execute(insert(tickets), row | standing)


def write(
    connection: Connection,
    stored: Stored,
    history: Sequence[Act],
    steps: Sequence[Ticket],
    now: datetime,
    next_look: datetime | None,
) -> Sequence[Reading]:
    """Append the last `len(steps)` acts of `history` (`steps`: the ticket after each) and renew
    what is derived; returns the clocks. Raises Conflict when another writer came between."""
    before = len(history) - len(steps)
    _append(connection, stored.ticket_id, history, steps)
    readings = read_clocks(history, stored.policy, now)
    running = [one.due for one in readings if one.status is Status.RUNNING]
    derived = {"due_at": min(running, default=None), "next_due_at": next_look}
    done = connection.execute(
        update(tickets)
        .where(tickets.c.ticket_id == stored.ticket_id, tickets.c.version == before)
        .values(_standing(stored.ticket, history) | derived)
    )
    if done.rowcount != 1:
        raise Conflict(f"台账 {stored.ticket_id} 同时被他人修改，请刷新后再试")
    _write_clocks(connection, stored, readings, now)
    return readings


def _append(
    connection: Connection, ticket_id: str, history: Sequence[Act], steps: Sequence[Ticket]
) -> None:
    before = len(history) - len(steps)
    state = None if before == 0 else replay(history[:before]).state
    for position, (act, ticket) in enumerate(zip(history[before:], steps, strict=True), before):
        row = {
            "ticket_id": ticket_id,
            "position": position,
            "at": act.at,
            "who": act.who,
            "action": act.action,
            "data": plain(act.data),
            "from_state": state,
            "to_state": ticket.state,
        }
        connection.execute(insert(ticket_events), row)
        state = ticket.state


def _standing(ticket: Ticket, history: Sequence[Act]) -> dict[str, Any]:
    return {
        "state": ticket.state.value,
        "open": ticket.is_open,
        "grade": int(ticket.grade),
        "emergency": ticket.emergency,
        "graded_by_human": graded_by_human(history),
        "unit": ticket.unit,
        "co_units": list(ticket.co_units),
        "round": ticket.round,
        "version": ticket.acts,
        "merged_into": ticket.merged_into,
        "spokesperson": spokesperson_of(history),
        "first_posted_at": ticket.first_posted_at,
        "discovered_at": ticket.discovered_at,
        "assigned_at": ticket.assigned_at,
        "changed_at": ticket.last_at,
    }


def graded_by_human(acts: Sequence[Act]) -> bool:
    """True when a person has graded, an opening by hand included; no key is a person."""
    return any(not by_machine(act.who) for act in acts if act.action in ("open", "grade"))


def spokesperson_of(acts: Sequence[Act]) -> str | None:
    """第一新闻发言人: who spoke last as the principal, evidence struck since left out."""
    struck = {act.data.get("event") for act in acts if act.action == "strike"}
    voices = [
        act.data.get("speaker")
        for position, act in enumerate(acts)
        if act.data.get("principal") is True and position not in struck
    ]
    return str(voices[-1]) if voices and voices[-1] else None


def _write_clocks(
    connection: Connection, stored: Stored, readings: Sequence[Reading], now: datetime
) -> None:
    mine = ticket_clocks.c.ticket_id == stored.ticket_id
    connection.execute(delete(ticket_clocks).where(mine))
    rows = [
        {
            "ticket_id": stored.ticket_id,
            "name": one.name,
            "round": one.round,
            "seq": one.seq or 0,
            "title": one.title,
            "national": one.national,
            "unit": stored.ticket.unit,
            "start": one.start,
            "due": one.due,
            "stopped_at": one.stopped_at,
            "status": one.status.value,
            "late_seconds": one.late_seconds,
            "read_at": now,
        }
        for one in readings
    ]
    if rows:
        connection.execute(insert(ticket_clocks), rows)
