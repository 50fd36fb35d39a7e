"""我的提醒: what was pushed to the viewer inside the console."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.labels import ROLES
from responder.people import Person


def add(router: Router) -> None:
    """Add the page."""
    router.page("/notices", "/notices", "我的提醒", _notices)


def _notices(screen: Screen, _request: Request) -> None:
    desk = screen.backstage.desk
    with ui.row().classes("w-full items-center no-wrap"):
        heading("我的提醒", f"推送给{_audience(screen)}的催办、立案与监测方案命中")
        ui.space()
        read = ui.button("全部标为已读", on_click=lambda: _read_all(screen)).props("outline")
        read.tooltip("只标记为已读，不等于签收：催办和时限不因此停止")
    with card("提醒", "最近 100 条，点标题前往"):
        screen.drawn(
            lambda: desk.notices(screen.person, size=100),
            lambda notices: screen.html("notices.html", notices=notices),
        )


def _audience(screen: Screen) -> str:
    person = screen.person
    unit = dict(screen.backstage.desk.units(person.jurisdiction or "")).get(person.unit or "")
    names = (f"您本人（{person.name}）", unit, f"全体{ROLES[person.role.value]}")
    return "、".join(name for name in names if name)


def _read_all(screen: Screen) -> None:
    def read(person: Person) -> None:
        stage = screen.backstage
        while unread := stage.desk.notices(person, unread_only=True, size=200):
            for notice in unread:
                stage.desk.read_notice(person, notice.notice_id, stage.clock.now())

    screen.attempt(read, "已全部标为已读")
