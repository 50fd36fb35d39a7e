"""The part of a jurisdiction file that says how answers are reviewed, spoken and released."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yuqing.domain.conduct import (
    Channel,
    ChannelKind,
    Duty,
    DutyStatus,
    Gate,
    ProgressRelease,
    ReportsTo,
    ReviewStep,
    Spokespeople,
    SubTopic,
    Voice,
    WatchKind,
)
from yuqing.domain.verdict import Topic
from yuqing.files.durations import PositiveDuration
from yuqing.files.form import Code, ContactForm, Form, Grade, Name
from yuqing.files.roster_form import contact_of


class ReviewStepForm(Form):
    """A step of the review before publishing."""

    code: Code
    name: Name
    by: Code
    when: Gate | None = None
    basis: str = ""


class VoiceForm(Form):
    """Who speaks instead of the principal."""

    contact: ContactForm
    unit: Code | None = None
    topic: Topic | None = None


class SpokespeopleForm(Form):
    """第一新闻发言人."""

    head: ContactForm | None = None
    voices: tuple[VoiceForm, ...] = ()
    street_principal_always: bool = False
    any_grade: bool = False
    basis: str = ""


class ChannelForm(Form):
    """A channel of publication."""

    code: Code
    name: Name
    kind: ChannelKind
    official: bool = True


class CadenceForm(Form):
    """How often release goes on after the first publication."""

    every: PositiveDuration
    emergency: bool = True
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)] = (3, 4)
    official: bool = True
    basis: str = ""


class ProgressReleaseForm(Form):
    """How soon another release follows a recorded step of progress."""

    within: PositiveDuration
    emergency: bool = True
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)] = (3, 4)
    official: bool = True
    basis: str = ""


class SubTopicForm(Form):
    """A narrower matter under one of the topics."""

    code: Code
    name: Name
    topic: Topic
    words: Annotated[tuple[Name, ...], Field(min_length=1)]
    unit: Code | None = None
    inferred: bool = False


class WatchKindForm(Form):
    """A kind of matter that is watched first."""

    number: Annotated[int, Field(ge=1, le=6)]
    name: Name


class ReportsToForm(Form):
    """The units that are told of what is grave."""

    publicity: Code | None = None
    cyberspace: Code | None = None


class DutyForm(Form):
    """One obligation of the plan."""

    code: Code
    name: Name
    basis: str = ""
    status: DutyStatus = DutyStatus.ACTIVE
    needs: str = ""


def review_of(forms: tuple[ReviewStepForm, ...]) -> tuple[ReviewStep, ...]:
    """The values of the review steps, in order."""
    return tuple(ReviewStep(f.code, f.name, f.by, f.when, f.basis) for f in forms)


def spokespeople_of(form: SpokespeopleForm) -> Spokespeople:
    """The value of who speaks."""
    return Spokespeople(
        head=contact_of(form.head) if form.head else None,
        voices=tuple(Voice(contact_of(v.contact), v.unit, v.topic) for v in form.voices),
        street_principal_always=form.street_principal_always,
        any_grade=form.any_grade,
    )


def channels_of(forms: tuple[ChannelForm, ...]) -> tuple[Channel, ...]:
    """The values of the channels."""
    return tuple(Channel(f.code, f.name, f.kind, f.official) for f in forms)


def progress_release_of(form: ProgressReleaseForm | None) -> ProgressRelease | None:
    """The value of what follows progress, if anything does."""
    if form is None:
        return None
    return ProgressRelease(form.within, form.emergency, form.grades, form.official, form.basis)


def sub_topics_of(forms: tuple[SubTopicForm, ...]) -> tuple[SubTopic, ...]:
    """The values of the sub-topics."""
    return tuple(SubTopic(f.code, f.name, f.topic, f.words, f.unit, f.inferred) for f in forms)


def watch_kinds_of(forms: tuple[WatchKindForm, ...]) -> tuple[WatchKind, ...]:
    """The values of the watch kinds."""
    return tuple(WatchKind(form.number, form.name) for form in forms)


def reports_to_of(form: ReportsToForm, police: str | None) -> ReportsTo:
    """The units that are told."""
    return ReportsTo(form.publicity, form.cyberspace, police)


def duties_of(forms: tuple[DutyForm, ...]) -> tuple[Duty, ...]:
    """The values of the duties."""
    return tuple(Duty(f.code, f.name, f.basis, f.status, f.needs) for f in forms)
