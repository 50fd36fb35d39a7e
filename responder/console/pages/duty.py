"""值班表: who is on duty now, unit by unit, handing over and taking, and trying a contact."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from nicegui import ui

from responder.console.forms import asking
from responder.console.frame import card, heading
from responder.console.homes import choose_home, home_of
from responder.console.router import Router
from responder.console.screen import Screen
from responder.desk_deliveries import DeliveryFilter
from responder.desk_duty import DUTY_ROLES, DutyLine
from responder.handovers import HandoverLine
from responder.people import Person

TRIED = 12
_GIVE = (
    "通知接班人；接班人签收之前，两人都在班、都收推送；"
    "逾时无人签收，依次催接班人、下一班、单位主要负责人、综合协调单位。"
)
_TRY = "按联系人的推送地址依次试发一条测试消息，结果列在下方；没有推送地址的只有控制台提醒。"
_TAKE = "点击后：由您签收接班，此后只由接班人值班；交班的人不能代签。"


def add(router: Router) -> None:
    """Add the page."""
    router.page("/roster", "/roster", "值班与交接", _roster)


def _roster(screen: Screen, request: Request) -> None:
    home = home_of(screen, request)
    may = screen.person.role in DUTY_ROLES
    with ui.row().classes("w-full items-center no-wrap"):
        heading("值班与交接", f"{home.name}，节假日和调休按值班表计")
        ui.space()
        choose_home(screen, "/roster", home)
        if may:
            ui.button("交班", on_click=lambda: _give(screen, home.code)).props("unelevated")
            ui.button("推送测试", on_click=lambda: _try(screen, home.code)).props("outline")
    with card("现在谁在班", "催办链的“值班人员”即按此推送"):
        screen.live(lambda: screen.html("roster.html", lines=_lines(screen, home.code)))
    with card("交接班", "最近 50 次，新的在上"):
        _handovers(screen, home.code, may)
    with card("推送测试结果", "送达以渠道回执为准"):
        screen.live(lambda: _tries(screen))


def _lines(screen: Screen, code: str) -> tuple[DutyLine, ...]:
    stage = screen.backstage
    return screen.shared(
        ("roster", code), lambda: stage.desk.roster(screen.person, code, stage.clock.now())
    )


def _tries(screen: Screen) -> str:
    wanted = DeliveryFilter(purpose="test")
    found = screen.backstage.desk.deliveries(screen.person, wanted, TRIED)
    return screen.html("deliveries.html", lines=found.lines, empty="还没有测试")


def _handovers(screen: Screen, code: str, may: bool) -> None:
    shown = [screen.backstage.desk.handovers(screen.person, code)]

    @ui.refreshable
    def rounds() -> None:
        ui.html(screen.html("handovers.html", lines=shown[0]), sanitize=False).classes("w-full")
        waiting = [one for one in shown[0] if one.taken_at is None] if may else []
        for one in waiting:
            with ui.row().classes("items-center gap-3 px-4 pb-3"):
                made = ui.button(f"{one.taker}签收接班", on_click=lambda o=one: _take(screen, o))
                made.props(f'outline data-take="{one.handover_id}"')
                ui.label(_TAKE).classes("yq-next")

    def change(lines: tuple[HandoverLine, ...]) -> None:
        shown[0] = lines
        rounds.refresh()

    rounds()
    screen.follow(lambda: screen.backstage.desk.handovers(screen.person, code), change, shown[0])


def _take(screen: Screen, one: HandoverLine) -> None:
    stage = screen.backstage
    screen.attempt(
        lambda person: stage.desk.take_over(person, one.handover_id, stage.clock.now()),
        "已签收接班",
    )


def _give(screen: Screen, code: str) -> None:
    stage = screen.backstage
    made: dict[str, Any] = {}

    def give(person: Person) -> None:
        people = (str(made["giver"].value or ""), str(made["taker"].value or ""))
        note, now = str(made["note"].value or ""), stage.clock.now()
        stage.desk.hand_over(person, code, str(made["unit"].value), people, note, now)

    with asking("交班", "交班", lambda: screen.attempt(give, "已交班，等接班人签收"), _GIVE):
        _people(screen, code, made, {"giver": "交班人", "taker": "接班人"})
        made["note"] = ui.textarea("交班说明（未办结事项）").props("autogrow").classes("w-full")


def _try(screen: Screen, code: str) -> None:
    stage = screen.backstage
    made: dict[str, Any] = {}

    def send(person: Person) -> None:
        contact = str(made["contact"].value or "")
        stage.desk.test_push(person, code, str(made["unit"].value), contact, stage.clock.now())

    with asking("推送测试", "发送", lambda: screen.attempt(send, "已发出，看下方结果"), _TRY):
        _people(screen, code, made, {"contact": "联系人"})


def _people(screen: Screen, code: str, made: dict[str, Any], names: dict[str, str]) -> None:
    lines = {line.unit: line for line in _lines(screen, code)}
    first = next(iter(lines))
    units = {unit: line.unit_zh for unit, line in lines.items()}

    def narrow() -> None:
        for name in names:
            made[name].set_options(list(lines[made["unit"].value].contacts), value=None)

    made["unit"] = ui.select(units, label="单位", value=first, on_change=narrow).classes("w-full")
    for name, label in names.items():
        contacts = list(lines[first].contacts)
        made[name] = ui.select(contacts, label=label).classes("w-full")
