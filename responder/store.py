"""The ticket store: acts appended and state advanced in one transaction, guarded by version.

One implementation for SQLite and PostgreSQL. What an act causes to leave the house (pushes, the
message on topic `tickets`) is written to the outbox in the same transaction, and the ticket is
marked for the sweep, which reads its clocks and decides what is due next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import IntegrityError

from responder.act import Act
from responder.applying import apply
from responder.changes import Beside, Change, Decide, Look, Opening
from responder.clocks import admit
from responder.labels import ACTIONS, who
from responder.outbox import Push
from responder.rows import next_number
from responder.schema import SCRIPTS, VERSION_TABLE, outbox, tickets
from responder.stored import Stored, acts_of, insert_ticket, locked, stored_of
from responder.undelivered import unheard
from stream.sql import failures_named, migrate, reading
from yuqing.domain.errors import Conflict, NotFound


class TicketStore:
    """Tickets and their histories. All methods raise RetryLater when the database is away,
    locked or full; nothing is then half done."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def migrate(self) -> None:
        """Bring the tables to their newest shape."""
        migrate(self.engine, SCRIPTS, VERSION_TABLE)

    def open(self, opening: Opening) -> tuple[Stored, bool]:
        """The ticket of `opening`, and whether it is new: an event opens one ticket only."""
        try:
            with failures_named(), self.engine.begin() as connection:
                known = _of_event(connection, opening.event_id)
                return (known, False) if known else (_open(connection, opening), True)
        except IntegrityError:
            known = self.of_event(opening.event_id) if opening.event_id else None
            if known is None:
                raise
            return known, False

    def get(self, ticket_id: str) -> Stored:
        """One ticket. Raises NotFound."""
        return self.history(ticket_id)[0]

    def history(self, ticket_id: str) -> tuple[Stored, tuple[Act, ...]]:
        """One ticket and all its acts, read at one moment. Raises NotFound."""
        query = select(tickets).where(tickets.c.ticket_id == ticket_id)
        with failures_named(), reading(self.engine).begin() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                raise NotFound(f"没有台账 {ticket_id}")
            acts = acts_of(connection, ticket_id)
        return stored_of(row, acts), acts

    def append(
        self,
        ticket_id: str,
        expected_version: int,
        acts: Sequence[Act],
        pushes: Sequence[Push] = (),
    ) -> Stored:
        """Record `acts` on the ticket as it was read at `expected_version`.

        Raises Conflict saying who was first, NotAllowed what the engine refuses, NotFound.
        An act whose `at` lies before the last one (clocks of two machines) takes the last one's.
        """
        return self.change(
            ticket_id, lambda _stored, _acts: Change(tuple(acts), tuple(pushes)), expected_version
        )

    def change(
        self,
        ticket_id: str,
        decide: Decide,
        expected_version: int | None = None,
        beside: Beside | None = None,
    ) -> Stored:
        """Let `decide` look at the ticket under its lock, write what it says, and have `beside`
        write what must stand or fall with it."""
        with failures_named(), self.engine.begin() as connection:
            row = locked(connection, ticket_id)
            if row is None:
                raise NotFound(f"没有台账 {ticket_id}")
            acts = acts_of(connection, ticket_id)
            if expected_version is not None and expected_version != len(acts):
                raise _conflict(ticket_id, expected_version, acts)
            stored = stored_of(row, acts)
            changed = apply(connection, stored, acts, decide(stored, acts))
            if beside is not None:
                beside(connection, changed)
            return changed

    def look(self, ticket_id: str, now: datetime, decide: Look) -> bool:
        """As `change`, for the sweep: False when the ticket is no longer due at `now`, or another
        sweep or writer has it in hand (whoever writes marks it for the sweep again)."""
        with failures_named(), self.engine.begin() as connection:
            row = locked(connection, ticket_id, due_by=now)
            if row is None:
                return False
            acts = acts_of(connection, ticket_id)
            stored = stored_of(row, acts)
            lost = unheard(connection, outbox.c.ticket_id == ticket_id)
            apply(connection, stored, acts, decide(stored, acts, lost))
            return True

    def put_off(self, ticket_id: str, now: datetime) -> None:
        """The sweep cannot read the ticket: it stays due, behind those that were due before `now`,
        so that it takes nobody's turn."""
        overdue = (tickets.c.ticket_id == ticket_id) & (tickets.c.next_due_at < now)
        with failures_named(), self.engine.begin() as connection:
            connection.execute(update(tickets).where(overdue).values(next_due_at=now))

    def merge(self, ticket_id: str, version: int, into: str, act: Act) -> tuple[Stored, Stored]:
        """Record `merge` on one ticket and `absorb` on the other, together or not at all."""
        with failures_named(), self.engine.begin() as connection:
            rows = {name: locked(connection, name) for name in sorted({ticket_id, into})}
            gone, kept = rows[ticket_id], rows[into]
            if gone is None or kept is None or ticket_id == into:
                raise NotFound(f"没有可并入的台账 {into}")
            acts = acts_of(connection, ticket_id)
            if version != len(acts):
                raise _conflict(ticket_id, version, acts)
            parting = Change((act,), cancels=("assign", "acknowledge", "clock"))
            merged = apply(connection, stored_of(gone, acts), acts, parting)
            theirs, absorb = acts_of(connection, into), _absorb(merged, act)
            return merged, apply(connection, stored_of(kept, theirs), theirs, Change((absorb,)))

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """The tickets that the sweep must look at by `now`, most overdue first."""
        query = (
            select(tickets.c.ticket_id)
            .where(tickets.c.next_due_at <= now)
            .order_by(tickets.c.next_due_at)
            .limit(limit)
        )
        with failures_named(), reading(self.engine).begin() as connection:
            return tuple(connection.execute(query).scalars())

    def next_look(self) -> datetime | None:
        """When the sweep must look at a ticket next, if ever; past when it is behind."""
        query = select(func.min(tickets.c.next_due_at))
        with failures_named(), reading(self.engine).begin() as connection:
            return connection.execute(query).scalar()

    def of_event(self, event_id: str) -> Stored | None:
        """The ticket that the event opened, if it did."""
        with failures_named(), reading(self.engine).begin() as connection:
            return _of_event(connection, event_id)


def _open(connection: Connection, opening: Opening) -> Stored:
    year = opening.act.at.astimezone(ZoneInfo(opening.zone)).year
    number = next_number(connection, opening.jurisdiction, year)
    ticket_id = f"{opening.jurisdiction.upper()}-{year}-{number:06d}"
    stored = Stored(
        ticket_id=ticket_id,
        jurisdiction=opening.jurisdiction,
        event_id=opening.event_id,
        title=opening.title,
        topic=opening.topic,
        disposition=opening.disposition,
        places=opening.places,
        policy=opening.policy,
        routing=opening.routing,
        ticket=admit((), opening.act, opening.policy),
        origin=opening.origin,
    )
    insert_ticket(connection, stored, opening.act)
    acts = (opening.act, *opening.follow)
    change = Change(acts, announce=opening.announce, waits=opening.waits)
    return apply(connection, stored, (), change)


def _of_event(connection: Connection, event_id: str | None) -> Stored | None:
    if event_id is None:
        return None
    query = select(tickets).where(tickets.c.event_id == event_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else stored_of(row, acts_of(connection, row.ticket_id))


def _absorb(merged: Stored, act: Act) -> Act:
    times = merged.ticket
    data = {"from": merged.ticket_id, "discovered_at": times.discovered_at.isoformat()}
    if times.first_posted_at is not None:
        data["first_posted_at"] = times.first_posted_at.isoformat()
    return Act(act.at, act.who, "absorb", data)


def _conflict(ticket_id: str, expected: int, acts: Sequence[Act]) -> Conflict:
    if expected > len(acts):
        return Conflict(f"台账 {ticket_id} 没有版本 {expected}，现为 {len(acts)}")
    first = acts[expected]
    what = ACTIONS.get(first.action, first.action)
    return Conflict(
        f"台账 {ticket_id} 已由 {who(first.who)} 先行“{what}”（第 {expected + 1} 条），请刷新再试"
    )
