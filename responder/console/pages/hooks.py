"""事件订阅 on the page 接口与回调: who is told of which acts, and a form for one more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from responder.console.forms import asking
from responder.console.frame import card
from responder.console.once import show_once
from responder.console.places import ask_place
from responder.console.screen import Screen
from responder.labels import ACTIONS, PUSH_STATES
from responder.people import Person
from responder.webhooks import Webhook, WebhookDraft

_MAKE = "此后台账每有所选的操作，就向该地址发一条签过名的告知；签名密钥只显示一次。"
SECRET_TOLD = "请抄给使用方，用它核对 webhook-signature。"
_EMPTY = "不选为全部操作"


def show_hooks(screen: Screen) -> None:
    """A card with the subscriptions."""
    with card("事件订阅", "只告知编号、操作和状态，不含个人信息；点名称看投递、停用、更换密钥"):
        screen.live(lambda: _listed(screen))
        with ui.element("div").classes("yq-actions"):
            ui.button("新建订阅", on_click=lambda: _make(screen)).props("unelevated")


def _listed(screen: Screen) -> str:
    machines, me = screen.backstage.machines, screen.person
    lines = [
        (one, next(iter(machines.deliveries(me, one.webhook_id, 1)), None))
        for one in machines.hooks(me)
    ]
    return screen.html(
        "hooks.html", hooks=lines, homes=screen.backstage.jurisdictions, states=PUSH_STATES
    )


def _make(screen: Screen) -> None:
    secrets: list[str] = []

    def make(me: Person, draft: WebhookDraft) -> None:
        secrets.append(screen.backstage.machines.subscribe(me, draft)[1])

    def made() -> None:
        show_once("签名密钥", secrets[-1], SECRET_TOLD)

    ask_hook(screen, None, make, made, _MAKE)


def ask_hook(
    screen: Screen,
    known: Webhook | None,
    save: Callable[[Person, WebhookDraft], None],
    saved: Callable[[], None],
    next_zh: str,
) -> None:
    """Ask what a subscription is, of a new one or of the `known`; `save` it, then do `saved`."""
    made: dict[str, Any] = {}

    def send() -> bool:
        done = screen.attempt(lambda me: save(me, _draft(made, known)), "已保存")
        if done:
            saved()
        return done

    with asking("修改订阅" if known else "新建订阅", "保存", send, next_zh):
        made["name"] = ui.input("名称（告知哪个系统）", value=known.name if known else "")
        made["url"] = ui.input("回调地址", value="").props(f'hint="{_hint(known)}"')
        made["actions"] = ui.select(
            ACTIONS, label="告知的操作", multiple=True, value=list(known.actions if known else ())
        ).props(f'hint="{_EMPTY}"')
        place, unit = (known.jurisdiction or "", known.unit) if known else (None, None)
        made |= ask_place(screen, place, unit, "不限单位")
        for name, one in made.items():
            one.classes("w-full").props(f'data-field="{name}"')


def _hint(known: Webhook | None) -> str:
    start = "https:// 开头的完整地址"
    return f"留空不变；重写须为{start}" if known else start


def _draft(made: Mapping[str, Any], known: Webhook | None) -> WebhookDraft:
    typed = str(made["url"].value or "").strip()
    return WebhookDraft(
        str(made["name"].value or ""),
        typed or (known.url if known else ""),
        tuple(made["actions"].value or ()),
        made["place"].value or None,
        made["unit"].value or None,
        known.active if known else True,
    )
