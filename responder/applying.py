"""A change written to a locked ticket: its acts, clocks and lists, and what leaves the house
because of them, all within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, false, not_, or_

from responder.act import Act
from responder.audit import Entry, note, noted_act
from responder.changes import Change
from responder.clocks import admit
from responder.handovers import waiting_in
from responder.hooks import put_hooks
from responder.outbox import Push, cancel, cancel_pushes, put_change, put_pushes
from responder.schema import outbox
from responder.scopes import keep_scopes
from responder.stored import Stored, write
from responder.ticket import Ticket
from responder.waits import keep_waits
from stream.messages import TicketChanged


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
