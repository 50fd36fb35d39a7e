"""Whose list a ticket is on, what it waits for, and the tallies: lists that cost the same however
many tickets are open. `ticket_units` goes, its rows are scopes now."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from stream.sql import UtcDateTime

revision = "ticket_lists"
down_revision = "webhook_numbers"
branch_labels = None
depends_on = None

_NEWEST = ("opened_at", "ticket_id")
_LISTS = {
    "ticket": ("ticket_id",),
    "all": ("scope", *_NEWEST),
    "open": ("scope", "open", *_NEWEST),
    "state": ("scope", "state", *_NEWEST),
    "grade": ("scope", "open", "grade", *_NEWEST),
    "late": ("scope", "open", "late", *_NEWEST),
    "gravest": ("scope", "state", sa.text("grade DESC"), sa.text("emergency DESC"), *_NEWEST),
}


def upgrade() -> None:
    scopes, tallies = _scopes(), _tallies()
    _waits()
    _fill(scopes, tallies)
    for name, columns in _LISTS.items():
        op.create_index(f"ticket_scopes_{name}", "ticket_scopes", list(columns))
    urgent = sa.text("urgent_at IS NOT NULL")
    op.create_index(
        "ticket_scopes_urgent",
        "ticket_scopes",
        ["scope", "urgent_at", "ticket_id"],
        sqlite_where=urgent,
        postgresql_where=urgent,
    )
    op.drop_table("ticket_units")
    _indices()


def _scopes() -> sa.Table:
    return op.create_table(
        "ticket_scopes",
        sa.Column("scope", sa.String(130), nullable=False),
        sa.Column("ticket_id", sa.String(96), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("urgent_at", UtcDateTime()),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("breached", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"]),
        sa.PrimaryKeyConstraint("scope", "ticket_id"),
    )


def _tallies() -> sa.Table:
    return op.create_table(
        "ticket_tallies",
        sa.Column("scope", sa.String(130), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "kind", "name", "grade"),
    )


def _waits() -> None:
    op.create_table(
        "ticket_waits",
        sa.Column("queue", sa.String(200), nullable=False),
        sa.Column("ticket_id", sa.String(96), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"]),
        sa.PrimaryKeyConstraint("queue", "ticket_id"),
    )
    op.create_index("ticket_waits_ticket", "ticket_waits", ["ticket_id"])
    op.create_index("ticket_waits_oldest", "ticket_waits", ["queue", "opened_at", "ticket_id"])


def _fill(scopes: sa.Table, tallies: sa.Table) -> None:
    link, known = op.get_bind(), sa.MetaData()
    tickets = sa.Table("tickets", known, autoload_with=link)
    units = sa.Table("ticket_units", known, autoload_with=link)
    clocks = sa.Table("ticket_clocks", known, autoload_with=link)
    standing = _standing(tickets, clocks)
    unit = tickets.c.jurisdiction + "/" + units.c.unit
    helping = units.c.ticket_id == tickets.c.ticket_id
    names = [column.name for column in scopes.c]
    for rows in (
        sa.select(sa.literal(""), *standing),
        sa.select(tickets.c.jurisdiction, *standing),
        sa.select(unit, *standing).where(helping),
    ):
        link.execute(sa.insert(scopes).from_select(names, rows))
    _count(link, scopes, tallies)
    # What a ticket waits for depends on the jurisdiction's file, which the sweep knows.
    acts = sa.Table("ticket_events", known, autoload_with=link)
    asked = sa.exists().where(acts.c.ticket_id == tickets.c.ticket_id, acts.c.action == "consult")
    grave = sa.or_(tickets.c.grade >= 3, tickets.c.emergency)
    may_wait = sa.or_(tickets.c.state == "in_review", grave, asked)
    looked = sa.update(tickets).where(tickets.c.open, may_wait)
    link.execute(looked.values(next_due_at=tickets.c.changed_at))


def _standing(tickets: sa.Table, clocks: sa.Table) -> list[sa.ColumnElement[Any]]:
    mine = clocks.c.ticket_id == tickets.c.ticket_id
    present = sa.and_(mine, tickets.c.open, clocks.c.round == tickets.c.round)
    unstopped = sa.and_(
        present, clocks.c.stopped_at.is_(None), clocks.c.status.in_(("running", "breached"))
    )
    found: list[sa.ColumnElement[Any]] = [
        *(tickets.c.ticket_id, tickets.c.open, tickets.c.state, tickets.c.grade),
        *(tickets.c.emergency, tickets.c.opened_at),
        sa.select(sa.func.min(clocks.c.due)).where(unstopped).scalar_subquery(),
        sa.exists().where(mine, clocks.c.status == "breached"),
    ]
    for status in ("running", "breached"):
        number = sa.select(sa.func.count()).select_from(clocks)
        found.append(number.where(present, clocks.c.status == status).scalar_subquery())
    return found


def _count(link: sa.Connection, scopes: sa.Table, tallies: sa.Table) -> None:
    names = ["scope", "kind", "name", "grade", "number"]
    states = sa.select(
        *(scopes.c.scope, sa.literal("state"), scopes.c.state, scopes.c.grade, sa.func.count())
    ).group_by(scopes.c.scope, scopes.c.state, scopes.c.grade)
    link.execute(sa.insert(tallies).from_select(names, states))
    for column in (scopes.c.running, scopes.c.breached):
        number = sa.func.sum(column)
        clocks = sa.select(
            *(scopes.c.scope, sa.literal("clock"), sa.literal(column.name), sa.literal(0), number)
        ).group_by(scopes.c.scope)
        link.execute(sa.insert(tallies).from_select(names, clocks.having(number > 0)))


def _indices() -> None:
    op.create_index(
        "tickets_lead",
        "tickets",
        ["jurisdiction", "unit", "state", sa.text("grade DESC"), *_NEWEST],
    )
    op.create_index("tickets_topic", "tickets", ["jurisdiction", "open", "topic", *_NEWEST])
    op.create_index("tickets_opened", "tickets", ["jurisdiction", "opened_at"])
    op.create_index("outbox_log", "outbox", ["state", "kind", "outbox_id"])
    op.create_index("outbox_purpose", "outbox", ["purpose", "kind", "outbox_id"])
    op.drop_index("outbox_ticket", "outbox")
    op.create_index("outbox_ticket", "outbox", ["ticket_id", "kind", "purpose", "state"])
    op.drop_index("event_copies_list", "event_copies")
    latest = ["last_posted_at", "event_id"]
    op.create_index("event_copies_list", "event_copies", ["jurisdiction", *latest])
    op.create_index("event_copies_latest", "event_copies", latest)
    op.drop_index("tickets_list", "tickets")
    op.drop_index("tickets_unit", "tickets")
    op.drop_index("ticket_clocks_standing", "ticket_clocks")
    op.drop_index("notices_audience", "notices")
    op.create_index("notices_audience", "notices", ["audience", "at", "notice_id"])
    op.create_index("notices_home", "notices", ["audience", "jurisdiction", "at", "notice_id"])
