"""我的账号: what one's own account opens, where it is signed in, and a password of one's own."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from nicegui import ui

from responder.console.forms import asking
from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.labels import ROLES
from responder.people import SHORTEST, Person
from responder.sign_ins import LONGEST
from yuqing.domain.errors import InvalidMessage

_NEXT = "各处的登录（包括这里）全部结束，请用新密码重新登录。"
_SAID = {"old": "现在的密码", "new": "新密码", "again": "再输一遍新密码"}


def add(router: Router) -> None:
    """Add the page."""
    router.page("/myself", "/myself", "我的账号", _myself)


def _myself(screen: Screen, _request: Request) -> None:
    person = screen.person
    home = screen.backstage.jurisdictions.get(person.jurisdiction or "")
    unit = home.unit(person.unit) if home and person.unit else None
    heading("我的账号", "角色和单位由管理员设定")
    with card("账号"):
        facts = screen.html(
            "myself.html",
            me=person,
            role=ROLES[person.role.value],
            home=home.name if home else "全部辖区",
            unit=unit.name if unit else "",
        )
        ui.html(facts, sanitize=False).classes("w-full")
        with ui.element("div").classes("yq-actions"):
            ui.button("修改密码", on_click=lambda: _change(screen)).props("unelevated")


def _change(screen: Screen) -> None:
    made: dict[str, Any] = {}

    def change(me: Person) -> None:
        old, new, again = (str(made[name].value or "") for name in _SAID)
        if new != again:
            raise InvalidMessage("again: 两次输入的新密码不一样")
        screen.backstage.people.change_password(me.login, old, new)

    with asking("修改密码", "修改", lambda: screen.attempt(change, "已修改"), _NEXT):
        for name, label in _SAID.items():
            made[name] = ui.input(label, password=True).classes("w-full")
            kind = "current-password" if name == "old" else "new-password"
            made[name].props(f'autocomplete={kind} data-field="{name}"')
        ui.label(f"{SHORTEST} 至 {LONGEST} 个字符").classes("text-sm")
