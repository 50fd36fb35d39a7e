"""Who takes part: one account a role, and a pretended phone for every contact of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from responder.doors import PERMITS
from responder.people import Person, Role
from responder.push import Delivery
from responder.transitions import Action
from yuqing.domain.conduct import Gate, ReviewStep
from yuqing.domain.jurisdiction import Jurisdiction, Unit
from yuqing.domain.roster import Contact, Shift

_NAMES = {
    Role.MONITOR: "值班监测员",
    Role.ANALYST: "研判员",
    Role.UNIT: "责任单位经办人",
    Role.REVIEWER: "审核人",
    Role.LEADER: "分管领导",
}


@dataclass(frozen=True, slots=True)
class DrillPhone:
    """Takes every message and sends none: what it took stands in the ticket's deliveries."""

    def push(self, channels: Sequence[str], _title: str, _body: str) -> Delivery:
        """See `responder.push.Pusher`."""
        return Delivery(None, "演练手机") if channels else Delivery("没有推送地址")


def person(home: Jurisdiction, role: Role, unit: str | None = None, number: int = 1) -> Person:
    """Somebody of `role`; another `number` is another person."""
    login = f"drill-{role.value}-{number}"
    return Person(login, _NAMES[role], role, home.code, unit)


def reviewers(home: Jurisdiction, several: bool) -> tuple[tuple[Person, ReviewStep | None], ...]:
    """Who approves which step, each step another person; one reviewer where there are none.
    `several` units make further steps necessary."""
    asked = (None, Gate.SEVERAL_UNITS) if several else (None,)
    steps = [step for step in home.review if step.when in asked]
    found = [(_reviewer(home, step, number), step) for number, step in enumerate(steps, 1)]
    return tuple(found) or ((person(home, Role.REVIEWER), None),)


def _reviewer(home: Jurisdiction, step: ReviewStep, number: int) -> Person:
    role = Role(step.by) if step.by in {one.value for one in Role} else Role.REVIEWER
    role = role if role in _NAMES and Action.APPROVE in PERMITS[role] else Role.REVIEWER
    unit = step.by if home.unit(step.by) else None
    return person(home, role, unit, number)


def with_phones(home: Jurisdiction) -> Jurisdiction:
    """`home` with a pretended phone for every contact; the real addresses are left out."""
    return replace(
        home,
        units=tuple(_unit(unit) for unit in home.units),
        superior=_phoned(home.superior, "superior") if home.superior else None,
        leader=_phoned(home.leader, "leader") if home.leader else None,
        roster=replace(home.roster, shifts=tuple(_shift(one) for one in home.roster.shifts)),
    )


def _unit(unit: Unit) -> Unit:
    duty = tuple(_phoned(contact, unit.code) for contact in unit.duty)
    return replace(unit, principal=_phoned(unit.principal, unit.code), duty=duty)


def _shift(shift: Shift) -> Shift:
    return replace(shift, contacts=tuple(_phoned(one, shift.unit) for one in shift.contacts))


def _phoned(contact: Contact, of: str) -> Contact:
    whose = quote(f"{of}-{contact.name}", safe="")
    kinds = ("wecombot", "dingtalk", "feishu", "mailto", "twilio", "webhook")
    return replace(contact, channels=tuple(f"{kind}://{whose}" for kind in kinds))
