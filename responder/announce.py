"""Whom a new act concerns at once; what becomes late afterwards is the escalation's business."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from responder import labels
from responder.act import Act
from responder.changes import Announce
from responder.consultation import OPEN
from responder.doors import RETURNS
from responder.outbox import Push
from responder.push import harmless
from responder.reporting_calls import call_to_report
from responder.review import review_of
from responder.roster import Handover, awake, on_duty
from responder.routing import Wording, route
from responder.stored import Stored
from responder.transitions import Action
from responder.voice import releasing_unit
from yuqing.domain.jurisdiction import Contact, Jurisdiction, Unit
from yuqing.domain.text import discreet
from yuqing.domain.verdict import Severity, Topic

_URGENT = int(Severity.MAJOR)


def announcer(jurisdiction: Jurisdiction) -> Announce:
    """Pushes for new acts: an opening, a unit charged, a matter returned, a grade raised, a draft.

    An emergency or a grade from 重大 on goes to the coordinator and to the unit that the routing
    proposes at once, although a human has yet to confirm the grade.
    """

    def announce(
        stored: Stored, acts: Sequence[Act], first: int, waiting: Sequence[Handover]
    ) -> Sequence[Push]:
        concerning = [
            push
            for position in range(first, len(acts))
            for push in _concerning(stored, acts, position, jurisdiction, waiting)
        ]
        return [*concerning, *call_to_report(stored, acts, first, jurisdiction)]

    return announce


def message(stored: Stored, grade: int, emergency: bool) -> str:
    """What every push says of the ticket."""
    mark = "（突发事件）" if emergency else ""
    places = f"\n地点：{harmless('、'.join(stored.places))}" if stored.places else ""
    return (
        f"{harmless(discreet(stored.title))}\n等级：{labels.GRADES[grade]}{mark}"
        f"\n主题：{labels.named(labels.TOPICS, stored.topic)}{places}\n编号：{stored.ticket_id}"
    )


def recipients_of(contacts: Iterable[Contact]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(name, channels) of each contact, as the outbox wants them."""
    return tuple((contact.name, contact.channels) for contact in contacts)


def _concerning(
    stored: Stored,
    acts: Sequence[Act],
    position: int,
    jurisdiction: Jurisdiction,
    waiting: Sequence[Handover],
) -> Iterator[Push]:
    act = acts[position]
    for purpose, heading, code in _audiences(stored, acts, position, jurisdiction):
        unit = jurisdiction.unit(code)
        role = code.removeprefix("role:")
        yield Push(
            key=f"{stored.ticket_id}:act:{position}:{code}",
            purpose=purpose,
            audience=f"unit:{code}" if unit else f"role:{role}",
            jurisdiction=stored.jurisdiction,
            title=f"{heading}：{harmless(discreet(stored.title))[:40]}",
            body=message(stored, int(stored.ticket.grade), stored.ticket.emergency),
            link=f"/tickets/{stored.ticket_id}",
            due_at=awake(jurisdiction, stored.ticket.grade, act.at),
            ticket_id=stored.ticket_id,
            recipients=recipients_of(_contacts(jurisdiction, unit, act, waiting)) if unit else (),
            assignment=position if purpose == "acknowledge" else None,
        )


def _contacts(
    jurisdiction: Jurisdiction, unit: Unit, act: Act, waiting: Sequence[Handover]
) -> tuple[Contact, ...]:
    duty, grade = on_duty(jurisdiction, unit, act.at, waiting), act.data.get("grade")
    if isinstance(grade, int) and grade >= _URGENT:
        return tuple(dict.fromkeys((*duty, unit.principal)))
    return duty or (unit.principal,)


Audience = tuple[str, str, str]  # purpose, heading, unit code or role:ROLE


def _audiences(
    stored: Stored, acts: Sequence[Act], position: int, jurisdiction: Jurisdiction
) -> Iterable[Audience]:
    act = acts[position]
    match act.action:
        case Action.OPEN | Action.REOPEN:
            return _opened(stored, acts, position, jurisdiction)
        case Action.GRADE:
            return _graded(stored, acts, position, jurisdiction)
        case Action.ASSIGN | Action.REASSIGN:
            return _charged(act.data)
        case Action.RETURN:
            named = stored.ticket.returns >= RETURNS
            heading = "已两次退回，请指定主办单位" if named else "已退回，请重新交办"
            return [("case", heading, jurisdiction.coordinator)]
        case Action.CONSULT if act.data.get("phase") == OPEN:
            units = act.data.get("units")
            invited = units if isinstance(units, list | tuple) else ()
            return [("case", "请参加会商", str(code)) for code in invited]
        case Action.SUBMIT | Action.APPROVE:
            return _reviewing(stored, acts[: position + 1], jurisdiction)
    return []


def _reviewing(
    stored: Stored, acts: Sequence[Act], jurisdiction: Jurisdiction
) -> Iterable[Audience]:
    review = review_of(stored.ticket, acts, jurisdiction.review)
    if review is None or not review.needed:
        return [("case", "请审核", "role:reviewer")] if acts[-1].action == Action.SUBMIT else []
    step = review.next_step
    if step is None:
        releases = releasing_unit(stored.ticket, acts) or jurisdiction.coordinator
        return [("case", "审核已全部通过，请发布", releases)]
    charged = stored.ticket.unit if step.by == "unit" else None
    code = charged or (step.by if jurisdiction.unit(step.by) else f"role:{step.by}")
    return [("case", f"请审核（{step.name}）", code)]


def _opened(
    stored: Stored, acts: Sequence[Act], position: int, jurisdiction: Jurisdiction
) -> list[Audience]:
    urgent = int(stored.ticket.grade) >= _URGENT
    charged = any(act.action == Action.ASSIGN for act in acts[position:])
    if charged and not urgent:
        return []
    found = [("case", "紧急：新立案待研判" if urgent else "新立案待研判", jurisdiction.coordinator)]
    if urgent and not charged:
        found += _proposed(stored, jurisdiction)
    return found


def _graded(
    stored: Stored, acts: Sequence[Act], position: int, jurisdiction: Jurisdiction
) -> list[Audience]:
    before = [act for act in acts[:position] if "grade" in act.data][-1].data
    now = acts[position].data
    raised = _rank(now) > _rank(before) and _rank(now) >= (_URGENT, False)
    if not raised:
        return []
    found = [("case", "紧急：等级上调", jurisdiction.coordinator)]
    if stored.ticket.unit is None:
        return found + _proposed(stored, jurisdiction)
    return [*found, ("case", "紧急：等级上调", stored.ticket.unit)]


def _proposed(stored: Stored, jurisdiction: Jurisdiction) -> list[Audience]:
    wording = Wording(stored.title)
    routed = route(jurisdiction, Topic(stored.topic), stored.places, stored.ticket.grade, wording)
    codes = dict.fromkeys((routed.unit, *routed.co_units))
    return [
        ("case", "紧急：请先行处置，待正式交办", code)
        for code in codes
        if code != jurisdiction.coordinator
    ]


def _charged(data: Mapping[str, object]) -> list[Audience]:
    unit, co_units = str(data.get("unit", "")), data.get("co_units")
    helping = [str(code) for code in co_units] if isinstance(co_units, list | tuple) else []
    return [
        ("acknowledge", "请签收", unit),
        *(("case", "请协办", code) for code in helping if code != unit),
    ]


def _rank(data: Mapping[str, object]) -> tuple[int, bool]:
    grade = data.get("grade")
    return (grade if isinstance(grade, int) else 0, data.get("emergency") is True)
