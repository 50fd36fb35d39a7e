"""The dialog that opens a case by hand: a call, a paper, an event the machine did not grade."""

from __future__ import annotations

from nicegui import ui

from responder.console.forms import parse_local
from responder.console.frame import Screen
from responder.desk import NewCase
from responder.labels import GRADES, TOPICS
from responder.people import Person
from responder.readmodels import EventLine, TicketLine


def open_case(screen: Screen, event: EventLine | None = None) -> None:
    """Ask what the case is about and open it; `event` when it is about one."""
    stage = screen.backstage
    with ui.dialog() as dialog, ui.card().classes("w-[560px]"):
        ui.label("手工立案").classes("text-lg font-bold")
        places = {code: j.name for code, j in stage.jurisdictions.items()}
        home = event.jurisdiction if event else screen.person.jurisdiction or next(iter(places))
        where = ui.select(places, label="辖区", value=home).classes("w-full")
        title = ui.input("事项", value=event.title if event else "").classes("w-full")
        text = ui.textarea("来源与情况（电话、来信、现场）").classes("w-full")
        topic = ui.select(
            dict(TOPICS), label="议题", value=event.topic if event else "other"
        ).classes("w-full")
        grade = ui.select(
            {k: v for k, v in GRADES.items() if k}, label="等级",
            value=max(1, event.severity) if event else 1,
        ).classes("w-full")  # fmt: skip
        sudden = ui.switch("突发事件", value=bool(event and event.emergency))
        posted = ui.input("首发时间（可不填，年-月-日 时:分）").classes("w-full")

        def send() -> None:
            def do(person: Person) -> TicketLine:
                first = (posted.value or "").strip()
                case = NewCase(
                    jurisdiction=str(where.value),
                    title=(title.value or "").strip(),
                    text=(text.value or "").strip(),
                    topic=str(topic.value),
                    grade=int(grade.value or 1),
                    emergency=bool(sudden.value),
                    first_posted_at=parse_local(first, "首发时间", stage.zone) if first else None,
                    event_id=event.event_id if event else None,
                )
                return stage.desk.open_by_hand(person, case, stage.clock.now())

            if screen.attempt(do, "已立案"):
                dialog.close()
                ui.navigate.to("/tickets")

        with ui.row().classes("w-full justify-end"):
            ui.button("取消", on_click=dialog.close).props("flat")
            ui.button("立案", on_click=send).props("unelevated")
    dialog.open()
