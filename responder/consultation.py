"""会商: a recorded round on one matter: who was asked what, who said what, who did not, the end.

A round is made of `consult` acts only: `phase` open (units, text), opinion (unit, text) and
conclude (text, absent, and the unit that releases for all, if it names one). One without a phase
is a plain record of a talk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from responder.act import Act
from responder.transitions import Action
from yuqing.domain.errors import InvalidMessage, NotAllowed

OPEN, OPINION, CONCLUDE = "open", "opinion", "conclude"
PHASES = ((OPEN, "发起会商"), (OPINION, "发表意见"), (CONCLUDE, "形成结论"))


@dataclass(frozen=True, slots=True)
class Opinion:
    """What `unit` said; a later one of the same unit stands instead of the former."""

    unit: str
    who: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Consultation:
    """One round; `number` counts from 1. `absent` are the units that were asked and said nothing,
    known when it is concluded."""

    number: int
    opened_at: datetime
    opened_by: str
    question: str
    units: tuple[str, ...]
    opinions: tuple[Opinion, ...] = ()
    concluded_at: datetime | None = None
    concluded_by: str | None = None
    conclusion: str = ""
    absent: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """True until it has a conclusion."""
        return self.concluded_at is None

    @property
    def silent(self) -> tuple[str, ...]:
        """The units asked that have said nothing so far."""
        spoke = {opinion.unit for opinion in self.opinions}
        return tuple(unit for unit in self.units if unit not in spoke)


def consultations(acts: Sequence[Act]) -> tuple[Consultation, ...]:
    """All rounds on record, the first first."""
    rounds: list[Consultation] = []
    for act in acts:
        if act.action != Action.CONSULT:
            continue
        if act.data.get("phase") == OPEN:
            rounds.append(_opened(act, len(rounds) + 1))
        elif rounds and rounds[-1].open:
            rounds[-1] = _going_on(rounds[-1], act)
    return tuple(rounds)


def entered(acts: Sequence[Act], data: Mapping[str, Any], own_unit: str | None) -> dict[str, Any]:
    """The data of a `consult` act as it goes on record after `acts`.

    `own_unit` is the unit that the person acts for; None for those of the coordinator, who may
    also enter what a unit said by telephone. Raises NotAllowed for what does not fit the round
    that is open, InvalidMessage naming a field.
    """
    phase, rounds = data.get("phase"), consultations(acts)
    last = rounds[-1] if rounds and rounds[-1].open else None
    if phase is None:
        return {"text": data["text"]}
    if phase == OPEN:
        return _opening(data, last, own_unit, len(rounds) + 1)
    if last is None:
        raise NotAllowed("没有进行中的会商")
    if phase == OPINION:
        return _opining(data, last, own_unit)
    if own_unit is not None:
        raise NotAllowed("会商结论由综合协调单位登记")
    said = {"phase": CONCLUDE, "consultation": last.number, "text": data["text"]}
    named = {"releasing_unit": data["releasing_unit"]} if data.get("releasing_unit") else {}
    return said | {"absent": list(last.silent)} | named


def _opening(
    data: Mapping[str, Any], last: Consultation | None, own_unit: str | None, number: int
) -> dict[str, Any]:
    if own_unit is not None:
        raise NotAllowed("会商由综合协调单位发起")
    if last is not None:
        raise NotAllowed(f"第 {last.number} 次会商尚未形成结论")
    if not data.get("units"):
        raise InvalidMessage("units: 请填写参加单位")
    units = list(dict.fromkeys(data["units"]))
    return {"phase": OPEN, "consultation": number, "units": units, "text": data["text"]}


def _opining(data: Mapping[str, Any], last: Consultation, own_unit: str | None) -> dict[str, Any]:
    unit = own_unit or data.get("unit")
    if not unit:
        raise InvalidMessage("unit: 请填写发表意见的单位")
    if unit not in last.units:
        raise NotAllowed("该单位不在本次会商的参加单位之列")
    said = {"phase": OPINION, "consultation": last.number, "unit": unit}
    return said | {"text": data["text"]}


def _opened(act: Act, number: int) -> Consultation:
    units = act.data.get("units")
    names = tuple(str(unit) for unit in units) if isinstance(units, list | tuple) else ()
    return Consultation(number, act.at, act.who, str(act.data.get("text", "")), names)


def _going_on(one: Consultation, act: Act) -> Consultation:
    text = str(act.data.get("text", ""))
    if act.data.get("phase") == OPINION:
        opinion = Opinion(str(act.data.get("unit", "")), act.who, act.at, text)
        others = tuple(o for o in one.opinions if o.unit != opinion.unit)
        return replace(one, opinions=(*others, opinion))
    if act.data.get("phase") == CONCLUDE:
        ended = replace(one, concluded_at=act.at, concluded_by=act.who, conclusion=text)
        return replace(ended, absent=one.silent)
    return one
