"""Reminders as pushes: to who is on duty for the unit, and to its principal where nobody is, or the
push reached nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from responder.audience import Audience
from responder.causes import Cause, Escalation
from responder.chains import FORWARD
from responder.clocks import Reading
from responder.lateness import last_charge
from responder.open_clocks import ACKNOWLEDGE_CLOCK, clock_key, granted_at
from responder.reminders import Reminder, release_reminders, reminders
from responder.situation import TICK, Situation, shown_time
from responder.undelivered_notes import unheard_in
from yuqing.domain.jurisdiction import ChainStep

_ASKED = (ChainStep(timedelta(0), "duty"), ChainStep(timedelta(0), "principal"))


def soon(situation: Situation, reading: Reading) -> Iterator[Escalation]:
    """The reminders of one running clock."""
    prefix, late_from = clock_key(situation.acts, reading), reading.due + TICK
    asked = last_charge(situation.acts) if reading.name == ACKNOWLEDGE_CLOCK else None
    due = shown_time(reading.due, situation.jurisdiction)
    for one in reminders(situation.jurisdiction, reading, granted_at(situation.acts, reading)):
        said = f"时限“{reading.title}”{one.said.format(due=due)}"
        told = replace(one, name=f"{prefix}:{one.name}", said=said, until=one.until or late_from)
        for step in _reminding(situation, Cause.CLOCK_SOON, told, late_from, reading.name):
            yield replace(step, assignment=asked)


def owed_releases(situation: Situation) -> Iterator[Escalation]:
    """The reminders of the releases that steps of progress await."""
    for step, one in zip(situation.owed, release_reminders(situation.owed), strict=True):
        said = one.said.format(due=shown_time(step.due, situation.jurisdiction))
        told = replace(one, said=said)
        yield from _reminding(situation, Cause.RELEASE_OWED, told, step.due + TICK)


def _reminding(
    situation: Situation, cause: Cause, one: Reminder, late_from: datetime, clock: str | None = None
) -> Iterator[Escalation]:
    """The reminder, and the same to the principal of the unit where it reached nobody on duty."""
    due_at = situation.awake(one.at)
    found = reminded(situation, due_at)
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
    if (lost := unheard_in(situation.acts).get(reminder.key)) is not None:
        yield _to_the_principal(situation, reminder, situation.awake(lost))


def _to_the_principal(situation: Situation, reminder: Escalation, at: datetime) -> Escalation:
    return replace(
        reminder,
        key=f"{reminder.key}:principal",
        target="principal",
        contacts=situation.audience(reminder.cause, _ASKED[1], at).contacts,
        due_at=at,
        remark=FORWARD,
    )


def reminded(situation: Situation, at: datetime) -> Audience:
    """Who is on duty for the unit at `at`; its principal where nobody is."""
    duty, principal = (situation.audience(Cause.CLOCK_SOON, step, at) for step in _ASKED)
    return duty if duty.contacts else principal
