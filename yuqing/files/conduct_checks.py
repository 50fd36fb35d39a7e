"""Whether what a jurisdiction file says of duty, review and release fits the rest of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yuqing.domain.conduct import DutyStatus
from yuqing.files.jurisdiction_form import JurisdictionForm
from yuqing.files.mistake import Keys, Mistake

ROLES = frozenset({"monitor", "analyst", "unit", "reviewer", "leader", "admin"})


def conduct_mistakes(form: JurisdictionForm) -> Iterator[Mistake]:
    """What does not fit, in the order of the checks."""
    yield from _named_units(form)
    yield from _reviewers(form)
    yield from _twice(form)
    yield from _voices(form)
    yield from _clocks(form)
    yield from _duties(form)
    yield from _quiet(form)


def _named_units(form: JurisdictionForm) -> Iterator[Mistake]:
    codes = {unit.code for unit in form.units}
    remedy = f"Write one of the codes under units: {', '.join(sorted(codes))}."
    for keys, code in _unit_fields(form):
        if code is not None and code not in codes:
            yield Mistake(keys, f"there is no unit {code!r}", remedy)


def _unit_fields(form: JurisdictionForm) -> Iterator[tuple[Keys, str | None]]:
    yield ("reports_to", "publicity"), form.reports_to.publicity
    yield ("reports_to", "cyberspace"), form.reports_to.cyberspace
    yield ("police",), form.police
    for index, shift in enumerate(form.roster):
        yield ("roster", index, "unit"), shift.unit
    for index, sub in enumerate(form.sub_topics):
        yield ("sub_topics", index, "unit"), sub.unit
    for index, voice in enumerate(form.spokespeople.voices):
        yield ("spokespeople", "voices", index, "unit"), voice.unit


def _reviewers(form: JurisdictionForm) -> Iterator[Mistake]:
    codes = {unit.code for unit in form.units}
    for index, step in enumerate(form.review):
        if step.by not in codes | ROLES:
            problem = f"{step.by!r} is neither a role nor a unit"
            remedy = f"Write one of {', '.join(sorted(ROLES))}, or the code of a unit."
            yield Mistake(("review", index, "by"), problem, remedy)


def _twice(form: JurisdictionForm) -> Iterator[Mistake]:
    coded = (
        ("review", [step.code for step in form.review]),
        ("channels", [channel.code for channel in form.channels]),
        ("sub_topics", [sub.code for sub in form.sub_topics]),
        ("duties", [duty.code for duty in form.duties]),
    )
    for field, codes in coded:
        for index in _repeated(codes):
            problem = f"the code {codes[index]!r} is taken"
            yield Mistake((field, index, "code"), problem, "Give each a code of its own.")
    for index in _repeated([kind.number for kind in form.watch_kinds]):
        problem = f"the number {form.watch_kinds[index].number} is taken"
        yield Mistake(("watch_kinds", index, "number"), problem, "Number them 1 to 6, each once.")


def _repeated(codes: Iterable[object]) -> Iterator[int]:
    seen: set[object] = set()
    for index, code in enumerate(codes):
        if code in seen:
            yield index
        seen.add(code)


def _voices(form: JurisdictionForm) -> Iterator[Mistake]:
    if form.spokespeople.street_principal_always and form.spokespeople.head is None:
        problem = "nobody is named who would speak"
        remedy = "Name the principal of the whole government under spokespeople.head."
        yield Mistake(("spokespeople", "street_principal_always"), problem, remedy)
    for index, voice in enumerate(form.spokespeople.voices):
        if voice.unit is None and voice.topic is None:
            remedy = "Write unit, topic, or both."
            keys = ("spokespeople", "voices", index)
            yield Mistake(keys, "it says neither for which unit nor for which topic", remedy)


def _clocks(form: JurisdictionForm) -> Iterator[Mistake]:
    if form.cadence and any(clock.name == "continued_release" for clock in form.clocks.add):
        remedy = "Keep one of the two."
        yield Mistake(("cadence",), "clocks.add has continued_release already", remedy)


def _duties(form: JurisdictionForm) -> Iterator[Mistake]:
    for index, duty in enumerate(form.duties):
        if duty.status is DutyStatus.PENDING and not duty.needs:
            remedy = "Write under needs what it waits for."
            yield Mistake(("duties", index, "status"), "pending, but not for what", remedy)


def _quiet(form: JurisdictionForm) -> Iterator[Mistake]:
    quiet = form.quiet_hours
    if quiet and quiet.begin == quiet.end:
        problem = "they would never end"
        yield Mistake(("quiet_hours", "to"), problem, "Write a time that is not the beginning.")
