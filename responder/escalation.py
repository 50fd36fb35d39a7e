"""催办升级: who must be pushed because an acknowledgement or a clock is late, or soon will be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from responder.act import Act
from responder.clocks import Reading, Status
from responder.ticket import Ticket
from responder.transitions import Action, State
from yuqing.domain.jurisdiction import ChainStep, Contact, Jurisdiction, Unit

# An instant is still in time; late begins with the smallest step of time after it.
_TICK = timedelta.resolution
_NEVER = datetime.max.replace(tzinfo=UTC)
# Its lateness is the acknowledgement's, which has steps of its own.
_ACKNOWLEDGE_CLOCK = "acknowledge"


class Cause(StrEnum):
    """Why somebody is pushed."""

    UNACKNOWLEDGED = "unacknowledged"
    CLOCK_SOON = "clock_soon"
    CLOCK_LATE = "clock_late"


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step that became due at `due_at` (aware, UTC).

    `key` is stable within the ticket: written once, never repeated, whatever the sweep's rhythm.
    `unit` is the code of the unit whose `contacts` are pushed (the principal where it names no
    duty contact), `target` the chain's word for it, `step` counts from 0. `reason` is Chinese.
    `clock` names the clock, None for an acknowledgement. From `moot_from` on it says nothing new.
    """

    key: str
    cause: Cause
    step: int
    target: str
    unit: str
    contacts: tuple[Contact, ...]
    reason: str
    due_at: datetime
    clock: str | None = None
    moot_from: datetime = _NEVER


def due_pushes(
    ticket: Ticket,
    acts: Sequence[Act],
    readings: Sequence[Reading],
    jurisdiction: Jurisdiction,
    already: frozenset[str],
    now: datetime,
) -> tuple[Escalation, ...]:
    """Every step that is due at `now` and whose key is not in `already`, the earliest first.

    `readings` are the clocks of `acts`. A late sweep gets all it missed that still matters:
    an acknowledgement ends the steps for the assignment, a stop those for its clock, and what
    is late is no longer soon.
    """
    plan = _plan(ticket, acts, readings, jurisdiction)
    due = (step for step in plan if step.due_at <= now < step.moot_from and step.key not in already)
    return tuple(sorted(due, key=lambda step: (step.due_at, step.key)))


def next_push_moment(
    ticket: Ticket,
    acts: Sequence[Act],
    readings: Sequence[Reading],
    jurisdiction: Jurisdiction,
    after: datetime,
) -> datetime | None:
    """When the next step falls due after `after` if nothing happens till then, if ever."""
    plan = _plan(ticket, acts, readings, jurisdiction)
    return min((step.due_at for step in plan if step.due_at > after), default=None)


def _plan(
    ticket: Ticket, acts: Sequence[Act], readings: Sequence[Reading], jurisdiction: Jurisdiction
) -> Iterator[Escalation]:
    """All steps of what stands open, past and to come."""
    if not ticket.is_open:
        return
    if ticket.state is State.ASSIGNED and ticket.assigned_at is not None:
        yield from _unacknowledged(ticket, acts, jurisdiction, ticket.assigned_at)
    for reading in readings:
        unstopped = reading.status in (Status.RUNNING, Status.BREACHED) and not reading.stopped_at
        if unstopped and reading.name != _ACKNOWLEDGE_CLOCK:
            yield from _clock(ticket, acts, reading, jurisdiction)


def _unacknowledged(
    ticket: Ticket, acts: Sequence[Act], jurisdiction: Jurisdiction, assigned_at: datetime
) -> Iterator[Escalation]:
    assigns = (Action.ASSIGN, Action.REASSIGN)
    position = max(p for p, act in enumerate(acts) if act.action in assigns)
    minutes = jurisdiction.acknowledge_within // timedelta(minutes=1)
    late_from = assigned_at.astimezone(UTC) + jurisdiction.acknowledge_within + _TICK
    prefix, reason = f"acknowledge:{position}", f"交办超过{minutes}分钟未签收"
    for number, step, key in _steps(jurisdiction, ticket, prefix):
        unit, contacts = _audience(jurisdiction, ticket, step.target)
        due_at = late_from + step.after
        cause = Cause.UNACKNOWLEDGED
        yield Escalation(key, cause, number, step.target, unit, contacts, reason, due_at)


def _clock(
    ticket: Ticket, acts: Sequence[Act], reading: Reading, jurisdiction: Jurisdiction
) -> Iterator[Escalation]:
    prefix, late_from = _clock_key(acts, reading), reading.due + _TICK
    due = _shown(reading.due, jurisdiction)
    # Half of a short clock at most, lest the reminder come with the assignment.
    lead = min(jurisdiction.warn_before, (reading.due - reading.start) / 2)
    unit, contacts = _audience(jurisdiction, ticket, "duty")
    yield Escalation(
        key=f"{prefix}:soon",
        cause=Cause.CLOCK_SOON,
        step=0,
        target="duty",
        unit=unit,
        contacts=contacts,
        reason=f"时限“{reading.title}”将于{due}到期",
        due_at=reading.due - lead,
        clock=reading.name,
        moot_from=late_from,
    )
    for number, step, key in _steps(jurisdiction, ticket, f"{prefix}:late"):
        unit, contacts = _audience(jurisdiction, ticket, step.target)
        yield Escalation(
            key=key,
            cause=Cause.CLOCK_LATE,
            step=number,
            target=step.target,
            unit=unit,
            contacts=contacts,
            reason=f"时限“{reading.title}”已超期，应于{due}前完成",
            due_at=late_from + step.after,
            clock=reading.name,
        )


def _steps(
    jurisdiction: Jurisdiction, ticket: Ticket, prefix: str
) -> Iterator[tuple[int, ChainStep, str]]:
    """(number, step, key) of the grade's chain.

    The key names the target and not the step's number, so that after a re-grading, or an edit
    of the chain, nobody is pushed again for the same lateness and nobody is left out.
    """
    seen: Counter[str] = Counter()
    for number, step in enumerate(dict(jurisdiction.chains).get(ticket.grade, ())):
        seen[step.target] += 1
        yield number, step, f"{prefix}:{step.target}:{seen[step.target]}"


def _clock_key(acts: Sequence[Act], reading: Reading) -> str:
    """Names one due time of one clock: a granted extension makes the steps due afresh."""
    granted = sum(
        act.action == Action.EXTEND and act.data.get("clock") == reading.name for act in acts
    )
    which = f"{reading.start:%Y%m%dT%H%M%S%f}" if reading.seq is not None else "0"
    return f"clock:{reading.name}:{reading.round}:{which}:{granted}"


def _audience(
    jurisdiction: Jurisdiction, ticket: Ticket, target: str
) -> tuple[str, tuple[Contact, ...]]:
    code = target
    if target in ("duty", "principal"):
        code = ticket.unit or jurisdiction.coordinator
    elif target == "coordinator":
        code = jurisdiction.coordinator
    unit = jurisdiction.unit(code) or jurisdiction.unit(jurisdiction.coordinator)
    return (unit.code, _contacts(unit, target)) if unit else (code, ())


def _contacts(unit: Unit, target: str) -> tuple[Contact, ...]:
    return (unit.principal,) if target == "principal" or not unit.duty else unit.duty


def _shown(time: datetime, jurisdiction: Jurisdiction) -> str:
    local = time.astimezone(ZoneInfo(jurisdiction.zone))
    return f"{local.month}月{local.day}日{local:%H:%M}"
