"""会商 on a ticket's page: rounds with the question, each unit's opinion, absentees, the end."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from responder.console.acting import Desktop
from responder.console.forms import asking
from responder.console.frame import card
from responder.consultation import CONCLUDE, OPEN, OPINION
from responder.people import Person, Role
from responder.readmodels.conduct import ConsultationView
from responder.transitions import Action

CONSULT = Action.CONSULT.value
_TITLES = {OPEN: "发起会商", OPINION: "发表意见", CONCLUDE: "形成结论", "": "补记会商"}
_NEXT = {
    OPEN: "通知参加单位，等各单位发表意见；会商期间时限照常计时。",
    OPINION: "记入本次会商；同一单位再次发表的，以后一次为准。",
    CONCLUDE: "结束本次会商，至今未发表意见的单位记为缺席。",
    "": "只作记录，不通知任何单位。",
}
_ASKED = {OPEN: "议题", OPINION: "意见", CONCLUDE: "结论", "": "会商情况"}


def show_consultations(desktop: Desktop) -> None:
    """A card with the rounds and what the viewer may do now; nothing where there is neither."""
    screen = desktop.screen
    may = _may(desktop)
    if not may and not desktop.page().consultations:
        return
    with card("会商", "各单位意见、缺席和结论都记入台账"):
        screen.live(lambda: screen.html("consultations.html", rounds=desktop.page().consultations))
        _buttons(desktop)


def _may(desktop: Desktop) -> bool:
    stage, person = desktop.screen.backstage, desktop.screen.person
    offers = stage.desk.actions_for(person, desktop.number, stage.clock.now())
    return any(offer.action == CONSULT for offer in offers)


def _phases(desktop: Desktop) -> tuple[str, ...]:
    rounds, unit = desktop.page().consultations, desktop.screen.person.role is Role.UNIT
    going_on = bool(rounds) and rounds[-1].concluded_at is None
    if not _may(desktop):
        return ()
    if unit:
        return (OPINION,) if going_on and _invited(desktop, rounds[-1]) else ("",)
    return (OPINION, CONCLUDE) if going_on else (OPEN, "")


def _invited(desktop: Desktop, last: ConsultationView) -> bool:
    return desktop.screen.person.unit in last.units


def _buttons(desktop: Desktop) -> None:
    screen = desktop.screen
    shown = [_phases(desktop)]

    @ui.refreshable
    def buttons() -> None:
        with ui.element("div").classes("yq-actions"):
            for phase in shown[0]:
                made = ui.button(_TITLES[phase], on_click=lambda p=phase: _ask(desktop, p))
                made.props(f'outline data-phase="{phase or "note"}"').tooltip(_NEXT[phase])

    def change(phases: tuple[str, ...]) -> None:
        shown[0] = phases
        buttons.refresh()

    buttons()
    screen.follow(lambda: _phases(desktop), change, shown[0])


def _ask(desktop: Desktop, phase: str) -> None:
    screen, stage = desktop.screen, desktop.screen.backstage
    inputs: dict[str, Any] = {}

    def do(person: Person, version: int) -> None:
        data = {name: made.value for name, made in inputs.items() if made.value}
        data |= {"phase": phase} if phase else {}
        stage.desk.act(person, desktop.number, version, CONSULT, data, stage.clock.now())

    decided = desktop.deciding(do)
    title = _TITLES[phase]
    with asking(title, title, lambda: screen.attempt(decided, f"已{title}"), _NEXT[phase]):
        inputs |= _inputs(desktop, phase)
        inputs["text"] = ui.textarea(_ASKED[phase]).props("autogrow")
        for made in inputs.values():
            made.classes("w-full")


def _inputs(desktop: Desktop, phase: str) -> dict[str, Any]:
    page, desk = desktop.page(), desktop.screen.backstage.desk
    units = dict(desk.units(page.line.jurisdiction))
    if phase == OPEN:
        return {"units": ui.select(units, label="参加单位", multiple=True, value=[])}
    if phase == OPINION and desktop.screen.person.role is not Role.UNIT:
        asked = {code: units.get(code, code) for code in page.consultations[-1].units}
        return {"unit": ui.select(asked, label="发表意见的单位（代为登记）")}
    return {}
