"""催办升级: who must be pushed because a matter, a report, an acknowledgement or a clock is late,
or soon is.

Everything here follows from the history, the jurisdiction and the moment. A step is named by a
key that never changes, so a sweep that comes late, twice, or after a week repeats and skips none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from responder.act import Act
from responder.causes import REMINDERS, Escalation
from responder.chains import chain
from responder.clocks import Reading
from responder.lateness import matters
from responder.open_clocks import clock_key
from responder.reminder_pushes import owed_releases, reminded, soon
from responder.roster import Handover
from responder.situation import Situation
from responder.ticket import Ticket
from yuqing.domain.jurisdiction import Jurisdiction

STEPS = ("triage:", "acknowledge:", "stalled:", "unreported:", "clock:", "progress:")
"""How the keys of steps and reminders begin, within the ticket."""


def due_pushes(
    ticket: Ticket,
    acts: Sequence[Act],
    readings: Sequence[Reading],
    jurisdiction: Jurisdiction,
    already: frozenset[str],
    now: datetime,
    handovers: Sequence[Handover] = (),
) -> tuple[Escalation, ...]:
    """Every step that is due at `now` and whose key is not in `already`, the earliest first.

    `readings` are the clocks of `acts`. A late sweep gets all it missed that still matters:
    an acknowledgement ends the steps for the assignment, a stop those for its clock, work those
    for its stalling, and what is late is no longer soon. Pushed is who is on duty at `now`.
    """
    situation = Situation(ticket, acts, readings, jurisdiction, handovers)
    due = (s for s in _plan(situation) if s.due_at <= now < s.moot_from and s.key not in already)
    return tuple(_at(situation, s, now) for s in sorted(due, key=lambda s: (s.due_at, s.key)))


def next_push_moment(
    ticket: Ticket,
    acts: Sequence[Act],
    readings: Sequence[Reading],
    jurisdiction: Jurisdiction,
    after: datetime,
    handovers: Sequence[Handover] = (),
) -> datetime | None:
    """When the next step falls due after `after` if nothing happens till then, if ever."""
    situation = Situation(ticket, acts, readings, jurisdiction, handovers)
    return min((s.due_at for s in _plan(situation) if after < s.due_at < s.moot_from), default=None)


def standing(
    ticket: Ticket, acts: Sequence[Act], readings: Sequence[Reading], jurisdiction: Jurisdiction
) -> tuple[str, ...]:
    """How the keys begin of all that may still be pushed: a step about anything else, still on
    its way, says nothing any more (a clock has stopped, somebody has gone to work)."""
    if not ticket.is_open:
        return ()
    situation = Situation(ticket, acts, readings, jurisdiction, ())
    clocks = [clock_key(acts, one) for one in situation.awaited]
    owed = [f"progress:{step.position}" for step in situation.owed]
    late = [one.prefix for one in matters(situation)]
    return tuple(f"{key}:" for key in (*late, *clocks, *owed))


def _plan(situation: Situation) -> Iterator[Escalation]:
    """All steps of what stands open, past and to come."""
    if not situation.ticket.is_open:
        return
    for matter in matters(situation):
        yield from chain(situation, matter)
    for reading in situation.awaited:
        yield from soon(situation, reading)
    yield from owed_releases(situation)


def _at(situation: Situation, step: Escalation, now: datetime) -> Escalation:
    """The step as it is pushed at `now`: to who is on duty by then, if anybody is."""
    step = replace(step, reason=f"{step.reason}{step.remark}")
    if step.cause in REMINDERS and step.target == "duty":
        return replace(step, contacts=reminded(situation, now).contacts)
    if step.cause in REMINDERS or not step.contacts:
        return step
    asked = dict(situation.jurisdiction.chains)[situation.ticket.grade][step.step]
    found = situation.audience(step.cause, asked, now)
    return replace(step, contacts=found.contacts or step.contacts)
