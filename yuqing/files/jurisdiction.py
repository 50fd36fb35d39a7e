"""A government's YAML file becomes a Jurisdiction, or an error that names line and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import (
    AskedWhen,
    ChainStep,
    ClockRule,
    ClockStart,
    Contact,
    Jurisdiction,
    Numbering,
    Place,
    Policy,
    Unit,
)
from yuqing.domain.policy import national
from yuqing.domain.verdict import Severity
from yuqing.files.jurisdiction_checks import first_mistake
from yuqing.files.jurisdiction_form import (
    AskedWhenForm,
    ClockForm,
    ContactForm,
    JurisdictionForm,
    TightenForm,
)
from yuqing.files.yamlfile import load_yaml

TEMPLATE = "template.yaml"
_ALWAYS = tuple(AskedWhen(emergency, (1, 2, 3, 4)) for emergency in (False, True))
# Our own choice, for a file that names no chain for a grade.
_CHAIN = (
    ChainStep(timedelta(0), "duty"),
    ChainStep(timedelta(minutes=30), "principal"),
    ChainStep(timedelta(hours=1), "coordinator"),
)


def load_jurisdictions(folder: Path) -> Mapping[str, Jurisdiction]:
    """Every jurisdiction of `folder` (*.yaml, the template aside) by code, in order of code.

    Raises ConfigError for the first wrong file, or when two files have one code.
    """
    found: dict[str, tuple[Jurisdiction, Path]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == TEMPLATE:
            continue
        jurisdiction = load_jurisdiction(path)
        if jurisdiction.code in found:
            other = found[jurisdiction.code][1].name
            remedy = "Give each government a code of its own."
            raise ConfigError(str(path), "code", f"{other} has the same code", remedy)
        found[jurisdiction.code] = (jurisdiction, path)
    return {code: found[code][0] for code in sorted(found)}


def load_jurisdiction(path: Path) -> Jurisdiction:
    """The government that the file at `path` describes; ConfigError names the first mistake."""
    form = load_yaml(path, JurisdictionForm)
    mistake = first_mistake(path, form)
    if mistake:
        raise mistake
    return _jurisdiction(form)


def _jurisdiction(form: JurisdictionForm) -> Jurisdiction:
    return Jurisdiction(
        code=form.code,
        name=form.name,
        level=form.level,
        zone=form.zone,
        policy=_policy(form),
        units=tuple(
            Unit(u.code, u.name, u.kind, _contact(u.principal), _contacts(u.duty), u.territory)
            for u in form.units
        ),
        coordinator=form.coordinator,
        routes=tuple(form.routes.items()),
        places=tuple(Place(p.name, p.aliases, p.within) for p in form.places),
        chains=tuple((grade, _chain(form, grade)) for grade in Severity if grade),
        opens_from=form.opens_from,
        acknowledge_within=form.acknowledge_within,
        official_channels=form.official_channels,
        warn_before=form.warn_before,
        local_lead=form.local_lead,
    )


def _contact(form: ContactForm) -> Contact:
    return Contact(form.name, form.role, form.channels)


def _contacts(forms: Iterable[ContactForm]) -> tuple[Contact, ...]:
    return tuple(_contact(form) for form in forms)


def _chain(form: JurisdictionForm, grade: Severity) -> tuple[ChainStep, ...]:
    steps = form.chains.get(int(grade))
    if steps is None:
        return _CHAIN
    return tuple(sorted((ChainStep(s.after, s.target) for s in steps), key=lambda s: s.after))


def _policy(form: JurisdictionForm) -> Policy:
    base = national()
    tightened = (_tightened(rule, form.clocks.tighten.get(rule.name)) for rule in base.clocks)
    added = (_clock(clock) for clock in form.clocks.add)
    changed = form.clocks.tighten or form.clocks.add
    name = form.code if changed else base.name
    return Policy(name, base.version, (*tightened, *added))


def _tightened(rule: ClockRule, form: TightenForm | None) -> ClockRule:
    if form is None:
        return rule
    return replace(
        rule,
        due=form.due or rule.due,
        start=form.start or rule.start,
        asked_when=(*rule.asked_when, *_asked(form.also_asked_when)),
        national=False,
        basis="；".join(part for part in (form.basis, rule.basis) if part),
    )


def _clock(form: ClockForm) -> ClockRule:
    numbered = form.numbering is Numbering.PER_ASSIGNMENT
    return ClockRule(
        name=form.name,
        title=form.title,
        due=form.due,
        start=form.start or (ClockStart.ASSIGNED if numbered else ClockStart.DISCOVERED),
        stopped_by=form.stopped_by,
        asked_when=_asked(form.asked_when) or _ALWAYS,
        numbering=form.numbering,
        national=False,
        basis=form.basis,
    )


def _asked(forms: Iterable[AskedWhenForm]) -> tuple[AskedWhen, ...]:
    return tuple(AskedWhen(form.emergency, form.grades) for form in forms)
