"""The part of a jurisdiction file that says from how many dead, hurt or yuan on a grade begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from yuqing.domain.grading import GENERAL, LEAST_SEEN, Counted, Grading, Steps
from yuqing.domain.verdict import Severity
from yuqing.files.form import Form, Grade
from yuqing.files.mistake import Mistake

Count = Annotated[int, Field(strict=True, gt=0)]
Least = dict[Grade, Count]


def _none() -> Least:
    return {}


class GradingForm(Form):
    """From how many on each grade begins; what is left out is as it is generally."""

    dead: Least = Field(default_factory=_none)
    gravely_injured: Least = Field(default_factory=_none)
    hurt: Least = Field(default_factory=_none)
    trapped: Least = Field(default_factory=_none)
    loss: Least = Field(default_factory=_none)
    crowd: Least = Field(default_factory=_none)
    affected: Least = Field(default_factory=_none)
    stricken: Least = Field(default_factory=_none)
    shared: Least = Field(default_factory=_none)
    basis: str = ""

    def of(self, counted: Counted) -> Mapping[int, int]:
        """What the file says of it."""
        said: Mapping[int, int] = getattr(self, counted.value)
        return said


def grading_of(form: GradingForm, name: str) -> Grading:
    """The general steps, with those of the government `name` in their place."""
    steps = tuple((counted, _merged(form, counted)) for counted, _general in GENERAL.steps)
    local = Grading(steps, name, form.basis)
    return local if local.own() else GENERAL


def grading_mistakes(form: GradingForm) -> Iterator[Mistake]:
    """Grades out of order, and counts that the machine cannot tell."""
    for counted, _general in GENERAL.steps:
        yield from _unseen(form, counted)
        yield from _out_of_order(form, counted)


def _merged(form: GradingForm, counted: Counted) -> Steps:
    own = {Severity(grade): least for grade, least in form.of(counted).items()}
    return tuple(sorted({**GENERAL.of(counted), **own}.items()))


def _unseen(form: GradingForm, counted: Counted) -> Iterator[Mistake]:
    least = LEAST_SEEN.get(counted, 1)
    for grade, count in form.of(counted).items():
        if count < least:
            keys = ("grading", counted.value, grade)
            problem = f"the machine does not read less than {least} as {counted.value}"
            yield Mistake(keys, problem, f"Write {least} or more.")


def _out_of_order(form: GradingForm, counted: Counted) -> Iterator[Mistake]:
    """A graver grade begins no sooner than a lesser one, the general ones included."""
    for (lesser, low), (graver, high) in pairwise(_merged(form, counted)):
        if high >= low:
            continue
        said = form.of(counted)
        grade = graver if int(graver) in said else lesser
        problem = f"grade {graver:d} begins at {high}, before grade {lesser:d} at {low}"
        remedy = f"Let grade {graver:d} begin at {low} or more, or grade {lesser:d} sooner."
        if int(lesser) not in said or int(graver) not in said:
            remedy += " A grade that is not written is the general one."
        yield Mistake(("grading", counted.value, int(grade)), problem, remedy)
