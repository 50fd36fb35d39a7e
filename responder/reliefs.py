"""催接班: a handover that nobody takes is called to mind, then told to whoever can settle it.

Which calls are due follows from the handover, the file and the moment, so a look that comes late
makes up for all it missed, in order; how many were made is the caller's to remember. Quiet hours
hold none of them back: somebody has to be on duty at night too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from responder.roster import Handover, everybody_of, on_duty
from yuqing.domain.jurisdiction import Jurisdiction, Unit
from yuqing.domain.roster import Contact

STEPS = ("taker", "roster", "principal", "coordinator")
"""Whom the calls go to, in order: the taker (and the giver, who is still on duty), whoever is next
on the unit's roster, its principal, and the coordinator."""
TITLES = {
    "taker": "接班人",
    "roster": "下一班",
    "principal": "单位主要负责人",
    "coordinator": "综合协调单位",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call that became due at `due_at`; `number` counts from 0. `unit` is the code of the one
    whose `contacts` are pushed; without contacts nobody was there, and the next call came at once.
    """

    number: int
    target: str
    unit: str
    contacts: tuple[Contact, ...]
    due_at: datetime


def due_calls(
    handover: Handover,
    jurisdiction: Jurisdiction,
    now: datetime,
    made: int = 0,
    unheard: Collection[str] = (),
) -> tuple[Call, ...]:
    """The calls that are due at `now`, but for the first `made` of them.

    One that nobody heard (`unheard`: its target, or `asked` for the asking itself) brings the
    next one forward to now.
    """
    calls = _calls(handover, jurisdiction, now, unheard)
    return tuple(one for one in calls if one.number >= made and one.due_at <= now)


def span(length: timedelta) -> str:
    """A length in Chinese, as the call says it."""
    return f"{length // timedelta(minutes=1)}分钟"


def _calls(
    handover: Handover, jurisdiction: Jurisdiction, now: datetime, unheard: Collection[str]
) -> Iterator[Call]:
    unit = jurisdiction.unit(handover.unit)
    if unit is None:
        return
    at_once = now if "asked" in unheard else None
    for number, target in enumerate(STEPS):
        planned = handover.at + (number + 1) * jurisdiction.handover_within
        due_at = min(planned, at_once) if at_once else planned
        code, contacts = _called(target, handover, unit, jurisdiction, now)
        at_once = due_at if not contacts else max(due_at, now) if target in unheard else None
        yield Call(number, target, code, contacts, due_at)


def _called(
    target: str, handover: Handover, unit: Unit, home: Jurisdiction, at: datetime
) -> tuple[str, tuple[Contact, ...]]:
    pair = (handover.taker, handover.giver)
    known = {one.name: one for code, one in everybody_of(home) if code == unit.code}
    if target == "taker":
        return unit.code, tuple(known[name] for name in pair if name in known)
    if target == "roster":
        others = [one for one in known.values() if one != unit.principal]
        standing = [one for one in on_duty(home, unit, at) if one.name not in pair]
        return unit.code, tuple(standing or [one for one in others if one.name not in pair])
    if target == "principal":
        return unit.code, (unit.principal,)
    return _coordinating(unit, home, at)


def _coordinating(unit: Unit, home: Jurisdiction, at: datetime) -> tuple[str, tuple[Contact, ...]]:
    coordinator = home.unit(home.coordinator)
    if coordinator is None or coordinator.code == unit.code:
        return "leader", (home.leader,) if home.leader else ()
    return coordinator.code, on_duty(home, coordinator, at) or (coordinator.principal,)
