"""Dialogs made from what an action asks for: one input a field, and what happens next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.element import Element

from responder.readmodels import ActionOffer, FieldSpec
from yuqing.domain.errors import InvalidMessage

Submit = Callable[[dict[str, Any]], bool]


def ask(offer: ActionOffer, zone: str, now: datetime, submit: Submit) -> None:
    """Ask for the fields of `offer`, say what happens next, and close when `submit` succeeds."""
    with ui.dialog() as dialog, ui.card().classes("w-[520px]"):
        ui.label(offer.label_zh).classes("text-lg font-bold")
        ui.label(f"点击后：{offer.next_zh}").classes("text-sm text-gray-600")
        inputs = {spec.name: _input(spec, zone, now) for spec in offer.fields}

        def send() -> None:
            try:
                data = {spec.name: _value(spec, inputs[spec.name], zone) for spec in offer.fields}
            except InvalidMessage as error:
                ui.notify(str(error), type="negative", position="top")
                return
            if submit({k: v for k, v in data.items() if v is not None}):
                dialog.close()

        with ui.row().classes("w-full justify-end"):
            ui.button("取消", on_click=dialog.close).props("flat")
            ui.button(offer.label_zh, on_click=send).props("unelevated")
    dialog.open()


def _input(spec: FieldSpec, zone: str, now: datetime) -> Any:
    label = spec.label_zh + ("" if spec.required else "（可不填）")
    if spec.kind == "bool":
        return ui.switch(spec.label_zh)
    if spec.choices:
        choices = dict(spec.choices)
        many = spec.kind == "units"
        made: Element = ui.select(choices, label=label, multiple=many, value=[] if many else None)
    elif spec.kind == "longtext":
        made = ui.textarea(label)
    elif spec.kind == "datetime":
        local = now.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
        made = ui.input(label, value=local if spec.required else "").props(
            'hint="年-月-日 时:分:秒"'
        )
    else:
        made = ui.input(label)
    return made.classes("w-full")


def _value(spec: FieldSpec, made: Any, zone: str) -> Any:
    value = made.value
    if spec.kind == "bool":
        return bool(value)
    if value in (None, "", []):
        if spec.required:
            raise InvalidMessage(f"请填写「{spec.label_zh}」")
        return None
    if spec.kind == "datetime":
        return parse_local(str(value), spec.label_zh, zone).isoformat()
    if spec.kind in ("grade", "position"):
        return int(value)
    return value


def parse_local(text: str, label: str, zone: str) -> datetime:
    """`text` as a moment in `zone`. Raises InvalidMessage naming the field."""
    for shape in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text.strip(), shape).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    raise InvalidMessage(f"「{label}」请写成 2026-03-02 08:30:00 的样子")
