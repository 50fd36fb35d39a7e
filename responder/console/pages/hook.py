"""One 事件订阅: what it tells whom, its last deliveries, and what an administrator does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fastapi import Request
from nicegui import ui

from responder.console.forms import asking
from responder.console.frame import card, heading, name_page
from responder.console.once import show_once
from responder.console.pages.hooks import SECRET_TOLD, ask_hook
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import audits, check_admin
from responder.labels import PUSH_STATES
from responder.people import Person
from responder.webhooks import Webhook, WebhookDraft
from yuqing.domain.errors import NotFound

Saw = Callable[[Webhook], None]
"""Takes what one's own act has made of the subscription: the next act starts from that."""
SHOWN = 50
_CHANGE = "立即生效，也包括还没有投递出去的；签名密钥不变。"
_ROTATE = "生成新的签名密钥，只显示一次；此后投递的都用新密钥签名，请使用方同时换上。"
_STOP = "不再投递，还没有投递出去的取消；停用期间的变化以后也不补发。可以再启用。"
_START = "此后台账有变化即投递；停用期间的不补发。"
_DROP = "删除订阅，还没有投递出去的取消，不能恢复；投递记录和审计日志保留。"


def add(router: Router) -> None:
    """Add the page."""
    router.page("/access/hooks/{number}", "/access", "事件订阅", _hook)


def _hook(screen: Screen, request: Request) -> None:
    check_admin(screen.person)
    number = request.path_params["number"]
    if not (number.isdecimal() and len(number) <= 15):
        raise NotFound(f"没有事件订阅 {number[:40]}")
    first = screen.backstage.machines.hook(screen.person, int(number))
    name_page(first.name)
    heading(first.name, f"事件订阅 {number}")
    with ui.element("div").classes("yq-cols side"):
        with ui.element("div").classes("yq-stack"):
            with card("可办事项", "每一项都记入审计日志"):
                _buttons(screen, first)
            with card("最近的投递", f"最近 {SHOWN} 条，新的在上；收到 2xx 应答才算送达"):
                screen.live(lambda: _deliveries(screen, first.webhook_id))
        with card("订阅"):
            screen.live(lambda: _facts(screen, first.webhook_id))


def _deliveries(screen: Screen, number: int) -> str:
    lines = screen.backstage.machines.deliveries(screen.person, number, SHOWN)
    return screen.html("hook_deliveries.html", lines=lines, states=PUSH_STATES)


def _facts(screen: Screen, number: int) -> str:
    one = screen.backstage.machines.hook(screen.person, number)
    home = screen.backstage.jurisdictions.get(one.jurisdiction or "")
    unit = home.unit(one.unit) if home and one.unit else None
    return screen.html(
        "hook.html",
        h=one,
        home=home.name if home else one.jurisdiction or "全部辖区",
        unit=unit.name if unit else one.unit or "不限单位",
        names=screen.names(),
        audits=audits(screen.person),
    )


def _buttons(screen: Screen, first: Webhook) -> None:
    shown = [first]

    @ui.refreshable
    def buttons() -> None:
        known = shown[0]
        switch = ("停用", _STOP) if known.active else ("启用", _START)
        with ui.element("div").classes("yq-actions"):
            for title, told, ask, style in (
                ("修改", _CHANGE, _change, "unelevated"),
                ("更换密钥", _ROTATE, _rotate, "outline"),
                (*switch, _switch, "outline"),
                ("删除", _DROP, _drop, "outline color=negative"),
            ):
                made = ui.button(title, on_click=lambda ask=ask: ask(screen, shown[0], change))
                made.props(style).tooltip(told)

    def change(one: Webhook) -> None:
        shown[0] = one
        buttons.refresh()

    buttons()
    machines = screen.backstage.machines
    screen.follow(lambda: machines.hook(screen.person, first.webhook_id), change, first)


def _change(screen: Screen, was: Webhook, saw: Saw) -> None:
    def save(me: Person, draft: WebhookDraft) -> None:
        saw(screen.backstage.machines.change_hook(me, was, draft))

    ask_hook(screen, was, save, lambda: None, _CHANGE)


def _rotate(screen: Screen, was: Webhook, saw: Saw) -> None:
    secrets: list[str] = []

    def rotate(me: Person) -> None:
        rotated, secret = screen.backstage.machines.rotate_hook(me, was)
        secrets.append(secret)
        saw(rotated)

    def send() -> bool:
        done = screen.attempt(rotate, "已更换")
        if done:
            show_once("签名密钥", secrets[-1], SECRET_TOLD)
        return done

    with asking("更换密钥", "更换", send, _ROTATE):
        ui.label(was.name)


def _switch(screen: Screen, was: Webhook, saw: Saw) -> None:
    title, told = ("停用", _STOP) if was.active else ("启用", _START)
    draft = WebhookDraft(was.name, was.url, was.actions, was.jurisdiction, was.unit, was.active)

    def switch(me: Person) -> None:
        changed = replace(draft, active=not was.active)
        saw(screen.backstage.machines.change_hook(me, was, changed))

    with asking(title, title, lambda: screen.attempt(switch, f"已{title}"), told):
        ui.label(was.name)


def _drop(screen: Screen, was: Webhook, _saw: Saw) -> None:
    def drop(me: Person) -> None:
        screen.backstage.machines.drop_hook(me, was)

    def send() -> bool:
        done = screen.attempt(drop, "已删除")
        if done:
            ui.navigate.to("/access")
        return done

    with asking("删除订阅", "删除", send, _DROP):
        ui.label(was.name)
