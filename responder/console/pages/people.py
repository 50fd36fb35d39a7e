"""人员账号: who may sign in, as what, and a form for somebody new; for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from responder.accounts import Account
from responder.console.frame import card, heading
from responder.console.once import show_once
from responder.console.person_form import asked_person, person_form
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import check_admin
from responder.labels import ROLES
from responder.people import Person

_MAKE = "账号立即可以登录；初始密码由系统生成，只显示一次。"
_TOLD = "请当面或用另一条途径交给本人，并请本人登录后在“我的账号”更换。"
_STATES = {"active": "在用", "locked": "锁定中", "online": "已登录", "shut": "已停用"}


def add(router: Router) -> None:
    """Add the page."""
    router.page("/people", "/people", "人员账号", _people)


def _people(screen: Screen, request: Request) -> None:
    check_admin(screen.person)
    asked = {k: v for k, v in request.query_params.items() if v}
    with ui.row().classes("w-full items-center no-wrap"):
        heading("人员账号", "一人一号；离岗即停用，办过的事仍在记录里")
        ui.space()
        ui.button("新建账号", on_click=lambda: _make(screen)).props("unelevated")
    with ui.element("div").classes("yq-cols facets"):
        with ui.element("section").classes("yq-card"):
            ui.html(screen.html("facets.html", facets=_facets(asked)), sanitize=False)
        with card("账号", "点姓名修改、停用、重置密码、看登录情况"):
            screen.live(lambda: _listed(screen, asked))


def _listed(screen: Screen, asked: Mapping[str, str]) -> str:
    found = [one for one in screen.backstage.accounts.listed(screen.person) if _fits(one, asked)]
    return screen.html(
        "people.html",
        accounts=found,
        roles=ROLES,
        homes=screen.backstage.jurisdictions,
        me=screen.person.login,
    )


def _fits(one: Account, asked: Mapping[str, str]) -> bool:
    stands = {
        "active": one.active,
        "locked": one.locked_until is not None,
        "online": one.signed_in > 0,
        "shut": not one.active,
    }
    role, state = asked.get("role"), asked.get("state")
    return role in (None, one.person.role.value) and (state is None or stands.get(state, False))


def _make(screen: Screen) -> None:
    made = person_form()
    passwords: list[str] = []

    def make(me: Person) -> None:
        passwords.append(screen.backstage.accounts.create(me, asked_person(made)))

    def send() -> bool:
        done = screen.attempt(make, "已新建")
        if done:
            login = str(made.inputs["login"].value).strip()
            show_once(f"账号 {login} 的初始密码", passwords[-1], _TOLD)
        return done

    made.open(screen, "新建账号", "新建", send, _MAKE)


def _facets(asked: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {"label": label, "entries": [_entry(name, one, text, asked) for one, text in of.items()]}
        for label, name, of in (("状态", "state", _STATES), ("角色", "role", ROLES))
    ]


def _entry(name: str, value: str, text: str, asked: Mapping[str, str]) -> dict[str, object]:
    on = asked.get(name) == value
    kept = {**asked, name: "" if on else value}
    href = "/people?" + urlencode({k: v for k, v in kept.items() if v})
    return {"label": text, "count": "", "on": on, "href": href}
