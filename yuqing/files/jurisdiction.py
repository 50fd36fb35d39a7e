"""A government's YAML file becomes a Jurisdiction, or an error that names line and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import ChainStep, Jurisdiction, Place, Unit
from yuqing.domain.roster import Contact
from yuqing.domain.verdict import Severity
from yuqing.files.conduct_form import (
    channels_of,
    duties_of,
    progress_release_of,
    reports_to_of,
    review_of,
    spokespeople_of,
    sub_topics_of,
    watch_kinds_of,
)
from yuqing.files.form import ContactForm
from yuqing.files.grading_form import grading_of
from yuqing.files.jurisdiction_checks import mistakes_in
from yuqing.files.jurisdiction_form import JurisdictionForm
from yuqing.files.policy import policy_of
from yuqing.files.roster_form import contact_of, quiet_of, roster_of
from yuqing.files.yamlfile import read_yaml

TEMPLATE = "template.yaml"
# Our own choice, for a file that names no chain for a grade.
_CHAIN = (
    ChainStep(timedelta(0), "duty"),
    ChainStep(timedelta(minutes=30), "principal"),
    ChainStep(timedelta(hours=1), "coordinator"),
)
# Our own choice as well: how long a charged unit may show no work.
_STALLS: Mapping[Severity, timedelta] = {
    Severity.ORDINARY: timedelta(hours=24),
    Severity.LARGER: timedelta(hours=8),
    Severity.MAJOR: timedelta(hours=2),
    Severity.GRAVE: timedelta(hours=1),
}


def load_jurisdictions(folder: Path) -> Mapping[str, Jurisdiction]:
    """Every jurisdiction of `folder` (*.yaml, the template aside) by code, in order of code.

    Raises ConfigError for the first wrong file, or when two files have one code.
    """
    known, mistakes = read_jurisdictions(folder)
    if mistakes:
        raise mistakes[0]
    return known


def read_jurisdictions(
    folder: Path,
) -> tuple[Mapping[str, Jurisdiction], tuple[ConfigError, ...]]:
    """As `load_jurisdictions`, but with every mistake of every file instead of raising one."""
    found: dict[str, tuple[Jurisdiction, Path]] = {}
    mistakes: list[ConfigError] = []
    for path in sorted(folder.glob("*.yaml")):
        read = read_jurisdiction(path) if path.name != TEMPLATE else ()
        if isinstance(read, tuple):
            mistakes += read
        elif read.code in found:
            other = found[read.code][1].name
            remedy = "Give each government a code of its own."
            mistakes.append(ConfigError(str(path), "code", f"{other} has the same code", remedy))
        else:
            found[read.code] = (read, path)
    return {code: found[code][0] for code in sorted(found)}, tuple(mistakes)


def load_jurisdiction(path: Path) -> Jurisdiction:
    """The government that the file at `path` describes; ConfigError names the first mistake."""
    read = read_jurisdiction(path)
    if isinstance(read, tuple):
        raise read[0]
    return read


def read_jurisdiction(path: Path) -> Jurisdiction | tuple[ConfigError, ...]:
    """The government that the file describes, or all that is wrong with it."""
    form = read_yaml(path, JurisdictionForm)
    if isinstance(form, tuple):
        return form
    return mistakes_in(path, form) or _jurisdiction(form)


def _jurisdiction(form: JurisdictionForm) -> Jurisdiction:
    return Jurisdiction(
        code=form.code,
        name=form.name,
        level=form.level,
        zone=form.zone,
        policy=policy_of(form),
        units=tuple(
            Unit(u.code, u.name, u.kind, contact_of(u.principal), _contacts(u.duty), u.territory)
            for u in form.units
        ),
        coordinator=form.coordinator,
        routes=tuple((topic, route.unit) for topic, route in form.routes.items()),
        places=tuple(Place(p.name, p.aliases, p.within) for p in form.places),
        chains=tuple((grade, _chain(form, grade)) for grade in Severity if grade),
        opens_from=form.opens_from,
        grading=grading_of(form.grading, form.name),
        review_below=form.review_below,
        acknowledge_within=form.acknowledge_within,
        official_channels=_official(form),
        warn_before=form.warn_before,
        local_lead=form.local_lead,
        superior=_contact(form.superior),
        leader=_contact(form.leader),
        reports_to=reports_to_of(form.reports_to, form.police),
        quiet_hours=quiet_of(form.quiet_hours),
        reminders=tuple(sorted(set(form.reminders))),
        calendar=form.calendar,
        roster=roster_of(form.roster, form.calendar),
        review=review_of(form.review),
        spokespeople=spokespeople_of(form.spokespeople),
        channels=channels_of(form.channels),
        progress_release=progress_release_of(form.progress_release),
        sub_topics=sub_topics_of(form.sub_topics),
        watch_kinds=watch_kinds_of(form.watch_kinds),
        duties=duties_of(form.duties),
        inferred=tuple(topic for topic, route in form.routes.items() if route.inferred),
        triage_within=form.triage_within or form.acknowledge_within,
        report_within=form.report_within or form.acknowledge_within,
        stalls_after=tuple((g, form.stalls_after.get(int(g), _STALLS[g])) for g in _STALLS),
        handover_within=form.handover_within,
    )


def _official(form: JurisdictionForm) -> tuple[str, ...]:
    named = (channel.name for channel in form.channels if channel.official)
    return tuple(dict.fromkeys((*form.official_channels, *named)))


def _contact(form: ContactForm | None) -> Contact | None:
    return contact_of(form) if form else None


def _contacts(forms: Iterable[ContactForm]) -> tuple[Contact, ...]:
    return tuple(contact_of(form) for form in forms)


def _chain(form: JurisdictionForm, grade: Severity) -> tuple[ChainStep, ...]:
    steps = form.chains.get(int(grade))
    if steps is None:
        return _CHAIN
    told = (ChainStep(step.after, step.target, step.channels) for step in steps)
    return tuple(sorted(told, key=lambda step: step.after))
