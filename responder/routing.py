"""属地管理、分级负责、谁主管谁负责: the topic names the unit in charge, the place the territory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from responder.sub_topics import sub_topics_of
from yuqing.domain.jurisdiction import Jurisdiction, Place, Unit
from yuqing.domain.verdict import Severity, Topic

_LOWEST = ("street", "township")


@dataclass(frozen=True, slots=True)
class Routed:
    """Which unit handles (`unit`), which help (`co_units`), all as unit codes, and why.

    `reasons` are Chinese sentences for the person who confirms the assignment. `proposal` is a
    unit that the wording points to, which nobody but a person can charge for that.
    """

    unit: str
    co_units: tuple[str, ...]
    reasons: tuple[str, ...]
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said of the matter: `text` may name units and sub-topics, `unit_kind` is the kind
    of unit that the judge guessed from it."""

    text: str = ""
    unit_kind: str | None = None


def route(
    jurisdiction: Jurisdiction,
    topic: Topic,
    places: Sequence[str],
    grade: Severity = Severity.ORDINARY,
    wording: Wording = Wording(),
) -> Routed:
    """Who should handle a matter of `topic` at `places` (names or aliases; unknown ones count
    as no place).

    Within one territory its unit leads where the jurisdiction says `local_lead`, and the topic's
    unit helps; elsewhere the other way round. What touches several territories goes to the
    department of the government above them, and so does what touches the whole jurisdiction.
    Without a unit for the topic, one that the text names takes it, else the coordinator. From
    重大 on the coordinator helps in any case.
    """
    narrow = [place for place in places if not _whole(jurisdiction, place)]
    wide = bool(places) and not narrow
    territories = territories_of(jurisdiction, places if wide else narrow)
    department, said = _department(jurisdiction, topic, wording.text)
    named = _named(jurisdiction, wording.text)
    lead, why = _lead(jurisdiction, department, () if wide else territories, wide, named)
    helping = [*([department] if department else []), *territories, *named]
    reasons = [*said, *why]
    if territories:
        reasons.append(f"属地：{'、'.join(unit.name for unit in territories)}")
    reasons += [f"文中点名：{unit.name}" for unit in named]
    codes = [unit.code for unit in helping]
    if grade >= Severity.MAJOR:
        codes.append(jurisdiction.coordinator)
        reasons.append("重大及以上级别，综合协调单位参与协调")
    proposal = _proposal(jurisdiction, department, wording.unit_kind)
    if proposal and proposal.code not in (lead, *codes):
        reasons.append(f"建议考虑{proposal.name}：从文字判断属这类单位，请人工确定")
    co_units = tuple(code for code in dict.fromkeys(codes) if code != lead)
    return Routed(lead, co_units, tuple(reasons), proposal.code if proposal else None)


def territories_of(jurisdiction: Jurisdiction, places: Sequence[str]) -> tuple[Unit, ...]:
    """The units whose territory holds any of `places`, each place to the nearest one above it.

    A place that others of `places` lie within only says where they are: of a village and its
    town the village counts, and a town named with one of its villages is no second territory.
    """
    found = [_territory(jurisdiction, place) for place in _narrowest(jurisdiction, places)]
    units = {unit.code: unit for unit in found if unit}
    return tuple(units.values())


def _department(
    jurisdiction: Jurisdiction, topic: Topic, text: str
) -> tuple[Unit | None, list[str]]:
    """The unit in charge of the topic, or of the narrower matter that the text speaks of."""
    sub = next(iter(sub_topics_of(jurisdiction, text, [topic])), None)
    if sub and sub.unit and (unit := jurisdiction.unit(sub.unit)):
        mark = "（推定分工）" if sub.inferred else ""
        return unit, [f"子主题“{sub.name}”由{unit.name}主管{mark}"]
    department = jurisdiction.unit(dict(jurisdiction.routes).get(topic, ""))
    inferred = department is not None and topic in jurisdiction.inferred
    return department, ["该主题的分工为推定，请核对"] if inferred else []


def _named(jurisdiction: Jurisdiction, text: str) -> tuple[Unit, ...]:
    """Units that the text names; of 公安局 and 市公安局 only the longer name."""
    found = [unit for unit in jurisdiction.units if len(unit.name) > 2 and unit.name in text]
    names = [unit.name for unit in found]
    return tuple(u for u in found if not any(u.name != n and u.name in n for n in names))


def _lead(
    jurisdiction: Jurisdiction,
    department: Unit | None,
    territories: tuple[Unit, ...],
    wide: bool,
    named: tuple[Unit, ...],
) -> tuple[str, list[str]]:
    if len(territories) == 1 and jurisdiction.local_lead:
        helped = "，主管单位协办" if department else ""
        return territories[0].code, [f"只涉及一地，属地主办{helped}"]
    if department is None and len(named) == 1:
        return named[0].code, ["主题没有对应的主管单位，交文中点名的单位"]
    if department is None:
        return jurisdiction.coordinator, ["主题没有对应的主管单位，交综合协调单位"]
    if len(territories) > 1:
        several = f"涉及多地，由主管单位{department.name}主办"
        return department.code, [several, *_above(jurisdiction)]
    if wide:
        return department.code, [f"涉及全域的政策和工作，由主管单位{department.name}主办"]
    return department.code, [f"谁主管谁负责：由{department.name}主办"]


def _above(jurisdiction: Jurisdiction) -> list[str]:
    """A street has no departments above several streets: those are its superior's."""
    if jurisdiction.level not in _LOWEST or jurisdiction.superior is None:
        return []
    return [f"如超出本辖区，报{jurisdiction.superior.name}由其主管部门牵头"]


def _proposal(jurisdiction: Jurisdiction, department: Unit | None, kind: str | None) -> Unit | None:
    """The one unit of the guessed kind, where it is not the one in charge already."""
    if kind in (None, "other", "unknown") or (department and department.kind == kind):
        return None
    found = [unit for unit in jurisdiction.units if unit.kind == kind]
    return found[0] if len(found) == 1 else None


def _whole(jurisdiction: Jurisdiction, name: str) -> bool:
    """Whether the place is the whole jurisdiction, or more: it has others within it, and is the
    one of the jurisdiction's own name, lies above that one, or within no other."""
    at, by_name = _canonical(jurisdiction, name), {p.name: p for p in jurisdiction.places}
    if at is None or not any(other.within == at for other in jurisdiction.places):
        return False
    own = _canonical(jurisdiction, jurisdiction.name)
    return by_name[at].within is None or (own is not None and at in _upwards(by_name, own))


def _territory(jurisdiction: Jurisdiction, name: str) -> Unit | None:
    at = _canonical(jurisdiction, name)
    by_name = {place.name: place for place in jurisdiction.places}
    holders = {place: unit for unit in jurisdiction.units for place in unit.territory}
    for place in _upwards(by_name, at) if at else ():
        if place in holders:
            return holders[place]
    return None


def _narrowest(jurisdiction: Jurisdiction, names: Sequence[str]) -> list[str]:
    """The canonical names of the places of `names` that no other of them lies within."""
    by_name = {place.name: place for place in jurisdiction.places}
    known = [at for name in names if (at := _canonical(jurisdiction, name))]
    above = {up for at in known for up in _upwards(by_name, at) if up != at}
    return [at for at in dict.fromkeys(known) if at not in above]


def _canonical(jurisdiction: Jurisdiction, name: str) -> str | None:
    names = (place.name for place in jurisdiction.places)
    aliases = {alias: place.name for place in jurisdiction.places for alias in place.aliases}
    return name if name in names else aliases.get(name)


def _upwards(by_name: dict[str, Place], name: str) -> Iterator[str]:
    at: str | None = name
    seen: set[str] = set()
    while at is not None and at not in seen:
        yield at
        seen.add(at)
        at = by_name[at].within if at in by_name else None
