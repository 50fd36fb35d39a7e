"""One voice: where several units act, one line (口径) is approved and one unit releases it.

What is not approved may still have to go out: a grave emergency has five hours. So a leader's
consent with a reason takes the place of the line, and in a grave emergency the reason alone does;
both stand on record with the release. That another unit releases nobody can consent to: the
coordinator names another releasing unit instead. What the machine found published already is a
fact and goes on record through its offer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from responder.act import Act
from responder.people import Person, Role
from responder.review import review_of
from responder.ticket import Ticket
from responder.transitions import EVIDENCE_ACTIONS, Action, State
from yuqing.domain.conduct import ReviewStep
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.verdict import Severity

_CHARGING = (Action.ASSIGN, Action.REASSIGN)


def releasing_unit(ticket: Ticket, acts: Sequence[Act]) -> str | None:
    """The code of the unit that releases: the one named with the charge, or since in a
    consultation; else the unit in charge. None while there is none."""
    if ticket.unit is None:
        return None
    begun = max(i for i, act in enumerate(acts) if act.action in _CHARGING)
    naming = [act for act in acts[begun:] if act.action in (*_CHARGING, Action.CONSULT)]
    named = [act.data["releasing_unit"] for act in naming if act.data.get("releasing_unit")]
    return str(named[-1]) if named else ticket.unit


def approved_line(ticket: Ticket, acts: Sequence[Act], steps: Sequence[ReviewStep]) -> str:
    """The newest draft of this round when its review is complete, else nothing."""
    review = review_of(ticket, acts, steps)
    return review.draft if review and review.complete else ""


def unapproved(
    ticket: Ticket, acts: Sequence[Act], steps: Sequence[ReviewStep], action: Action
) -> str:
    """What a release lacks, in Chinese; nothing when it may be put on record as it is."""
    releases = action in EVIDENCE_ACTIONS
    if releases and ticket.state is State.IN_REVIEW and action is not Action.PRESS_CONFERENCE:
        review = review_of(ticket, acts, steps)
        step = review.next_step if review else None
        if review is not None and not review.complete:
            left = f"，尚缺：{step.name}" if step else ""
            return f"稿件尚未审核通过，不能登记发布{left}"
    if releases and ticket.co_units and not approved_line(ticket, acts, steps):
        return "本案涉及多个单位，尚无审定口径，不能登记发布"
    return ""


def is_pressing(ticket: Ticket) -> bool:
    """A grave emergency: its release has five hours and waits for nobody's consent."""
    return ticket.emergency and ticket.grade >= Severity.MAJOR


def may_go_first(ticket: Ticket) -> bool:
    """Whether a release without approval can be consented to: what is in review is sent back or
    approved instead, unless it presses."""
    return is_pressing(ticket) or ticket.state is not State.IN_REVIEW


def check_releasing(
    person: Person, ticket: Ticket, acts: Sequence[Act], jurisdiction: Jurisdiction, action: Action
) -> None:
    """Of several units only the releasing one puts its own publications on record.

    Who coordinates may record what it released. Raises NotAllowed.
    """
    if action not in EVIDENCE_ACTIONS or not ticket.co_units or person.role is not Role.UNIT:
        return
    releasing = releasing_unit(ticket, acts)
    if releasing is not None and person.unit != releasing:
        unit = jurisdiction.unit(releasing)
        name = unit.name if unit else releasing
        raise NotAllowed(f"本案由{name}按审定口径统一发布，其他单位不能另行发布")


def check_release(
    ticket: Ticket,
    acts: Sequence[Act],
    jurisdiction: Jurisdiction,
    action: Action,
    data: Mapping[str, Any],
) -> None:
    """What is released is approved, or goes first by consent. Raises NotAllowed."""
    lacking = unapproved(ticket, acts, jurisdiction.review, action)
    if not lacking:
        return
    if not may_go_first(ticket):
        raise NotAllowed(lacking)
    if is_pressing(ticket):
        if not data.get("reason"):
            raise NotAllowed(f"{lacking}；突发事件须先行发布的，请写明理由")
    elif not (data.get("reason") and data.get("approver")):
        raise NotAllowed(f"{lacking}；确须先行发布的，请写明同意的领导和理由")


def check_consent(person: Person, data: Mapping[str, Any]) -> None:
    """Nobody consents to what they do themselves. Raises NotAllowed."""
    if data.get("approver") == person.login:
        raise NotAllowed("同意的领导不能是办理人自己")
