"""待研判: what waits to be graded and assigned, with the unit that routing proposes and why."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from responder.console.acting import Desktop, show_some
from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.desk_work import TriageLine
from responder.doors import PERMITS
from responder.people import Role
from responder.transitions import Action
from yuqing.domain.errors import NotAllowed

SHOWN = 20
ACTIONS = ("grade", "assign", "merge", "dismiss")


def may_triage(role: Role) -> bool:
    """Whether the queue is for the role: of those who grade and assign."""
    return Action.ASSIGN in PERMITS[role]


def add(router: Router) -> None:
    """Add the page."""
    router.page("/triage", "/triage", "待研判", _triage)


def _triage(screen: Screen, _request: Request) -> None:
    if not may_triage(screen.person.role):
        raise NotAllowed("待研判队列由监测员、研判员和领导办理")
    heading("待研判", "等级高的在前，同级等得久的在前；时限从发现起算，不等交办")

    @ui.refreshable
    def queue() -> None:
        waiting = _waiting(screen)
        for one in waiting[:SHOWN]:
            _line(screen, one)
        if not waiting:
            ui.html('<div class="yq-empty">没有待研判的台账</div>', sanitize=False)
        if (more := len(waiting) - SHOWN) > 0:
            ui.label(f"另有 {more} 件，处理后依次显示").classes("yq-more")

    with card("待交办", "机器只建议，由人核定等级、交办单位"):
        queue()
    # Countdowns tick by themselves: only what somebody did draws the queue anew.
    screen.follow(lambda: _versions(screen), lambda _new: queue.refresh(), _versions(screen))


def _versions(screen: Screen) -> tuple[tuple[str, int], ...]:
    return tuple((one.line.ticket_id, one.line.version) for one in _waiting(screen))


def _waiting(screen: Screen) -> tuple[TriageLine, ...]:
    stage = screen.backstage
    return screen.shared("triage", lambda: stage.desk.triage(screen.person, stage.clock.now()))


def _line(screen: Screen, one: TriageLine) -> None:
    line = one.line
    assign = {"unit": one.unit, "co_units": one.co_units}
    desktop = Desktop(screen, line.ticket_id, line.version, {"assign": assign})
    with ui.element("div").classes("yq-wait").props(f'data-ticket="{line.ticket_id}"'):
        ui.html(screen.html("triage.html", t=line, one=one), sanitize=False).classes("w-full")
        show_some(desktop, ACTIONS)
