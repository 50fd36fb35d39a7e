"""One account: what it opens, who is signed in with it, and what an administrator does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request
from nicegui import ui

from responder.accounts import Account
from responder.channels import kind_of
from responder.console.forms import asking
from responder.console.frame import card, heading, name_page
from responder.console.once import show_once
from responder.console.person_form import asked_person, person_form
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import audits, check_admin
from responder.labels import CHANNELS, ROLES
from responder.people import Person
from yuqing.domain.errors import NotFound

_CHANGE = "角色、辖区和单位立即生效，已登录的也随之改变；不退出登录。"
_RESET = "生成新密码，只显示一次；原密码作废，该账号在各处的登录全部结束，锁定解除。"
_TOLD = "请交给本人，并请本人登录后在“我的账号”更换。"
_END = "该账号在各处的登录全部结束，须重新输入密码；密码不变。"
_SHUT = "立即退出登录，不能再登录，不再收到提醒；办过的事仍在记录里。可以再启用。"
_OPEN = "恢复登录，密码仍是停用前的；忘记的请另行重置。"


def add(router: Router) -> None:
    """Add the page."""
    router.page("/people/{login}", "/people", "人员账号", _account)


def _account(screen: Screen, request: Request) -> None:
    check_admin(screen.person)
    login = request.path_params["login"]
    first = _found(screen, login)
    name_page(first.person.name)
    heading(first.person.name, f"账号 {login}")
    with ui.element("div").classes("yq-cols side"):
        with ui.element("div").classes("yq-stack"):
            with card("登录情况", "超过时限不用即失效"):
                screen.live(lambda: _sign_ins(screen, login))
            with card("可办事项", "每一项都记入审计日志"):
                _buttons(screen, login)
        with card("账号"):
            screen.live(lambda: _facts(screen, login))


def _found(screen: Screen, login: str) -> Account:
    accounts = screen.backstage.accounts.listed(screen.person)
    found = next((one for one in accounts if one.person.login == login), None)
    if found is None:
        raise NotFound(f"没有账号 {login}")
    return found


def _sign_ins(screen: Screen, login: str) -> str:
    lines = screen.backstage.accounts.sign_ins(screen.person, login)
    return screen.html("sign_ins.html", lines=lines)


def _facts(screen: Screen, login: str) -> str:
    one = _found(screen, login)
    ways = [CHANNELS[kind_of(channel)] for channel in one.person.channels]
    home = screen.backstage.jurisdictions.get(one.person.jurisdiction or "")
    unit = home.unit(one.person.unit) if home and one.person.unit else None
    return screen.html(
        "account.html",
        one=one,
        role=ROLES[one.person.role.value],
        home=home.name if home else one.person.jurisdiction or "全部辖区",
        unit=unit.name if unit else one.person.unit or "不属于某个单位",
        ways=list(dict.fromkeys(ways)),
        audits=audits(screen.person),
    )


def _buttons(screen: Screen, login: str) -> None:
    shown = [_found(screen, login)]

    @ui.refreshable
    def buttons() -> None:
        active = shown[0].active
        with ui.element("div").classes("yq-actions"):
            for title, told, ask, style in (
                ("修改", _CHANGE, _change, "unelevated"),
                ("重置密码", _RESET, _reset, "outline"),
                ("结束全部登录", _END, _end, "outline"),
                ("停用", _SHUT, _switch, "outline color=negative")
                if active
                else ("启用", _OPEN, _switch, "outline"),
            ):
                made = ui.button(title, on_click=lambda ask=ask: ask(screen, login))
                made.props(style).tooltip(told)

    def change(one: Account) -> None:
        shown[0] = one
        buttons.refresh()

    buttons()
    screen.follow(lambda: _found(screen, login), change, shown[0])


def _change(screen: Screen, login: str) -> None:
    was = _found(screen, login)
    form = person_form(was.person)

    def change(me: Person) -> None:
        screen.backstage.accounts.change(me, was, asked_person(form))

    form.open(screen, "修改账号", "保存", lambda: screen.attempt(change, "已修改"), _CHANGE)


def _reset(screen: Screen, login: str) -> None:
    made: list[str] = []

    def reset(me: Person) -> None:
        made.append(screen.backstage.accounts.reset(me, login))

    def send() -> bool:
        done = screen.attempt(reset, "已重置")
        if done:
            show_once(f"账号 {login} 的新密码", made[-1], _TOLD)
        return done

    _confirm("重置密码", send, _RESET, login)


def _end(screen: Screen, login: str) -> None:
    ended: list[int] = []

    def end(me: Person) -> None:
        ended.append(screen.backstage.accounts.end_sign_ins(me, login))

    def send() -> bool:
        return screen.attempt(end, lambda: f"已结束 {ended[-1]} 处登录")

    _confirm("结束全部登录", send, _END, login)


def _switch(screen: Screen, login: str) -> None:
    was = _found(screen, login)
    title, told = ("停用", _SHUT) if was.active else ("启用", _OPEN)

    def switch(me: Person) -> None:
        screen.backstage.accounts.switch(me, was, not was.active)

    _confirm(title, lambda: screen.attempt(switch, f"已{title}"), told, login)


def _confirm(title: str, send: Callable[[], Any], told: str, login: str) -> None:
    with asking(title, title, send, told):
        ui.label(f"账号 {login}")
