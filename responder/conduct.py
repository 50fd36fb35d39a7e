"""How a ticket's answer is conducted, as its page shows it: review, line, release, reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from responder import labels
from responder.act import Act
from responder.lines.names import unit_zh
from responder.progress import owed_release
from responder.readmodels.conduct import OwedLine, ReportLine, ReviewLine
from responder.reporting import told
from responder.review import Review, review_of
from responder.stored import Stored, stored_of
from responder.voice import approved_line, releasing_unit
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet


@dataclass(frozen=True, slots=True)
class Conduct:
    """`line` is the approved 口径, empty until there is one; `reference` the number that the case
    has where it came from."""

    line: str = ""
    releasing_unit_zh: str = ""
    review: tuple[ReviewLine, ...] = ()
    reports: tuple[ReportLine, ...] = ()
    reference: str = ""
    owed: tuple[OwedLine, ...] = ()


def conduct_of(
    row: Row[Any],
    acts: Sequence[Act],
    jurisdiction: Jurisdiction | None,
    names: Mapping[str, str],
    now: datetime,
) -> Conduct:
    """The conduct of the ticket `row` at `now`; `names` maps logins to the names of people."""
    reference = discreet(str(acts[0].data.get("reference") or ""))
    if jurisdiction is None:
        return Conduct(reference=reference)
    stored = stored_of(row, acts)
    review = review_of(stored.ticket, acts, jurisdiction.review)
    several = bool(stored.ticket.co_units)
    releasing = releasing_unit(stored.ticket, acts) if several else None
    return Conduct(
        line=discreet(approved_line(stored.ticket, acts, jurisdiction.review)),
        releasing_unit_zh=unit_zh(jurisdiction, releasing),
        review=_steps(review, names, jurisdiction) if review else (),
        reports=tuple(
            ReportLine(
                to=one.body.code,
                to_zh=one.body.name,
                duty_zh=labels.ACTIONS[one.body.action],
                required=one.required,
                position=one.position,
                at=one.at,
                receipt=discreet(one.receipt) if one.receipt is not None else None,
                receipt_at=one.receipt_at,
            )
            for one in told(stored, acts, jurisdiction)
        ),
        reference=reference,
        owed=_owed(stored, acts, jurisdiction, now),
    )


def _owed(
    stored: Stored, acts: Sequence[Act], jurisdiction: Jurisdiction, now: datetime
) -> tuple[OwedLine, ...]:
    rule = jurisdiction.progress_release
    return tuple(
        OwedLine(step.title, step.at, step.due, step.due < now, rule.basis)
        for step in owed_release(stored.ticket, acts, rule)
        if rule
    )


def _steps(
    review: Review, names: Mapping[str, str], jurisdiction: Jurisdiction
) -> tuple[ReviewLine, ...]:
    passed = dict(review.passed)
    if not review.needed:
        return tuple(ReviewLine("", code, "", names.get(who, who)) for code, who in review.passed)
    return tuple(
        ReviewLine(
            step.code,
            step.name,
            step.basis,
            _who(passed.get(step.code), names),
            labels.ROLES.get(step.by) or unit_zh(jurisdiction, step.by),
        )
        for step in review.needed
    )


def _who(login: str | None, names: Mapping[str, str]) -> str | None:
    return names.get(login, login) if login else None
