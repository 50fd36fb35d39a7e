"""接口与回调: what other systems may ask for, and what they are told of; for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from nicegui import ui

from responder.console.forms import asking
from responder.console.frame import card, heading
from responder.console.judging import asked_post
from responder.console.once import show_once
from responder.console.pages.hooks import show_hooks
from responder.console.places import ask_place
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import check_admin
from responder.keys import ROLES as KEY_ROLES
from responder.keys import KeyDraft, Scope
from responder.labels import ROLES
from responder.people import Person
from yuqing.domain.errors import InvalidMessage

_SCOPES = {Scope.READ.value: "查询", Scope.WRITE.value: "办理", Scope.EXPORT.value: "导出"}
_LASTS = {90: "90 天", 365: "一年", 1095: "三年"}
_MAKE = "密钥只显示一次，请当场抄给使用方；系统只存哈希。"
_ROTATE = "生成新密钥，只显示一次；原密钥立即失效，用它的系统随即被拒，换上新的才恢复。"
_REVOKE = "该密钥立即失效，不能恢复；用它的系统随即被拒。"
_TOLD = "请抄给使用方，不要发在群里；系统只存哈希。"


def add(router: Router) -> None:
    """Add the page."""
    router.page("/access", "/access", "接口与回调", _access)


def _access(screen: Screen, _request: Request) -> None:
    check_admin(screen.person)
    heading("接口与回调", "别的系统凭密钥来查、来办；台账有变化，按订阅告知它们")
    with card("接口密钥", "用来定级、审批、登记凭证的事，密钥一概不能办"):
        screen.live(lambda: _listed(screen))
        ui.on("yq_rotate", lambda event: _rotate(screen, asked_post(event)))
        ui.on("yq_revoke", lambda event: _revoke(screen, asked_post(event)))
        with ui.element("div").classes("yq-actions"):
            ui.button("新建密钥", on_click=lambda: _make(screen)).props("unelevated")
    show_hooks(screen)


def _listed(screen: Screen) -> str:
    stage = screen.backstage
    return screen.html(
        "keys.html",
        keys=stage.machines.keys(screen.person),
        roles=ROLES,
        scopes=_SCOPES,
        homes=stage.jurisdictions,
        names=screen.names(),
        now=stage.clock.now(),
    )


def _make(screen: Screen) -> None:
    made: dict[str, Any] = {}
    tokens: list[str] = []

    def make(me: Person) -> None:
        draft = _draft(made, screen.backstage.clock.now())
        tokens.append(screen.backstage.machines.make_key(me, draft)[1])

    with asking("新建密钥", "新建", lambda: _once(screen, make, "已新建", tokens), _MAKE):
        made["name"] = ui.input("名称（哪个系统用）").props("autofocus")
        made["role"] = ui.select({r.value: ROLES[r.value] for r in KEY_ROLES}, label="角色")
        made["scopes"] = ui.select(_SCOPES, label="权限", multiple=True, value=["read"])
        made["days"] = ui.select(_LASTS, label="有效期", value=365)
        made |= ask_place(screen, None, None, "不限单位")
        for one in made.values():
            one.classes("w-full")


def _draft(made: Mapping[str, Any], now: datetime) -> KeyDraft:
    if not made["role"].value:
        raise InvalidMessage("role: 请选择「角色」")
    name, scopes = str(made["name"].value or ""), tuple(made["scopes"].value or ())
    place, unit = made["place"].value or None, made["unit"].value or None
    ends = now + timedelta(days=int(made["days"].value))
    return KeyDraft(name, str(made["role"].value), scopes, place, unit, ends)


def _rotate(screen: Screen, key_id: str) -> None:
    tokens: list[str] = []

    def rotate(me: Person) -> None:
        tokens.append(screen.backstage.machines.rotate_key(me, key_id)[1])

    with asking("更换密钥", "更换", lambda: _once(screen, rotate, "已更换", tokens), _ROTATE):
        ui.label(_named(screen, key_id))


def _revoke(screen: Screen, key_id: str) -> None:
    def revoke(me: Person) -> None:
        screen.backstage.machines.revoke_key(me, key_id)

    with asking("作废密钥", "作废", lambda: screen.attempt(revoke, "已作废"), _REVOKE):
        ui.label(_named(screen, key_id))


def _named(screen: Screen, key_id: str) -> str:
    keys = screen.backstage.machines.keys(screen.person)
    return next((f"{one.name}（{key_id}）" for one in keys if one.key_id == key_id), key_id)


def _once(screen: Screen, act: Any, done: str, tokens: list[str]) -> bool:
    if not screen.attempt(act, done):
        return False
    show_once("接口密钥", tokens[-1], _TOLD)
    return True
