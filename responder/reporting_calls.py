"""Pushes for reports: to those told, and before that to the coordinator who must confirm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from responder.act import Act
from responder.outbox import Push
from responder.push import harmless
from responder.reporting import Body, bodies, is_required
from responder.reporting_drafts import drafted
from responder.stored import Stored
from responder.transitions import Action
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet


def call_to_report(
    stored: Stored, acts: Sequence[Act], first: int, jurisdiction: Jurisdiction
) -> Iterator[Push]:
    """Once a ticket must be reported, the coordinator gets the draft to confirm."""
    raising = (Action.OPEN, Action.GRADE, Action.REOPEN)
    asked = any(act.action in raising for act in acts[first:])
    unit = jurisdiction.unit(jurisdiction.coordinator)
    told = bodies(jurisdiction)
    if not (asked and told and unit and is_required(stored.ticket, stored.origin)):
        return
    names = "、".join(body.name for body in told)
    yield Push(
        key=f"{stored.ticket_id}:report:{stored.ticket.round}",
        purpose="case",
        audience=f"unit:{unit.code}",
        jurisdiction=stored.jurisdiction,
        title=f"请上报：{harmless(discreet(stored.title))[:40]}",
        body=f"须报{names}。系统已拟稿，请核对后确认：\n"
        + _lines(drafted(stored, acts, jurisdiction).text),
        link=f"/tickets/{stored.ticket_id}",
        due_at=acts[-1].at,
        ticket_id=stored.ticket_id,
        recipients=tuple((one.name, one.channels) for one in unit.duty or (unit.principal,)),
    )


def report_to(body: Body, stored: Stored, act: Act, position: int) -> Push:
    """The report itself, to `body`; the leaders see in the console what went to the superior."""
    return Push(
        key=f"{stored.ticket_id}:report:{position}:{body.code}",
        purpose="case",
        audience=f"unit:{body.unit}" if body.unit else "role:leader",
        jurisdiction=stored.jurisdiction,
        title=f"舆情报告：{harmless(discreet(stored.title))[:40]}",
        body=f"编号：{stored.ticket_id}\n{_lines(str(act.data['text']))}",
        link=f"/tickets/{stored.ticket_id}",
        due_at=act.at,
        ticket_id=stored.ticket_id,
        recipients=tuple((one.name, one.channels) for one in body.contacts),
    )


def _lines(text: str) -> str:
    return "\n".join(harmless(discreet(line)) for line in text.splitlines())
