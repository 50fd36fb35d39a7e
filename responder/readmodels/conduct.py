"""What a ticket owes beside its clocks: review steps, reports up, 会商, releases after progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One step that the newest draft needs; `who` approved it, None while nobody has; `by_zh` is
    the role or unit that it is for."""

    code: str
    name: str
    basis: str
    who: str | None
    by_zh: str = ""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One body that is to be told of the ticket: `position` is the history entry that told it,
    `receipt` what it answered."""

    to: str
    to_zh: str
    duty_zh: str
    required: bool
    position: int | None
    at: datetime | None
    receipt: str | None
    receipt_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """One round of 会商; `opinions` are (unit, what it said), `absent_zh` who said nothing (so
    far, while `conclusion` is empty)."""

    number: int
    opened_at: datetime
    question: str
    units_zh: tuple[str, ...]
    opinions: tuple[tuple[str, str], ...]
    concluded_at: datetime | None
    conclusion: str
    absent_zh: tuple[str, ...]
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A step of progress that a public release must follow until `due`."""

    step_zh: str
    at: datetime
    due: datetime
    late: bool
    basis: str
