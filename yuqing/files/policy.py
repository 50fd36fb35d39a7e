"""What a jurisdiction's file says of clocks becomes its policy; the national is only tightened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from yuqing.domain.jurisdiction import (
    AskedWhen,
    ClockRule,
    ClockStart,
    Numbering,
    Policy,
    StoppedBy,
)
from yuqing.domain.policy import national
from yuqing.files.conduct_form import CadenceForm
from yuqing.files.jurisdiction_form import (
    AskedWhenForm,
    ClockForm,
    JurisdictionForm,
    TightenForm,
)

CONTINUED = "continued_release"
_ALWAYS = tuple(AskedWhen(emergency, (1, 2, 3, 4)) for emergency in (False, True))


def policy_of(form: JurisdictionForm) -> Policy:
    """The clocks of a jurisdiction: the national ones, perhaps tightened, and its own."""
    base = national()
    tightened = tuple(_tightened(rule, form.clocks.tighten.get(rule.name)) for rule in base.clocks)
    if form.spokespeople.any_grade:
        tightened = tuple(_at_any_grade(rule, form.spokespeople.basis) for rule in tightened)
    added = tuple(_clock(clock) for clock in form.clocks.add)
    cadence = (_continued(form.cadence),) if form.cadence else ()
    rules = (*tightened, *added, *cadence)
    return Policy(base.name if rules == base.clocks else form.code, base.version, rules)


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


def _at_any_grade(rule: ClockRule, basis: str) -> ClockRule:
    if rule.stopped_by is not StoppedBy.PRINCIPAL_VOICE:
        return rule
    said = "；".join(part for part in (basis, rule.basis) if part)
    return replace(rule, asked_when=_ALWAYS, national=False, basis=said)


def _continued(form: CadenceForm) -> ClockRule:
    official = StoppedBy.OFFICIAL_PUBLICATION if form.official else StoppedBy.ANY_PUBLICATION
    return ClockRule(
        name=CONTINUED,
        title="持续发布",
        due=form.every,
        start=ClockStart.DISCOVERED,
        stopped_by=official,
        asked_when=(AskedWhen(form.emergency, form.grades),),
        numbering=Numbering.CADENCE,
        national=False,
        basis=form.basis,
    )
