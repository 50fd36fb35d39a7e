"""Whose lists a ticket is on, and the tallies of each: kept with the ticket, in its transaction.

A scope is what one person sees: everything, a jurisdiction, or a unit of one. Each ticket has a row
a scope; the tallies count those rows and are moved by what an act changes of them, under the lock
of the audit log's head, so that two writers never wait for each other crosswise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from responder.audit import hold_head
from responder.clocks import Reading, Status
from responder.people import Person, Role
from responder.rows import add_up
from responder.schema_lists import ticket_scopes, ticket_tallies
from responder.stored import Stored

EVERYTHING = ""
Tally = tuple[str, str, str, int]
"""Scope, kind, name, grade."""


def scope_of(person: Person, jurisdiction: str | None = None) -> str | None:
    """The scope that `person` sees, of `jurisdiction` only if given; None: nothing."""
    if jurisdiction is not None and person.jurisdiction not in (None, jurisdiction):
        return None
    home = person.jurisdiction or jurisdiction
    if person.role is not Role.UNIT:
        return home or EVERYTHING
    return of_unit(home, person.unit) if home and person.unit else None


def of_unit(jurisdiction: str, unit: str) -> str:
    """The scope of one unit: what it is charged with and what it helps with."""
    return f"{jurisdiction}/{unit}"


def scopes_of(stored: Stored) -> tuple[str, ...]:
    """Every scope that the ticket is in."""
    ticket = stored.ticket
    units = sorted({unit for unit in (ticket.unit, *ticket.co_units) if unit})
    home = stored.jurisdiction
    return (EVERYTHING, home, *(of_unit(home, unit) for unit in units))


def keep_scopes(
    connection: Connection, stored: Stored, opened_at: datetime, readings: Sequence[Reading]
) -> None:
    """Renew the ticket's rows and the tallies, within the caller's transaction; to be called when
    all else is written."""
    mine = ticket_scopes.c.ticket_id == stored.ticket_id
    known = [dict(row) for row in connection.execute(select(ticket_scopes).where(mine)).mappings()]
    standing = _standing(stored, opened_at, readings)
    wanted = [{"scope": scope} | standing for scope in scopes_of(stored)]
    if sorted(known, key=_scope) == sorted(wanted, key=_scope):
        return
    connection.execute(delete(ticket_scopes).where(mine))
    connection.execute(insert(ticket_scopes), wanted)
    _move(connection, tallied(known), tallied(wanted))


def tallied(rows: Iterable[Mapping[str, Any]]) -> Counter[Tally]:
    """What `rows` of ticket_scopes count for."""
    found: Counter[Tally] = Counter()
    for row in rows:
        found[row["scope"], "state", row["state"], row["grade"]] += 1
        for status in (Status.RUNNING.value, Status.BREACHED.value):
            if row[status]:
                found[row["scope"], "clock", status, 0] += row[status]
    return found


def _standing(stored: Stored, opened_at: datetime, readings: Sequence[Reading]) -> dict[str, Any]:
    ticket = stored.ticket
    present = [one for one in readings if ticket.is_open and one.round == ticket.round]
    unstopped = [
        one.due
        for one in present
        if one.stopped_at is None and one.status in (Status.RUNNING, Status.BREACHED)
    ]
    return {
        "ticket_id": stored.ticket_id,
        "open": ticket.is_open,
        "state": ticket.state.value,
        "grade": int(ticket.grade),
        "emergency": ticket.emergency,
        "opened_at": opened_at,
        "urgent_at": min(unstopped, default=None),
        "late": any(one.status is Status.BREACHED for one in readings),
        "running": sum(one.status is Status.RUNNING for one in present),
        "breached": sum(one.status is Status.BREACHED for one in present),
    }


def _scope(row: Mapping[str, Any]) -> str:
    return str(row["scope"])


def _move(connection: Connection, before: Counter[Tally], after: Counter[Tally]) -> None:
    changed = {key: after[key] - before[key] for key in sorted({*before, *after})}
    names = ("scope", "kind", "name", "grade")
    rows = [
        dict(zip(names, key, strict=True)) | {"number": by} for key, by in changed.items() if by
    ]
    if rows:
        hold_head(connection)
        add_up(connection, ticket_tallies, names, "number", rows)
