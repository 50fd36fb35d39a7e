"""What no single field of a jurisdiction file can tell: whether its parts fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ruamel.yaml import YAML

from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import ClockStart, Numbering, StoppedBy
from yuqing.domain.policy import national
from yuqing.files.conduct_checks import conduct_mistakes
from yuqing.files.grading_form import grading_mistakes
from yuqing.files.jurisdiction_form import JurisdictionForm
from yuqing.files.mistake import Keys, Mistake
from yuqing.files.yamlfile import line_of

_TARGETS = frozenset({"duty", "principal", "coordinator"})
_NEEDED = {"publicity": "reports_to.publicity", "leader": "leader", "superior": "superior"}
_RELEASES = frozenset({StoppedBy.ANY_PUBLICATION, StoppedBy.OFFICIAL_PUBLICATION})


def mistakes_in(path: Path, form: JurisdictionForm) -> tuple[ConfigError, ...]:
    """The parts of `form`, read from `path`, that do not fit, in the order of the checks."""
    found = [mistake for check in _CHECKS for mistake in check(form)]
    if not found:
        return ()
    tree = YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    return tuple(_error(path, tree, mistake) for mistake in found)


def _error(path: Path, tree: object, mistake: Mistake) -> ConfigError:
    field = ".".join(str(key) for key in mistake.keys)
    line = line_of(tree, mistake.keys)
    return ConfigError(str(path), field, mistake.problem, mistake.remedy, line)


def _units(form: JurisdictionForm) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, unit in enumerate(form.units):
        if unit.code in seen or unit.code in _TARGETS | {"leader", "superior"}:
            taken = f"the code {unit.code!r} is taken"
            yield Mistake(("units", index, "code"), taken, "Give each unit a code of its own.")
        seen.add(unit.code)


def _unit_codes(form: JurisdictionForm) -> Iterator[Mistake]:
    codes = {unit.code for unit in form.units}
    remedy = f"Write one of the codes under units: {', '.join(sorted(codes))}."
    named: list[tuple[Keys, str]] = [(("coordinator",), form.coordinator)]
    named += [(("routes", topic.value), route.unit) for topic, route in form.routes.items()]
    for keys, code in named:
        if code not in codes:
            yield Mistake(keys, f"there is no unit {code!r}", remedy)


def _targets(form: JurisdictionForm) -> Iterator[Mistake]:
    known = _TARGETS | {unit.code for unit in form.units} | _reachable(form)
    for grade, steps in form.chains.items():
        for index, step in enumerate(steps):
            if step.target in known:
                continue
            keys = ("chains", grade, index, "target")
            problem = f"{step.target!r} is nobody who can be pushed"
            remedy = "Write duty, principal, coordinator or a unit code."
            if step.target in _NEEDED:
                remedy = f"Fill in {_NEEDED[step.target]}, or write another target."
            yield Mistake(keys, problem, remedy)


def _reachable(form: JurisdictionForm) -> set[str]:
    there = {
        "publicity": form.reports_to.publicity,
        "leader": form.leader,
        "superior": form.superior,
    }
    return {target for target, contact in there.items() if contact}


def _places(form: JurisdictionForm) -> Iterator[Mistake]:
    names = {place.name for place in form.places}
    seen: set[str] = set()
    for index, place in enumerate(form.places):
        for name in (place.name, *place.aliases):
            if name in seen:
                remedy = "Keep it in one place; give the other its full name."
                yield Mistake(("places", index), f"the name {name!r} is there twice", remedy)
            seen.add(name)
        if place.within is not None and place.within not in names:
            problem = f"there is no place {place.within!r}"
            remedy = "Write the name of a place under places, not an alias."
            yield Mistake(("places", index, "within"), problem, remedy)
    yield from _circles(form)


def _circles(form: JurisdictionForm) -> Iterator[Mistake]:
    within = {place.name: place.within for place in form.places}
    for index, place in enumerate(form.places):
        above, seen = place.within, {place.name}
        while above is not None and above not in seen:
            seen.add(above)
            above = within.get(above)
        if above is not None:
            problem = f"{place.name!r} lies within itself"
            yield Mistake(("places", index, "within"), problem, "Break the circle.")


def _territories(form: JurisdictionForm) -> Iterator[Mistake]:
    names = {place.name for place in form.places}
    for index, unit in enumerate(form.units):
        for place in unit.territory:
            if place not in names:
                keys = ("units", index, "territory")
                problem = f"there is no place {place!r}"
                yield Mistake(keys, problem, "Add it under places, or mend the name.")


def _tightened(form: JurisdictionForm) -> Iterator[Mistake]:
    rules = {rule.name: rule for rule in national().clocks}
    for name, tighten in form.clocks.tighten.items():
        keys = ("clocks", "tighten", name)
        if name not in rules:
            remedy = f"Write one of {', '.join(rules)}; a new clock goes under clocks.add."
            yield Mistake(keys, f"there is no national clock {name!r}", remedy)
        elif tighten.due and tighten.due > rules[name].due:
            hours = rules[name].due.total_seconds() / 3600
            problem = f"longer than the national {hours:g}h"
            yield Mistake((*keys, "due"), problem, "Write the same or less, or leave it out.")


def _added(form: JurisdictionForm) -> Iterator[Mistake]:
    seen = {rule.name for rule in national().clocks}
    for index, clock in enumerate(form.clocks.add):
        keys = ("clocks", "add", index)
        if clock.name in seen:
            remedy = "Give it a name of its own; a national clock goes under clocks.tighten."
            yield Mistake((*keys, "name"), f"there is a clock {clock.name!r} already", remedy)
        seen.add(clock.name)
        if clock.numbering is Numbering.CADENCE and clock.stopped_by not in _RELEASES:
            problem = "a cadence runs from publication to publication"
            remedy = "Write any_publication or official_publication."
            yield Mistake((*keys, "stopped_by"), problem, remedy)
        per_assignment = clock.numbering is Numbering.PER_ASSIGNMENT
        if per_assignment and clock.start not in (None, ClockStart.ASSIGNED):
            problem = "a clock that runs anew with each assignment starts there"
            remedy = "Leave start out, or write numbering: once."
            yield Mistake((*keys, "start"), problem, remedy)


def _grading(form: JurisdictionForm) -> Iterator[Mistake]:
    return grading_mistakes(form.grading)


_CHECKS: tuple[Callable[[JurisdictionForm], Iterator[Mistake]], ...] = (
    _units,
    _unit_codes,
    _targets,
    _places,
    _territories,
    _tightened,
    _added,
    _grading,
    conduct_mistakes,
)
