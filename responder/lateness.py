"""What can be late in a matter: nobody is charged with it, its unit does not acknowledge it or does
not work on it, nobody reports it up, a clock has run out, a release after progress is owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from responder.act import Act
from responder.causes import Cause
from responder.clocks import Reading
from responder.labels import MACHINE
from responder.open_clocks import clock_key, unstopped
from responder.progress import Step
from responder.reporting import untold
from responder.situation import TICK, Situation, shown_time
from responder.transitions import Action, State

_ASSIGNS = (Action.ASSIGN, Action.REASSIGN)
_UNASSIGNED = (State.TRIAGE, State.RETURNED)
_AT_WORK = (State.ACKNOWLEDGED, State.HANDLING, State.IN_REVIEW)
# What shows no work on the matter.
_IDLE = frozenset({Action.ESCALATE, Action.REQUEST_EXTENSION, Action.ABSORB})


@dataclass(frozen=True, slots=True)
class Matter:
    """One lateness: the chain of the grade is walked from `late_from` on. `told` is the key of
    the push that asked for the work first: to who was on duty."""

    prefix: str
    cause: Cause
    reason: str
    late_from: datetime
    clock: str | None = None
    assignment: int | None = None
    told: str = ""


def matters(situation: Situation) -> Iterator[Matter]:
    """All that stands open and may be, or become, late."""
    makers = {
        **dict.fromkeys(_UNASSIGNED, _unassigned),
        State.ASSIGNED: _unacknowledged,
        **dict.fromkeys(_AT_WORK, _stalled),
    }
    if maker := makers.get(situation.ticket.state):
        yield from maker(situation)
    yield from _unreported(situation)
    yield from (_late(situation, reading) for reading in situation.readings if unstopped(reading))
    yield from (_release_late(situation, step) for step in situation.owed[:1])


def _unassigned(situation: Situation) -> Iterator[Matter]:
    within = situation.jurisdiction.triage_within
    if within is None:
        return
    begins = (Action.OPEN, Action.REOPEN, Action.RETURN)
    position = max(p for p, act in enumerate(situation.acts) if act.action in begins)
    reason = f"待研判交办超过{_span(within)}"
    late_from = situation.acts[position].at + within + TICK
    told = f"act:{position}:{situation.jurisdiction.coordinator}"
    yield Matter(f"triage:{position}", Cause.UNASSIGNED, reason, late_from, told=told)


def _unacknowledged(situation: Situation) -> Iterator[Matter]:
    position = last_charge(situation.acts)
    within = situation.jurisdiction.acknowledge_within
    minutes = within // timedelta(minutes=1)
    yield Matter(
        prefix=f"acknowledge:{position}",
        cause=Cause.UNACKNOWLEDGED,
        reason=f"交办超过{minutes}分钟未签收",
        late_from=situation.acts[position].at + within + TICK,
        assignment=position,
        told=f"act:{position}:{situation.ticket.unit}",
    )


def last_charge(acts: Sequence[Act]) -> int:
    """The position of the act that charged a unit with the matter last."""
    return max(p for p, act in enumerate(acts) if act.action in _ASSIGNS)


def _stalled(situation: Situation) -> Iterator[Matter]:
    """Acknowledged, but nobody does anything while a clock runs: every act of work arms it anew."""
    within = dict(situation.jurisdiction.stalls_after).get(situation.ticket.grade)
    if within is None or not any(unstopped(reading) for reading in situation.readings):
        return
    worked = [act for act in situation.acts if _works(act)]
    reason = f"签收后超过{_span(within)}没有处置进展"
    late_from = worked[-1].at + within + TICK
    yield Matter(f"stalled:{len(worked)}", Cause.STALLED, reason, late_from)


def _unreported(situation: Situation) -> Iterator[Matter]:
    within = situation.jurisdiction.report_within
    left = untold(situation.acts, situation.jurisdiction) if within is not None else None
    if within is None or left is None:
        return
    reason = f"超过{_span(within)}未上报{'、'.join(left.names)}"
    late_from = situation.acts[left.since].at + within + TICK
    told = f"report:{situation.ticket.round}"
    yield Matter(f"unreported:{left.since}", Cause.UNREPORTED, reason, late_from, told=told)


def _works(act: Act) -> bool:
    return act.action not in _IDLE and (act.who != MACHINE or act.action in _ASSIGNS)


def _late(situation: Situation, reading: Reading) -> Matter:
    due = shown_time(reading.due, situation.jurisdiction)
    return Matter(
        prefix=f"{clock_key(situation.acts, reading)}:late",
        cause=Cause.CLOCK_LATE,
        reason=f"时限“{reading.title}”已超期，应于{due}前完成",
        late_from=reading.due + TICK,
        clock=reading.name,
    )


def _release_late(situation: Situation, step: Step) -> Matter:
    due = shown_time(step.due, situation.jurisdiction)
    reason = f"新进展（{step.title}）登记后没有继续发布，应于{due}前发布"
    return Matter(f"progress:{step.position}", Cause.RELEASE_LATE, reason, step.due + TICK)


def _span(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return f"{minutes // 60}小时" if minutes >= 60 and minutes % 60 == 0 else f"{minutes}分钟"
