"""上报与通报 on a ticket's page: what is to be told to whom, the draft to confirm, receipts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from responder.console.forms import asking, parse_local
from responder.console.frame import card
from responder.console.pages.offered import Deciding
from responder.console.screen import Screen
from responder.doors import PERMITS
from responder.origins import TITLES, Origin
from responder.people import Person
from responder.readmodels.conduct import ReportLine
from responder.readmodels.tickets import TicketPage
from responder.reporting_drafts import FIELDS
from responder.transitions import Action

_REPORT = "推送所选各方，各记一条；此后登记它们的回执。时限照常计时。"
_RECEIPT = "记入台账，不能删改；回执时间须在上报之后、现在之前。"
_NOTICE = TITLES[Origin.CYBERSPACE.value]


def show_reports(screen: Screen, page: Callable[[], TicketPage], deciding: Deciding) -> None:
    """A card with the reports and, for those who may report, the buttons."""
    first = page()
    if not first.reports and first.origin_zh != _NOTICE:
        return
    with card("上报与通报", "系统拟稿，由人确认"):
        screen.live(lambda: screen.html("reports_up.html", reports=page().reports))
        if Action.REPORT_UP not in PERMITS[screen.person.role] or not first.line.open:
            return
        with ui.element("div").classes("yq-actions"):
            if first.reports:
                ui.button("拟稿上报", on_click=lambda: _report(screen, page(), deciding))
                ui.button("登记回执", on_click=lambda: _receipt(screen, page(), deciding))
            if first.origin_zh == _NOTICE:
                ui.button("答复网信部门", on_click=lambda: _reply(screen, page(), deciding))


def _report(screen: Screen, page: TicketPage, deciding: Deciding) -> None:
    stage, number = screen.backstage, page.line.ticket_id
    draft = stage.desk.draft_report(screen.person, number)
    inputs: dict[str, Any] = {}
    chosen: dict[str, Any] = {}

    def do(person: Person, version: int) -> None:
        parts = {key: str(made.value or "") for key, made in inputs.items()}
        to = [code for code, made in chosen.items() if made.value]
        stage.desk.report(person, number, version, to, parts, stage.clock.now())

    decided = deciding(do)
    with asking("上报与通报", "确认上报", lambda: screen.attempt(decided, "已上报"), _REPORT):
        for key, title in FIELDS.items():
            made = ui.textarea(title, value=draft.parts[key]).props("autogrow")
            inputs[key] = made.classes("w-full")
        for code, name in draft.to:
            chosen[code] = ui.checkbox(name, value=True)


def _receipt(screen: Screen, page: TicketPage, deciding: Deciding) -> None:
    waiting = {str(one.position): one.to_zh for one in page.reports if _waits(one)}
    if not waiting:
        ui.notify("没有待登记回执的上报", position="top")
        return
    stage, number = screen.backstage, page.line.ticket_id
    inputs: dict[str, Any] = {}

    def do(person: Person, version: int) -> None:
        at = parse_local(str(inputs["at"].value or ""), "回执时间", stage.zone)
        position, said = int(inputs["of"].value), str(inputs["said"].value or "")
        now = stage.clock.now()
        stage.desk.record_receipt(person, number, version, position, said, at, now)

    decided = deciding(do)
    with asking("登记回执", "登记", lambda: screen.attempt(decided, "已登记回执"), _RECEIPT):
        inputs["of"] = ui.select(waiting, label="对象", value=next(iter(waiting)))
        inputs["said"] = ui.textarea("回执内容").props("autogrow")
        local = stage.clock.now().astimezone(ZoneInfo(stage.zone)).strftime("%Y-%m-%d %H:%M:%S")
        inputs["at"] = ui.input("回执时间", value=local).props(
            'hint="年-月-日 时:分，如 2026-03-02 08:30"'
        )
        for made in inputs.values():
            made.classes("w-full")


def _reply(screen: Screen, page: TicketPage, deciding: Deciding) -> None:
    stage, number = screen.backstage, page.line.ticket_id
    inputs: dict[str, Any] = {}

    def do(person: Person, version: int) -> None:
        text = str(inputs["text"].value or "")
        stage.desk.reply_to_notice(person, number, version, text, stage.clock.now())

    decided = deciding(do)
    with asking(
        "答复网信部门", "答复", lambda: screen.attempt(decided, "已答复"), "答复后方可办结。"
    ):
        inputs["text"] = ui.textarea("答复内容").props("autogrow").classes("w-full")


def _waits(one: ReportLine) -> bool:
    return one.position is not None and one.receipt is None
