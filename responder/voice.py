"""One voice: where several units act, one line (口径) is approved and one unit releases it."""

from __future__ import annotations

from collections.abc import Sequence

from responder.act import Act
from responder.people import Person, Role
from responder.review import review_of
from responder.ticket import Ticket
from responder.transitions import EVIDENCE_ACTIONS, Action
from yuqing.domain.conduct import ReviewStep
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import Jurisdiction

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


def check_voice(
    person: Person,
    ticket: Ticket,
    acts: Sequence[Act],
    jurisdiction: Jurisdiction,
    action: Action,
) -> None:
    """Of several units only the releasing one puts its own publications on record.

    Who coordinates may always record what is public already. Raises NotAllowed.
    """
    if action not in EVIDENCE_ACTIONS or not ticket.co_units or person.role is not Role.UNIT:
        return
    releasing = releasing_unit(ticket, acts)
    if releasing is not None and person.unit != releasing:
        unit = jurisdiction.unit(releasing)
        name = unit.name if unit else releasing
        raise NotAllowed(f"本案由{name}按审定口径统一发布，其他单位不能另行发布")
