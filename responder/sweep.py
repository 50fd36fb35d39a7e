"""The sweep: looks at the tickets that are due, records what became late, and writes the pushes.

What it finds depends on the history, the policy and the moment alone, and each step has a key
that is recorded with it: a late sweep catches up, a repeated one changes nothing, and any number
of them may run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from responder.act import Act
from responder.announce import message, recipients_of
from responder.causes import REMINDERS, Cause, Escalation
from responder.changes import Change, Look
from responder.clocks import next_moment, read_clocks
from responder.escalation import STEPS, due_pushes, next_push_moment, standing
from responder.handovers import Handovers
from responder.labels import MACHINE
from responder.outbox import Push
from responder.roster import Handover
from responder.store import TicketStore
from responder.stored import Stored
from responder.transitions import Action
from responder.undelivered import Unheard
from responder.undelivered_notes import UNDELIVERED, unheard_in
from responder.waits import waits_in
from responder.watchlists import Watchlists
from yuqing.domain.errors import RetryLater
from yuqing.domain.jurisdiction import Jurisdiction

UNCONFIGURED = timedelta(hours=1)
"""How long a ticket of a jurisdiction that is not configured is left alone."""

log = structlog.get_logger("sweep")


class Unreadable(RetryLater):
    """Tickets whose clocks nobody watches until their records are mended; tried at each sweep."""

    def __init__(self, ticket_ids: Sequence[str]) -> None:
        self.ticket_ids = tuple(ticket_ids)
        names = "、".join(self.ticket_ids[:5]) + ("等" if len(self.ticket_ids) > 5 else "")
        super().__init__(f"{len(self.ticket_ids)} 件台账的记录读不出来，时限无人看守：{names}")


def sweep_due(
    store: TicketStore, jurisdictions: Mapping[str, Jurisdiction], now: datetime, limit: int = 200
) -> int:
    """Look at up to `limit` tickets that are due at `now`, the most overdue first, chase handovers
    that nobody takes, and let watchlists announce what they held back; returns how many tickets
    it looked at.

    Costs in proportion to what is due. Raises RetryLater when the store is away, and Unreadable,
    when all others have been looked at, for tickets that cannot be.
    """
    duty = Handovers(store.engine)
    duty.call_due(jurisdictions, now)
    decide = _deciding(jurisdictions, duty.waiting(now), now)
    found = {ticket_id: _look(store, ticket_id, now, decide) for ticket_id in store.due(now, limit)}
    Watchlists(store.engine).alert_due(now)
    unreadable = [ticket_id for ticket_id, looked in found.items() if looked is None]
    if unreadable:
        raise Unreadable(unreadable)
    return sum(looked is True for looked in found.values())


def _look(store: TicketStore, ticket_id: str, now: datetime, decide: Look) -> bool | None:
    """As `TicketStore.look`; None when the ticket's record cannot be read."""
    try:
        return store.look(ticket_id, now, decide)
    except RetryLater:
        raise
    except Exception:
        # Whatever is wrong with one record, the clocks of all others run on.
        log.exception("unreadable", ticket=ticket_id)
        store.put_off(ticket_id, now)
        return None


def _deciding(
    jurisdictions: Mapping[str, Jurisdiction],
    waiting: Mapping[str, Sequence[Handover]],
    now: datetime,
) -> Look:
    def decide(stored: Stored, acts: Sequence[Act], lost: Sequence[Unheard]) -> Change:
        jurisdiction = jurisdictions.get(stored.jurisdiction)
        if jurisdiction is None:
            return Change(swept_at=now, next_look=now + UNCONFIGURED)
        handovers = waiting.get(stored.jurisdiction, ())
        moment = max(now, stored.ticket.last_at)
        found = look_at(stored, acts, jurisdiction, moment, handovers, lost)
        return replace(found, waits=waits_in(jurisdiction))

    return decide


def look_at(
    stored: Stored,
    acts: Sequence[Act],
    jurisdiction: Jurisdiction,
    now: datetime,
    handovers: Sequence[Handover] = (),
    lost: Sequence[Unheard] = (),
) -> Change:
    """What the sweep writes to one ticket at `now`, which is not before its last act.

    `handovers` are those of the jurisdiction that nobody has taken yet, `lost` the pushes about
    the ticket that finally reached nobody; each goes on record once, and the next step is due.
    """
    notes = tuple(_notes(stored, acts, lost, now))
    acts = (*acts, *notes)
    ticket, readings = stored.ticket, read_clocks(acts, stored.policy, now)
    already = frozenset(str(a.data.get("key")) for a in acts if a.action == Action.ESCALATE)
    due = due_pushes(ticket, acts, readings, jurisdiction, already, now, handovers)
    moments = (
        next_push_moment(ticket, acts, readings, jurisdiction, now, handovers),
        next_moment(acts, stored.policy, now),
    )
    return Change(
        acts=(*notes, *(_act(step, now) for step in due)),
        pushes=tuple(_push(step, stored) for step in due if step.contacts),
        swept_at=now,
        next_look=min((moment for moment in moments if moment), default=None),
        moot=(STEPS, standing(ticket, acts, readings, jurisdiction)),
    )


def _notes(
    stored: Stored, acts: Sequence[Act], lost: Sequence[Unheard], now: datetime
) -> Iterator[Act]:
    noted = unheard_in(acts)
    for one in lost:
        key = one.key.removeprefix(f"{stored.ticket_id}:")
        if key not in noted:
            names = "、".join(name for name in one.recipients if name)
            text = f"推送最终未送达（{names}，各渠道均未接受）：{one.title}"
            yield Act(now, MACHINE, Action.NOTE.value, {"text": text, UNDELIVERED: key})


def _act(step: Escalation, now: datetime) -> Act:
    data: dict[str, object] = {
        "key": step.key,
        "cause": step.cause.value,
        "step": step.step,
        "target": step.target,
        "reason": step.reason,
        "due_at": step.due_at.isoformat(),
    }
    names = "、".join(contact.name for contact in step.contacts)
    data |= {"to": names} if step.target in _PERSONS else {"unit": step.unit}
    if step.clock is not None:
        data["clock"] = step.clock
    return Act(now, MACHINE, Action.ESCALATE.value, data)


_PERSONS = ("leader", "superior")


def _purpose(step: Escalation) -> str:
    if step.assignment is not None:
        return "acknowledge"
    return "assign" if step.cause is Cause.UNASSIGNED else "clock"


def _push(step: Escalation, stored: Stored) -> Push:
    ticket = stored.ticket
    return Push(
        key=f"{stored.ticket_id}:{step.key}",
        purpose=_purpose(step),
        audience="role:leader" if step.target in _PERSONS else f"unit:{step.unit}",
        jurisdiction=stored.jurisdiction,
        title=f"{'提醒' if step.cause in REMINDERS else '催办'}：{step.reason}",
        body=message(stored, int(ticket.grade), ticket.emergency),
        link=f"/tickets/{stored.ticket_id}",
        due_at=step.due_at,
        ticket_id=stored.ticket_id,
        recipients=recipients_of(step.contacts),
        assignment=step.assignment if step.unit == ticket.unit else None,
    )
