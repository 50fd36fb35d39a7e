"""催办升级: who must be pushed because a matter, a report, an acknowledgement or a clock is late,
or soon is.

Everything here follows from the history, the jurisdiction and the moment. A step is named by a
key that never changes, so a sweep that comes late, twice, or after a week repeats and skips none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from responder.act import Act
from responder.audience import Audience, audience
from responder.clocks import Reading, Status
from responder.labels import MACHINE
from responder.progress import Step, owed_release
from responder.reminders import Reminder, release_reminders, reminders
from responder.reporting import untold
from responder.roster import Handover, awake
from responder.ticket import Ticket
from responder.transitions import Action, State
from yuqing.domain.jurisdiction import ChainStep, Jurisdiction
from yuqing.domain.roster import Contact
from yuqing.domain.verdict import Severity

# An instant is still in time; late begins with the smallest step of time after it.
_TICK = timedelta.resolution
_NEVER = datetime.max.replace(tzinfo=UTC)
# Its lateness is the acknowledgement's, which has steps of its own.
_ACKNOWLEDGE_CLOCK = "acknowledge"
_ASSIGNS = (Action.ASSIGN, Action.REASSIGN)
_UNASSIGNED = (State.TRIAGE, State.RETURNED)
_AT_WORK = (State.ACKNOWLEDGED, State.HANDLING, State.IN_REVIEW)
# What shows no work on the matter.
_IDLE = frozenset({Action.ESCALATE, Action.REQUEST_EXTENSION, Action.ABSORB})
_ASKED = (ChainStep(timedelta(0), "duty"), ChainStep(timedelta(0), "principal"))
STEPS = ("triage:", "acknowledge:", "stalled:", "clock:")
"""How the keys of steps and reminders begin, within the ticket."""
UNDELIVERED = "undelivered"
"""In the machine's note that a push finally reached nobody: the key of that push."""
_NOBODY = "（无人在岗，直接催办下一级）"
_MUTE = "（没有推送地址，同时催办下一级）"
_FORWARD = "（上一步推送未送达，提前催办）"


class Cause(StrEnum):
    """Why somebody is pushed."""

    UNASSIGNED = "unassigned"
    UNACKNOWLEDGED = "unacknowledged"
    STALLED = "stalled"
    UNREPORTED = "unreported"
    CLOCK_SOON = "clock_soon"
    CLOCK_LATE = "clock_late"
    RELEASE_OWED = "release_owed"
    RELEASE_LATE = "release_late"


REMINDERS = frozenset({Cause.CLOCK_SOON, Cause.RELEASE_OWED})
"""What calls to mind what is not late yet."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step that became due at `due_at` (aware, UTC).

    `key` is stable within the ticket: written once, never repeated, whatever the sweep's rhythm.
    `unit` is the code of the unit whose `contacts` are pushed, `target` the chain's word for it,
    `step` counts from 0; without contacts nobody was available, and the next step came at once.
    `reason` is Chinese, `remark` what it says besides of who is reached. `clock` names the clock,
    None where it is not about one; `assignment` is the position of the act that waits to be
    acknowledged. From `moot_from` on it says nothing new.
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
    assignment: int | None = None
    moot_from: datetime = _NEVER
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Matter:
    """One lateness: the chain of the grade is walked from `late_from` on. `told` is the key of
    the push that asked for the work first: to who was on duty."""

    prefix: str
    cause: Cause
    reason: str
    late_from: datetime
    clock: str | None = None
    assignment: int | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class _Scene:
    ticket: Ticket
    acts: Sequence[Act]
    readings: Sequence[Reading]
    jurisdiction: Jurisdiction
    handovers: Sequence[Handover]

    @property
    def owed(self) -> tuple[Step, ...]:
        """The steps of progress that await a release."""
        return owed_release(self.ticket, self.acts, self.jurisdiction.progress_release)

    def audience(self, cause: Cause, step: ChainStep, at: datetime) -> Audience:
        """Whom `step` means at `at`; it is the coordinator's to report, whoever handles the
        matter."""
        unit = None if cause is Cause.UNREPORTED else self.ticket.unit
        ticket = replace(self.ticket, unit=unit)
        return audience(self.jurisdiction, ticket, step, at, self.handovers)

    def awake(self, at: datetime) -> datetime:
        """The first moment from `at` on at which a push about the ticket may leave."""
        return awake(self.jurisdiction, self.ticket.grade, at)


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
    scene = _Scene(ticket, acts, readings, jurisdiction, handovers)
    due = (s for s in _plan(scene) if s.due_at <= now < s.moot_from and s.key not in already)
    return tuple(_at(scene, s, now) for s in sorted(due, key=lambda s: (s.due_at, s.key)))


def next_push_moment(
    ticket: Ticket,
    acts: Sequence[Act],
    readings: Sequence[Reading],
    jurisdiction: Jurisdiction,
    after: datetime,
    handovers: Sequence[Handover] = (),
) -> datetime | None:
    """When the next step falls due after `after` if nothing happens till then, if ever."""
    scene = _Scene(ticket, acts, readings, jurisdiction, handovers)
    return min((s.due_at for s in _plan(scene) if after < s.due_at < s.moot_from), default=None)


def standing(
    ticket: Ticket, acts: Sequence[Act], readings: Sequence[Reading], jurisdiction: Jurisdiction
) -> tuple[str, ...]:
    """How the keys begin of all that may still be pushed: a step about anything else, still on
    its way, says nothing any more (a clock has stopped, somebody has gone to work)."""
    if not ticket.is_open:
        return ()
    scene = _Scene(ticket, acts, readings, jurisdiction, ())
    clocks = [_clock_key(acts, one) for one in readings if _unstopped(one)]
    return tuple(f"{key}:" for key in (*(one.prefix for one in _matters(scene)), *clocks))


def unheard_in(acts: Sequence[Act]) -> Mapping[str, datetime]:
    """When it was put on record of which push (by its key within the ticket) that it finally
    reached nobody."""
    noted = (act for act in acts if act.action == Action.NOTE and act.who == MACHINE)
    return {str(act.data[UNDELIVERED]): act.at for act in noted if UNDELIVERED in act.data}


def _plan(scene: _Scene) -> Iterator[Escalation]:
    """All steps of what stands open, past and to come."""
    if not scene.ticket.is_open:
        return
    for matter in _matters(scene):
        yield from _chain(scene, matter)
    for reading in scene.readings:
        waits = reading.name != _ACKNOWLEDGE_CLOCK or scene.ticket.state is State.ASSIGNED
        if waits and _is_open(reading):
            yield from _soon(scene, reading)
    yield from _owed(scene)


def _matters(scene: _Scene) -> Iterator[_Matter]:
    makers = {
        **dict.fromkeys(_UNASSIGNED, _unassigned),
        State.ASSIGNED: _unacknowledged,
        **dict.fromkeys(_AT_WORK, _stalled),
    }
    if maker := makers.get(scene.ticket.state):
        yield from maker(scene)
    yield from _unreported(scene)
    yield from (_late(scene, reading) for reading in scene.readings if _unstopped(reading))
    yield from (_release_late(scene, step) for step in scene.owed[:1])


def _unassigned(scene: _Scene) -> Iterator[_Matter]:
    within = scene.jurisdiction.triage_within
    if within is None:
        return
    begins = (Action.OPEN, Action.REOPEN, Action.RETURN)
    position = max(p for p, act in enumerate(scene.acts) if act.action in begins)
    reason = f"待研判交办超过{_span(within)}"
    late_from = scene.acts[position].at + within + _TICK
    told = f"act:{position}:{scene.jurisdiction.coordinator}"
    yield _Matter(f"triage:{position}", Cause.UNASSIGNED, reason, late_from, told=told)


def _unacknowledged(scene: _Scene) -> Iterator[_Matter]:
    position = _last_charge(scene.acts)
    within = scene.jurisdiction.acknowledge_within
    minutes = within // timedelta(minutes=1)
    yield _Matter(
        prefix=f"acknowledge:{position}",
        cause=Cause.UNACKNOWLEDGED,
        reason=f"交办超过{minutes}分钟未签收",
        late_from=scene.acts[position].at + within + _TICK,
        assignment=position,
        told=f"act:{position}:{scene.ticket.unit}",
    )


def _last_charge(acts: Sequence[Act]) -> int:
    return max(p for p, act in enumerate(acts) if act.action in _ASSIGNS)


def _stalled(scene: _Scene) -> Iterator[_Matter]:
    """Acknowledged, but nobody does anything while a clock runs: every act of work arms it anew."""
    within = dict(scene.jurisdiction.stalls_after).get(scene.ticket.grade)
    if within is None or not any(_unstopped(reading) for reading in scene.readings):
        return
    worked = [act for act in scene.acts if _works(act)]
    reason = f"签收后超过{_span(within)}没有处置进展"
    late_from = worked[-1].at + within + _TICK
    yield _Matter(f"stalled:{len(worked)}", Cause.STALLED, reason, late_from)


def _unreported(scene: _Scene) -> Iterator[_Matter]:
    within = scene.jurisdiction.report_within
    left = untold(scene.acts, scene.jurisdiction) if within is not None else None
    if within is None or left is None:
        return
    reason = f"超过{_span(within)}未上报{'、'.join(left.names)}"
    late_from = scene.acts[left.since].at + within + _TICK
    yield _Matter(f"unreported:{left.since}", Cause.UNREPORTED, reason, late_from)


def _works(act: Act) -> bool:
    return act.action not in _IDLE and (act.who != MACHINE or act.action in _ASSIGNS)


def _late(scene: _Scene, reading: Reading) -> _Matter:
    due = _shown(reading.due, scene.jurisdiction)
    return _Matter(
        prefix=f"{_clock_key(scene.acts, reading)}:late",
        cause=Cause.CLOCK_LATE,
        reason=f"时限“{reading.title}”已超期，应于{due}前完成",
        late_from=reading.due + _TICK,
        clock=reading.name,
    )


def _release_late(scene: _Scene, step: Step) -> _Matter:
    due = _shown(step.due, scene.jurisdiction)
    reason = f"新进展（{step.title}）登记后没有继续发布，应于{due}前发布"
    return _Matter(f"progress:{step.position}", Cause.RELEASE_LATE, reason, step.due + _TICK)


def _chain(scene: _Scene, matter: _Matter) -> Iterator[Escalation]:
    """The steps of the grade's chain; where nobody is available, or the push of a step has finally
    reached nobody, the next one comes at once."""
    unheard, steps = unheard_in(scene.acts), tuple(_steps(scene, matter.prefix))
    at_once = scene.awake(unheard[matter.told]) if matter.told in unheard else None
    asked_in_vain = at_once is not None
    for number, step, key in steps:
        planned = scene.awake(matter.late_from + step.after)
        due_at = min(planned, at_once) if at_once else planned
        found = scene.audience(matter.cause, step, due_at)
        remark = _remark(scene, matter.cause, found, steps[number + 1 :], due_at)
        early = _FORWARD if at_once and at_once < planned else ""
        at_once = due_at if remark else None
        if key in unheard:
            at_once = scene.awake(max(unheard[key], due_at))
        elif asked_in_vain and step.target == "duty":
            at_once = due_at  # it goes to whom the asking could not reach
        yield Escalation(
            key=key,
            cause=matter.cause,
            step=number,
            target=step.target,
            unit=found.unit,
            contacts=found.contacts,
            reason=matter.reason,
            due_at=due_at,
            clock=matter.clock,
            assignment=matter.assignment,
            remark=remark or early,
        )


def _remark(
    scene: _Scene,
    cause: Cause,
    found: Audience,
    following: Sequence[tuple[int, ChainStep, str]],
    at: datetime,
) -> str:
    """Why the next step does not wait: nobody is there, or, of a grave matter, no phone of theirs
    is known while one of somebody further up is."""
    if not found.contacts:
        return _NOBODY
    if any(one.channels for one in found.contacts) or scene.ticket.grade < Severity.MAJOR:
        return ""
    later = (one for _, step, _ in following for one in scene.audience(cause, step, at).contacts)
    return _MUTE if any(one.channels for one in later) else ""


def _soon(scene: _Scene, reading: Reading) -> Iterator[Escalation]:
    prefix, late_from = _clock_key(scene.acts, reading), reading.due + _TICK
    asked = _last_charge(scene.acts) if reading.name == _ACKNOWLEDGE_CLOCK else None
    due = _shown(reading.due, scene.jurisdiction)
    for one in reminders(scene.jurisdiction, reading, _granted(scene.acts, reading)):
        said = f"时限“{reading.title}”{one.said.format(due=due)}"
        told = replace(one, name=f"{prefix}:{one.name}", said=said, until=one.until or late_from)
        for step in _reminding(scene, Cause.CLOCK_SOON, told, late_from, reading.name):
            yield replace(step, assignment=asked)


def _owed(scene: _Scene) -> Iterator[Escalation]:
    for step, one in zip(scene.owed, release_reminders(scene.owed), strict=True):
        said = one.said.format(due=_shown(step.due, scene.jurisdiction))
        told = replace(one, said=said)
        yield from _reminding(scene, Cause.RELEASE_OWED, told, step.due + _TICK)


def _reminding(
    scene: _Scene, cause: Cause, one: Reminder, late_from: datetime, clock: str | None = None
) -> Iterator[Escalation]:
    """The reminder, and the same to the principal of the unit where it reached nobody on duty."""
    due_at = scene.awake(one.at)
    found = _reminded(scene, due_at)
    reminder = Escalation(
        key=one.name,
        cause=cause,
        step=0,
        target="duty",
        unit=found.unit,
        contacts=found.contacts,
        reason=one.said,
        due_at=due_at,
        clock=clock,
        moot_from=min(one.until or late_from, late_from),
    )
    yield reminder
    if (lost := unheard_in(scene.acts).get(reminder.key)) is not None:
        yield _to_the_principal(scene, reminder, scene.awake(lost))


def _to_the_principal(scene: _Scene, reminder: Escalation, at: datetime) -> Escalation:
    return replace(
        reminder,
        key=f"{reminder.key}:principal",
        target="principal",
        contacts=scene.audience(reminder.cause, _ASKED[1], at).contacts,
        due_at=at,
        remark=_FORWARD,
    )


def _reminded(scene: _Scene, at: datetime) -> Audience:
    """Who is on duty for the unit at `at`; its principal where nobody is."""
    duty, principal = (scene.audience(Cause.CLOCK_SOON, step, at) for step in _ASKED)
    return duty if duty.contacts else principal


def _at(scene: _Scene, step: Escalation, now: datetime) -> Escalation:
    """The step as it is pushed at `now`: to who is on duty by then, if anybody is."""
    step = replace(step, reason=f"{step.reason}{step.remark}")
    if step.cause in REMINDERS and step.target == "duty":
        return replace(step, contacts=_reminded(scene, now).contacts)
    if step.cause in REMINDERS or not step.contacts:
        return step
    asked = dict(scene.jurisdiction.chains)[scene.ticket.grade][step.step]
    found = scene.audience(step.cause, asked, now)
    return replace(step, contacts=found.contacts or step.contacts)


def _steps(scene: _Scene, prefix: str) -> Iterator[tuple[int, ChainStep, str]]:
    """(number, step, key) of the grade's chain.

    The key names the target and not the step's number, so that after a re-grading, or an edit
    of the chain, nobody is pushed again for the same lateness and nobody is left out.
    """
    seen: Counter[str] = Counter()
    for number, step in enumerate(dict(scene.jurisdiction.chains).get(scene.ticket.grade, ())):
        seen[step.target] += 1
        yield number, step, f"{prefix}:{step.target}:{seen[step.target]}"


def _unstopped(reading: Reading) -> bool:
    return _is_open(reading) and reading.name != _ACKNOWLEDGE_CLOCK


def _is_open(reading: Reading) -> bool:
    return reading.status in (Status.RUNNING, Status.BREACHED) and not reading.stopped_at


def _clock_key(acts: Sequence[Act], reading: Reading) -> str:
    """Names one due time of one clock: a granted extension makes the steps due afresh."""
    granted = sum(1 for _ in _extensions(acts, reading))
    which = f"{reading.start:%Y%m%dT%H%M%S%f}" if reading.seq is not None else "0"
    return f"clock:{reading.name}:{reading.round}:{which}:{granted}"


def _granted(acts: Sequence[Act], reading: Reading) -> datetime | None:
    """When the clock was last extended, if it was."""
    return max((act.at for act in _extensions(acts, reading)), default=None)


def _extensions(acts: Sequence[Act], reading: Reading) -> Iterator[Act]:
    named = (act for act in acts if act.action == Action.EXTEND)
    yield from (act for act in named if act.data.get("clock") == reading.name)


def _shown(time: datetime, jurisdiction: Jurisdiction) -> str:
    local = time.astimezone(ZoneInfo(jurisdiction.zone))
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _span(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return f"{minutes // 60}小时" if minutes >= 60 and minutes % 60 == 0 else f"{minutes}分钟"
