"""The dialog that opens a case by hand: a call, a paper, an event the machine did not grade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from responder.console.forms import asking, parse_local
from responder.console.screen import Screen
from responder.desk import NewCase
from responder.labels import GRADES, TOPICS
from responder.origins import TITLES, Origin
from responder.people import Person
from responder.readmodels.events import EventLine
from responder.readmodels.tickets import TicketLine
from yuqing.domain.errors import InvalidMessage

NEXT = "生成台账编号，时限自发现时间起算，并按议题和地点建议责任单位。"
POSTED = "首发时间（可不填）"


def open_case(screen: Screen, event: EventLine | None = None) -> None:
    """Ask what the case is about and open it; `event` when it is about one."""
    stage = screen.backstage
    fields: dict[str, Any] = {}

    def send() -> bool:
        opened: list[TicketLine] = []

        def do(person: Person) -> None:
            case = _case(fields, event, stage.zone)
            opened.append(stage.desk.open_by_hand(person, case, stage.clock.now()))

        if done := screen.attempt(do, "已立案"):
            ui.navigate.to(f"/tickets/{opened[0].ticket_id}")
        return done

    with asking("手工立案", "立案", send, NEXT):
        places = {code: j.name for code, j in stage.jurisdictions.items()}
        home = event.jurisdiction if event else screen.person.jurisdiction or next(iter(places))
        if len(places) > 1 and screen.person.jurisdiction is None:
            fields["where"] = ui.select(places, label="辖区", value=home)
        else:
            fields["where"] = ui.input("辖区", value=home).classes("hidden")
        _ask(fields, event)
        for made in fields.values():
            made.classes("w-full")
        fields["sudden"] = ui.switch("突发事件", value=bool(event and event.emergency))


def _ask(fields: dict[str, Any], event: EventLine | None) -> None:
    title = event.title if event else ""
    fields["title"] = ui.input("事项", value=title).props("autofocus")
    fields["text"] = ui.textarea("来源与情况（电话、来信、现场）").props("autogrow")
    fields["topic"] = ui.select(TOPICS, label="议题", value=event.topic if event else "other")
    grades = {k: v for k, v in GRADES.items() if k}
    fields["grade"] = ui.select(grades, label="等级", value=max(1, event.severity) if event else 1)
    if event is None:
        fields["origin"] = ui.select(TITLES, label="来源", value=Origin.OTHER.value)
        fields["reference"] = ui.input("文号或编号（网信部门通报必填）")
    fields["posted"] = ui.input(POSTED).props('hint="年-月-日 时:分，如 2026-03-02 08:30"')


def _case(fields: Mapping[str, Any], event: EventLine | None, zone: str) -> NewCase:
    title, first = ((fields[name].value or "").strip() for name in ("title", "posted"))
    if not title:
        raise InvalidMessage("请填写「事项」")
    origin, reference = ("", "") if event else _whence(fields)
    return NewCase(
        jurisdiction=str(fields["where"].value),
        title=title,
        text=(fields["text"].value or "").strip(),
        topic=str(fields["topic"].value),
        grade=int(fields["grade"].value or 1),
        emergency=bool(fields["sudden"].value),
        first_posted_at=parse_local(first, "首发时间", zone) if first else None,
        event_id=event.event_id if event else None,
        origin=Origin(origin or Origin.OTHER),
        reference=reference or None,
    )


def _whence(fields: Mapping[str, Any]) -> tuple[str, str]:
    return str(fields["origin"].value), (fields["reference"].value or "").strip()
