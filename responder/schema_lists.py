"""The tables behind the lists: whose list a ticket is on, whom it waits for, how many there are.

All three are derived from `tickets` and its history, in the transaction of the act, so that a list,
a queue or a number at the top of the console costs the same with a hundred thousand open tickets.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from responder.schema import metadata, tickets
from stream.sql import UtcDateTime

SCOPE = 130
"""Two codes of 64 characters and what stands between them."""

ticket_scopes = Table(
    "ticket_scopes",
    metadata,
    Column("scope", String(SCOPE), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("open", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("grade", Integer, nullable=False),
    Column("emergency", Boolean, nullable=False),
    Column("opened_at", UtcDateTime(), nullable=False),
    Column("urgent_at", UtcDateTime()),
    Column("late", Boolean, nullable=False),
    Column("running", Integer, nullable=False),
    Column("breached", Integer, nullable=False),
)
"""A row for everybody, one for the jurisdiction, one for each unit that sees it. `urgent_at` is the
earliest due time of an unstopped clock of the present round, null once the ticket is not open;
`late`: some clock of any round was late when read; `running` and `breached` are how many clocks of
the present round the tallies count for it."""

_S = ticket_scopes.c
NEWEST = (_S.opened_at, _S.ticket_id)
Index("ticket_scopes_ticket", _S.ticket_id)
Index("ticket_scopes_all", _S.scope, *NEWEST)
Index("ticket_scopes_open", _S.scope, _S.open, *NEWEST)
Index("ticket_scopes_state", _S.scope, _S.state, *NEWEST)
Index("ticket_scopes_grade", _S.scope, _S.open, _S.grade, *NEWEST)
Index("ticket_scopes_late", _S.scope, _S.open, _S.late, *NEWEST)
Index(
    "ticket_scopes_gravest",
    *(_S.scope, _S.state, _S.grade.desc(), _S.emergency.desc(), *NEWEST),
)
URGENT = text("urgent_at IS NOT NULL")
Index(
    "ticket_scopes_urgent",
    *(_S.scope, _S.urgent_at, _S.ticket_id),
    sqlite_where=URGENT,
    postgresql_where=URGENT,
)

ticket_waits = Table(
    "ticket_waits",
    metadata,
    Column("queue", String(200), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("opened_at", UtcDateTime(), nullable=False),
    Index("ticket_waits_ticket", "ticket_id"),
    Index("ticket_waits_oldest", "queue", "opened_at", "ticket_id"),
)
"""Tickets that wait for a reviewer, an opinion, a publication or a report, by whom they wait for:
where to look, while the history says whether it is so."""

ticket_tallies = Table(
    "ticket_tallies",
    metadata,
    Column("scope", String(SCOPE), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("grade", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
)
"""How many of `ticket_scopes`: of kind `state` tickets by state and grade, of kind `clock` their
clocks by status (grade 0)."""

Index(
    "tickets_lead",
    *(tickets.c.jurisdiction, tickets.c.unit, tickets.c.state, tickets.c.grade.desc()),
    *(tickets.c.opened_at, tickets.c.ticket_id),
)
