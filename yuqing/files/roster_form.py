"""The part of a jurisdiction file that says who is on duty and when nobody is woken."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from pydantic import Field

from yuqing.domain.roster import Calendar, Contact, DayKind, QuietHours, Roster, Shift
from yuqing.domain.verdict import Severity
from yuqing.files.form import Code, ContactForm, Form, TimeOfDay

Weekday = Annotated[int, Field(ge=1, le=7)]


class ShiftForm(Form):
    """A line of the duty roster."""

    unit: Code
    contacts: Annotated[tuple[ContactForm, ...], Field(min_length=1)]
    days: Annotated[tuple[DayKind, ...], Field(min_length=1)] = tuple(DayKind)
    weekdays: tuple[Weekday, ...] = ()
    dates: tuple[date, ...] = ()
    begin: Annotated[TimeOfDay, Field(alias="from")] = time(0)
    end: Annotated[TimeOfDay, Field(alias="to")] = time(0)


class QuietForm(Form):
    """When pushes about small matters wait; 重大 and 特别重大 never do."""

    begin: Annotated[TimeOfDay, Field(alias="from")]
    end: Annotated[TimeOfDay, Field(alias="to")]
    grades: Annotated[tuple[Annotated[int, Field(ge=1, le=2)], ...], Field(min_length=1)] = (1, 2)


def contact_of(form: ContactForm) -> Contact:
    """The value of one contact."""
    return Contact(form.name, form.role, form.channels)


def roster_of(shifts: tuple[ShiftForm, ...], calendar: Calendar) -> Roster:
    """The value of the duty roster."""
    return Roster(tuple(_shift(shift) for shift in shifts), calendar)


def quiet_of(form: QuietForm | None) -> QuietHours | None:
    """The value of the quiet hours, if there are any."""
    if form is None:
        return None
    return QuietHours(form.begin, form.end, tuple(Severity(grade) for grade in form.grades))


def _shift(form: ShiftForm) -> Shift:
    return Shift(
        unit=form.unit,
        contacts=tuple(contact_of(one) for one in form.contacts),
        days=form.days,
        weekdays=form.weekdays,
        dates=form.dates,
        begin=form.begin,
        end=form.end,
    )
