"""Who a step of an escalation chain means, at a moment, and by which of their channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from responder.channels import kind_of
from responder.roster import Handover, on_duty
from responder.ticket import Ticket
from responder.transitions import State
from yuqing.domain.jurisdiction import ChainStep, Jurisdiction, Unit
from yuqing.domain.roster import Contact


@dataclass(frozen=True, slots=True)
class Audience:
    """`unit` is the code of the unit meant (leader and superior stand for themselves);
    without `contacts` nobody is available."""

    unit: str
    contacts: tuple[Contact, ...]


def audience(
    jurisdiction: Jurisdiction,
    ticket: Ticket,
    step: ChainStep,
    at: datetime,
    handovers: Sequence[Handover] = (),
) -> Audience:
    """Who `step` means at `at`."""
    person = {"leader": jurisdiction.leader, "superior": jurisdiction.superior}
    if step.target in person:
        contact = person[step.target]
        return Audience(step.target, _reached((contact,) if contact else (), step.channels))
    unit = _unit(jurisdiction, ticket, step.target)
    if unit is None:
        return Audience(step.target, ())
    found = _of(jurisdiction, unit, step.target, at, handovers)
    return Audience(unit.code, _reached(found, step.channels))


def _unit(jurisdiction: Jurisdiction, ticket: Ticket, target: str) -> Unit | None:
    coordinator = jurisdiction.unit(jurisdiction.coordinator)
    if target in ("duty", "principal"):
        # what was returned, or never assigned, is the coordinator's to assign
        charged = ticket.unit if ticket.state is not State.RETURNED else None
        return (jurisdiction.unit(charged) if charged else None) or coordinator
    if target == "publicity":
        target = jurisdiction.reports_to.publicity or target
    return coordinator if target == "coordinator" else jurisdiction.unit(target)


def _of(
    jurisdiction: Jurisdiction,
    unit: Unit,
    target: str,
    at: datetime,
    handovers: Sequence[Handover],
) -> tuple[Contact, ...]:
    if target == "principal":
        return (unit.principal,)
    found = on_duty(jurisdiction, unit, at, handovers)
    # Of a unit that is asked for by name there is always its principal.
    return found if found or target == "duty" else (unit.principal,)


def _reached(contacts: tuple[Contact, ...], kinds: tuple[str, ...]) -> tuple[Contact, ...]:
    if not kinds:
        return contacts
    narrowed = (
        replace(one, channels=tuple(c for c in one.channels if kind_of(c) in kinds))
        for one in contacts
    )
    return tuple(one for one in narrowed if one.channels)
