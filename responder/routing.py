"""属地管理、分级负责、谁主管谁负责: the topic names the unit in charge, the place the territory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yuqing.domain.jurisdiction import Jurisdiction, Unit
from yuqing.domain.verdict import Severity, Topic


@dataclass(frozen=True, slots=True)
class Routed:
    """Which unit handles (`unit`), which help (`co_units`), all as unit codes, and why.

    `reasons` are Chinese sentences for the person who confirms the assignment.
    """

    unit: str
    co_units: tuple[str, ...]
    reasons: tuple[str, ...]


def route(
    jurisdiction: Jurisdiction,
    topic: Topic,
    places: Sequence[str],
    grade: Severity = Severity.ORDINARY,
) -> Routed:
    """Who should handle a matter of `topic` at `places` (names or aliases; unknown ones count
    as no place).

    The topic's unit is in charge and the territory's unit helps; within one territory the other
    way round where the jurisdiction says `local_lead`. What touches several territories, or the
    whole jurisdiction, is the topic's unit's. Without a unit for the topic the coordinator takes
    it. From 重大 on the coordinator helps in any case.
    """
    territories = territories_of(jurisdiction, places)
    department = jurisdiction.unit(dict(jurisdiction.routes).get(topic, ""))
    lead, reasons = _lead(jurisdiction, department, territories)
    helping = [*([department.code] if department else []), *(unit.code for unit in territories)]
    if territories:
        reasons.append(f"属地：{'、'.join(unit.name for unit in territories)}")
    if grade >= Severity.MAJOR:
        helping.append(jurisdiction.coordinator)
        reasons.append("重大及以上级别，综合协调单位参与协调")
    co_units = tuple(code for code in dict.fromkeys(helping) if code != lead)
    return Routed(lead, co_units, tuple(reasons))


def territories_of(jurisdiction: Jurisdiction, places: Sequence[str]) -> tuple[Unit, ...]:
    """The units whose territory holds any of `places`, each place to the nearest one above it."""
    found = [_territory(jurisdiction, place) for place in places]
    units = {unit.code: unit for unit in found if unit}
    return tuple(units.values())


def _lead(
    jurisdiction: Jurisdiction, department: Unit | None, territories: tuple[Unit, ...]
) -> tuple[str, list[str]]:
    if department is None:
        return jurisdiction.coordinator, ["主题没有对应的主管单位，交综合协调单位"]
    if len(territories) == 1 and jurisdiction.local_lead:
        return territories[0].code, ["只涉及一地，属地主办，主管单位协办"]
    if len(territories) > 1:
        return department.code, [f"涉及多地，由主管单位{department.name}主办"]
    return department.code, [f"谁主管谁负责：由{department.name}主办"]


def _territory(jurisdiction: Jurisdiction, name: str) -> Unit | None:
    by_name = {place.name: place for place in jurisdiction.places}
    canonical = {alias: place.name for place in jurisdiction.places for alias in place.aliases}
    holders = {place: unit for unit in jurisdiction.units for place in unit.territory}
    at: str | None = name if name in by_name else canonical.get(name)
    seen: set[str] = set()
    while at is not None and at not in seen:
        if at in holders:
            return holders[at]
        seen.add(at)
        at = by_name[at].within if at in by_name else None
    return None
