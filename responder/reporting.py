"""上报与通报: what is grave is told to the superior, to 宣传 and to 网信.

What the other side answers is put on record too, and a notice from 网信 is answered back to 网信.
Pure: who is told, and what of it the record shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.act import Act
from responder.fields import flag, whole
from responder.origins import Origin
from responder.stored import Stored
from responder.ticket import Ticket
from responder.transitions import ACTION_TITLES, Action
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import Contact, Jurisdiction
from yuqing.domain.verdict import Severity

_TELLING = (Action.REPORT_UP, Action.NOTIFY)
_RAISING = (Action.OPEN, Action.GRADE, Action.REOPEN)


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody who is told. `code` is superior, publicity or cyberspace; `unit` its code where it
    is a unit of the jurisdiction."""

    code: str
    name: str
    action: Action
    contacts: tuple[Contact, ...]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One report on record: `position` is its act; `receipt` what came back, None until then."""

    body: Body
    required: bool
    position: int | None = None
    at: datetime | None = None
    receipt: str | None = None
    receipt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """Bodies that nobody has told in this round; `since` is the act that made it a duty."""

    since: int
    names: tuple[str, ...]


def bodies(jurisdiction: Jurisdiction) -> tuple[Body, ...]:
    """Whom the jurisdiction tells, the superior first."""
    return tuple(_bodies(jurisdiction))


def is_required(ticket: Ticket, origin: str | None) -> bool:
    """Grades 重大 and 特别重大 are reported, and every emergency that is not yet online."""
    return _must(ticket.grade, ticket.emergency, origin)


def told(stored: Stored, acts: Sequence[Act], jurisdiction: Jurisdiction) -> tuple[Told, ...]:
    """For each body the last report of this round, and its receipt."""
    begun, required = _begun(acts), is_required(stored.ticket, stored.origin)
    return tuple(_told(body, required, acts, begun) for body in bodies(jurisdiction))


def untold(acts: Sequence[Act], jurisdiction: Jurisdiction) -> Untold | None:
    """Who still must be told of an open matter, None when nobody must."""
    since, begun = _since(acts), _begun(acts)
    if since is None:
        return None
    all_told = (_told(body, True, acts, begun) for body in bodies(jurisdiction))
    names = tuple(one.body.name for one in all_told if one.position is None)
    return Untold(since, names) if names else None


def is_answered(acts: Sequence[Act]) -> bool:
    """Whether a notice from 网信 has its answer on record."""
    return any(act.action == Action.NOTIFY and act.data.get("reply") is True for act in acts)


def check_answered(stored: Stored, acts: Sequence[Act], action: Action) -> None:
    """A notice from 网信 is closed once it is answered. Raises NotAllowed."""
    waiting = stored.origin == Origin.CYBERSPACE and not is_answered(acts)
    if action is Action.CLOSE and waiting:
        raise NotAllowed("尚未答复网信部门的通报，不能办结")


def unreported(stored: Stored, acts: Sequence[Act], jurisdiction: Jurisdiction) -> str:
    """Whom this round has not been reported to, or whose receipt is not on record, in Chinese;
    nothing when all is, or nothing is required."""
    if not is_required(stored.ticket, stored.origin):
        return ""
    begun = max((i for i, act in enumerate(acts) if act.action == Action.REOPEN), default=0)
    telling = [act for act in acts[begun:] if act.action in _TELLING]
    lacking = []
    for body in bodies(jurisdiction):
        mine = [act for act in telling if _is_to(body, act)]
        if not any("receipt" not in act.data for act in mine):
            lacking.append(f"{body.name}尚未{ACTION_TITLES[body.action]}")
        elif not any("receipt" in act.data for act in mine):
            lacking.append(f"{body.name}尚无回执")
    return "、".join(lacking)


def check_reported(
    stored: Stored,
    acts: Sequence[Act],
    jurisdiction: Jurisdiction,
    action: Action,
    data: Mapping[str, Any],
) -> None:
    """What must be reported is closed once everybody was told and has receipted, or by a leader's
    consent with a reason. Raises NotAllowed."""
    if action is not Action.CLOSE or (data.get("approver") and data.get("reason")):
        return
    if lacking := unreported(stored, acts, jurisdiction):
        raise NotAllowed(f"不能办结：{lacking}；确须先行办结的，请写明同意的领导和理由")


def _must(grade: int, emergency: bool, origin: object) -> bool:
    return grade >= Severity.MAJOR or (emergency and origin == Origin.OFFLINE)


def _since(acts: Sequence[Act]) -> int | None:
    """The act of this round since which it must be reported."""
    since, must = None, False
    for position, act in enumerate(acts):
        if act.action not in _RAISING:
            continue
        if act.action == Action.REOPEN:
            since = None
        else:
            grade, emergency = whole(act.data, "grade"), flag(act.data, "emergency")
            must = _must(grade, emergency, acts[0].data.get("origin"))
        since = (position if since is None else since) if must else None
    return since


def _begun(acts: Sequence[Act]) -> int:
    return max((i for i, act in enumerate(acts) if act.action == Action.REOPEN), default=0)


def _bodies(jurisdiction: Jurisdiction) -> Iterator[Body]:
    if (superior := jurisdiction.superior) is not None:
        yield Body("superior", superior.name, Action.REPORT_UP, (superior,))
    told_to = jurisdiction.reports_to
    for code, name in (("publicity", told_to.publicity), ("cyberspace", told_to.cyberspace)):
        unit = jurisdiction.unit(name) if name else None
        if unit is not None:
            contacts = (*unit.duty, unit.principal)
            yield Body(code, unit.name, Action.NOTIFY, contacts, unit.code)


def _told(body: Body, required: bool, acts: Sequence[Act], begun: int) -> Told:
    position = receipt = None
    for i, act in enumerate(acts[begun:], begun):
        # By its name where somebody put on record by hand what was told by telephone.
        if act.action not in _TELLING or act.data.get("to") not in (body.code, body.name):
            continue
        if "receipt" not in act.data:
            position, receipt = i, None
        elif act.data.get("of") == position:
            receipt = act
    if position is None:
        return Told(body, required)
    at = acts[position].at
    if receipt is None:
        return Told(body, required, position, at)
    received = datetime.fromisoformat(str(receipt.data["received_at"]))
    return Told(body, required, position, at, str(receipt.data["receipt"]), received)


def _is_to(body: Body, act: Act) -> bool:
    # told by hand, over the telephone, it is named as it is called
    return act.data.get("to") in (body.code, body.name)
