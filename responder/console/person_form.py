"""The dialog that asks what an account is: of somebody new, or of one that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from responder.console.forms import asking
from responder.console.places import ask_place
from responder.console.screen import Screen
from responder.labels import ROLES
from responder.people import Person, Role
from yuqing.domain.errors import InvalidMessage

_KEPT = "已有 {} 个推送地址；留空不变，重写则全部替换"
_NONE = "每行一个 apprise 地址，可不填：监测方案和研判漂移据此提醒本人"


@dataclass(slots=True)
class PersonForm:
    """The inputs of the dialog, filled by `open`; `known` is the account that is changed."""

    known: Person | None = None
    inputs: dict[str, Any] = field(default_factory=dict)

    def open(
        self, screen: Screen, title: str, done: str, send: Callable[[], bool], next_zh: str
    ) -> None:
        """Ask; `send` as in `asking`."""
        with asking(title, done, send, next_zh):
            self._ask(screen)

    def _ask(self, screen: Screen) -> None:
        known, inputs = self.known, self.inputs
        if known is None:
            inputs["login"] = ui.input("账号").props(
                'autofocus autocomplete=off hint="小写字母、数字和 . _ -，建立后不能改"'
            )
        inputs["name"] = ui.input("姓名或岗位", value=known.name if known else "")
        inputs["role"] = ui.select(ROLES, label="角色", value=known.role.value if known else None)
        place, unit = (known.jurisdiction or "", known.unit) if known else (None, None)
        inputs |= ask_place(screen, place, unit, "不属于某个单位")
        hint = _KEPT.format(len(known.channels)) if known and known.channels else _NONE
        inputs["channels"] = ui.textarea("推送地址").props(f'autogrow hint="{hint}"')
        if known and known.channels:
            inputs["clear"] = ui.switch("清空推送地址")
        for name, made in inputs.items():
            made.classes("w-full").props(f'data-field="{name}"')


def person_form(known: Person | None = None) -> PersonForm:
    """A form for somebody new, or for the `known` account."""
    return PersonForm(known)


def asked_person(form: PersonForm) -> Person:
    """The account as asked for. Raises InvalidMessage."""
    said = {name: str(made.value or "").strip() for name, made in form.inputs.items()}
    if not said["role"]:
        raise InvalidMessage("role: 请选择「角色」")
    return Person(
        form.known.login if form.known else said["login"],
        said["name"],
        Role(said["role"]),
        said["place"] or None,
        said["unit"] or None,
        _channels(form, said["channels"]),
    )


def _channels(form: PersonForm, typed: str) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in typed.splitlines() if line.strip())
    if bad := [line for line in lines if "://" not in line]:
        raise InvalidMessage(f"channels: 推送地址须写成 类型://… 的样子，不是 {bad[0][:40]}")
    if lines or form.known is None:
        return lines
    clear = form.inputs.get("clear")
    return () if clear is not None and clear.value else form.known.channels
