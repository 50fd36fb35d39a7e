"""The chain of a grade, walked for what is late: who is asked at which step, and when the next one
does not wait for its time because nobody could be reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from responder.audience import Audience
from responder.causes import Cause, Escalation
from responder.lateness import Matter
from responder.situation import Situation
from responder.undelivered_notes import unheard_in
from yuqing.domain.jurisdiction import ChainStep
from yuqing.domain.verdict import Severity

_NOBODY = "（无人在岗，直接催办下一级）"
_MUTE = "（没有推送地址，同时催办下一级）"
FORWARD = "（上一步无人收到，提前催办）"


def chain(situation: Situation, matter: Matter) -> Iterator[Escalation]:
    """The steps of the grade's chain; where nobody is available, or the push of a step has finally
    reached nobody, the next one comes at once."""
    unheard, steps = unheard_in(situation.acts), tuple(_steps(situation, matter.prefix))
    at_once = situation.awake(unheard[matter.told]) if matter.told in unheard else None
    asked_in_vain = at_once is not None
    for number, step, key in steps:
        planned = situation.awake(matter.late_from + step.after)
        due_at = min(planned, at_once) if at_once else planned
        found = situation.audience(matter.cause, step, due_at)
        remark = _remark(situation, matter.cause, found, steps[number + 1 :], due_at)
        early = FORWARD if at_once and at_once < planned else ""
        at_once = due_at if remark else None
        if key in unheard:
            at_once = situation.awake(max(unheard[key], due_at))
        elif asked_in_vain and step.target == "duty":
            at_once = due_at  # it goes to whom the asking could not reach
        yield Escalation(
            key=key,
            cause=matter.cause,
            step=number,
            target=step.target,
            unit=found.unit,
            contacts=found.contacts,
            reason=matter.reason,
            due_at=due_at,
            clock=matter.clock,
            assignment=matter.assignment,
            remark=remark or early,
        )


def _remark(
    situation: Situation,
    cause: Cause,
    found: Audience,
    following: Sequence[tuple[int, ChainStep, str]],
    at: datetime,
) -> str:
    """Why the next step does not wait: nobody is there, or, of a grave matter, no phone of theirs
    is known while one of somebody further up is."""
    if not found.contacts:
        return _NOBODY
    if any(one.channels for one in found.contacts) or situation.ticket.grade < Severity.MAJOR:
        return ""
    later = (
        one for _, step, _ in following for one in situation.audience(cause, step, at).contacts
    )
    return _MUTE if any(one.channels for one in later) else ""


def _steps(situation: Situation, prefix: str) -> Iterator[tuple[int, ChainStep, str]]:
    """(number, step, key) of the grade's chain.

    The key names the target and not the step's number, so that after a re-grading, or an edit
    of the chain, nobody is pushed again for the same lateness and nobody is left out.
    """
    seen: Counter[str] = Counter()
    for number, step in enumerate(
        dict(situation.jurisdiction.chains).get(situation.ticket.grade, ())
    ):
        seen[step.target] += 1
        yield number, step, f"{prefix}:{step.target}:{seen[step.target]}"
