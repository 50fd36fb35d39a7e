"""我的提醒: what was pushed to the viewer inside the console."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from responder.console.frame import Screen, card, heading
from responder.console.router import Router


def add(router: Router) -> None:
    """Add the page."""
    router.page("/notices", "/notices", "我的提醒", _notices)


def _notices(screen: Screen, _request: Request) -> None:
    desk = screen.backstage.desk
    with ui.row().classes("w-full items-center no-wrap"):
        heading("我的提醒", "催办与监测方案命中")
        ui.space()
        ui.button("全部标为已读", on_click=lambda: _read_all(screen)).props("outline")
    with card("提醒"):
        screen.live(
            lambda: screen.html("notices.html", notices=desk.notices(screen.person, size=100))
        )


def _read_all(screen: Screen) -> None:
    stage = screen.backstage
    for notice in stage.desk.notices(screen.person, unread_only=True, size=500):
        stage.desk.read_notice(screen.person, notice.notice_id, stage.clock.now())
