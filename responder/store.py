"""The ticket store: acts appended and state advanced in one transaction, guarded by version.

One implementation for SQLite and PostgreSQL. What an act causes to leave the house (pushes, the
message on topic `tickets`) is written to the outbox in the same transaction, and the ticket is
marked for the sweep, which reads its clocks and decides what is due next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, false, func, not_, or_, select, update
from sqlalchemy.exc import IntegrityError

from responder.act import Act
from responder.audit import Entry, note, noted_act
from responder.clocks import admit
from responder.handovers import waiting_in
from responder.hooks import put_hooks
from responder.labels import ACTIONS, who
from responder.outbox import Push, cancel, cancel_pushes, put_change, put_pushes
from responder.roster import Handover
from responder.rows import next_number
from responder.schema import SCRIPTS, VERSION_TABLE, outbox, tickets
from responder.scopes import keep_scopes
from responder.stored import Stored, acts_of, insert_ticket, locked, stored_of, write
from responder.ticket import Ticket
from responder.undelivered import Unheard, unheard
from responder.waits import Waits, keep_waits
from stream.messages import TicketChanged
from stream.sql import failures_named, migrate, reading
from yuqing.domain.errors import Conflict, NotFound
from yuqing.domain.jurisdiction import Policy

Announce = Callable[[Stored, Sequence[Act], int, Sequence[Handover]], Sequence[Push]]
"""(the ticket afterwards, its whole history, position of the first new act, handovers that nobody
has taken yet) to pushes."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to open: `act` is its `open` act, `follow` what the machine does with it at once."""

    jurisdiction: str
    zone: str
    title: str
    topic: str
    disposition: str
    places: tuple[str, ...]
    policy: Policy
    routing: tuple[str, ...]
    act: Act
    event_id: str | None = None
    origin: str | None = None
    follow: tuple[Act, ...] = ()
    announce: Announce | None = None
    waits: Waits | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What to write to one ticket together. `cancels` names purposes whose pending pushes lapse,
    `announce` says whom the new acts concern, `waits` whom the ticket then waits for (without it
    as before, until the sweep says).

    Only the sweep sets `swept_at`, and then `next_look` is when it must look again (None: never,
    until another act), and `moot` names pending pushes that say nothing any more: those whose key
    begins with one of the first within the ticket, but with none of the second. Any other change
    makes the sweep look at once.
    """

    acts: tuple[Act, ...] = ()
    pushes: tuple[Push, ...] = ()
    cancels: tuple[str, ...] = ()
    announce: Announce | None = None
    waits: Waits | None = None
    swept_at: datetime | None = None
    next_look: datetime | None = None
    moot: tuple[Sequence[str], Sequence[str]] = ((), ())


Decide = Callable[[Stored, Sequence[Act]], Change]
Look = Callable[[Stored, Sequence[Act], Sequence[Unheard]], Change]
"""As `Decide`, told besides which pushes about the ticket finally reached nobody."""
Beside = Callable[[Connection, Stored], None]


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


def apply(connection: Connection, stored: Stored, acts: Sequence[Act], change: Change) -> Stored:
    """Write `change` to a locked ticket, within the caller's transaction; returns it as it is."""
    if change == Change():
        return stored
    history, steps = list(acts), list[Ticket]()
    for act in change.acts:
        act = replace(act, at=max(act.at, history[-1].at)) if history else act
        steps.append(admit(history, act, stored.policy))
        history.append(act)
    changed = replace(stored, ticket=steps[-1]) if steps else stored
    now = max(change.swept_at or history[-1].at, history[-1].at)
    look = change.next_look if change.swept_at else now
    readings = write(connection, changed, history, steps, now, look)
    for purpose in change.cancels:
        cancel(connection, stored.ticket_id, purpose)
    if any(change.moot):
        cancel_pushes(connection, _moot(stored.ticket_id, *change.moot))
    put_pushes(connection, [*change.pushes, *_announced(connection, change, changed, history)], now)
    for act, ticket in zip(history[len(acts) :], steps, strict=True):
        put_change(connection, _told(changed, act, ticket), now)
    put_hooks(connection, changed, history[len(acts) :], steps, now)
    if change.waits or not changed.ticket.is_open:
        waits = change.waits(changed, history) if change.waits else frozenset()
        keep_waits(connection, changed, history[0].at, waits)
    note(connection, *_noted(stored.ticket_id, history, len(acts)))
    keep_scopes(connection, changed, history[0].at, readings)
    return changed


def _moot(ticket_id: str, of: Sequence[str], but: Sequence[str]) -> ColumnElement[bool]:
    def begins(words: Sequence[str]) -> ColumnElement[bool]:
        keys = (outbox.c.key.startswith(f"{ticket_id}:{one}", autoescape=True) for one in words)
        return or_(false(), *keys)

    return (outbox.c.ticket_id == ticket_id) & begins(of) & not_(begins(but))


def _announced(
    connection: Connection, change: Change, changed: Stored, history: Sequence[Act]
) -> Sequence[Push]:
    if change.announce is None:
        return ()
    first = len(history) - len(change.acts)
    return change.announce(changed, history, first, waiting_in(connection, changed.jurisdiction))


def _noted(ticket_id: str, history: Sequence[Act], first: int) -> list[Entry]:
    return [
        noted_act(ticket_id, position, act.at, act.who, act.action, act.data)
        for position, act in enumerate(history[first:], first)
    ]


def _told(stored: Stored, act: Act, ticket: Ticket) -> TicketChanged:
    return TicketChanged(
        stored.ticket_id, stored.jurisdiction, ticket.acts, act.action, ticket.state, act.at
    )


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
