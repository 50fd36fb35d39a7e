"""Dialogs made from what an action asks for: one input a field, and what happens next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.element import Element

from responder.console.screen import said
from responder.readmodels.actions import ActionOffer, FieldSpec
from yuqing.domain.errors import InvalidMessage

Submit = Callable[[dict[str, Any]], bool]


@contextmanager
def asking(
    title: str, done: str, send: Callable[[], bool], next_zh: str = ""
) -> Iterator[ui.dialog]:
    """A dialog around the inputs made within: Enter or the button `done` sends, what happens next
    is said before, and it closes when `send` returns True."""
    # On the page itself: the button that opened it may be redrawn while somebody types.
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("yq-dialog"):
        ui.label(title).classes("text-lg font-bold")
        if next_zh:
            ui.label(f"点击后：{next_zh}").classes("yq-next")
        with ui.element("form").classes("w-full") as form:
            yield dialog
            with ui.row().classes("w-full justify-end mt-4"):
                ui.button("取消", on_click=dialog.close).props("flat type=button")
                ui.button(done).props("unelevated type=submit")
        form.on("submit.prevent", lambda: dialog.close() if send() else None)
    dialog.on("hide", dialog.delete)
    dialog.open()


def ask(
    offer: ActionOffer,
    zone: str,
    now: datetime,
    submit: Submit,
    known: Mapping[str, Any],
    speakers: Sequence[str] = (),
) -> None:
    """Ask for the fields of `offer`, say what happens next, and close when `submit` succeeds.
    `known` is what stands now, by field; `speakers` are names of those who should speak."""
    inputs: dict[str, Any] = {}

    def send() -> bool:
        try:
            data = {spec.name: _value(spec, inputs[spec.name], zone) for spec in offer.fields}
        except InvalidMessage as error:
            ui.notify(said(error), type="negative", position="top")
            return False
        return submit({k: v for k, v in data.items() if v is not None})

    with asking(offer.label_zh, offer.label_zh, send, offer.next_zh):
        for spec in offer.fields:
            inputs[spec.name] = _input(spec, zone, now, known.get(spec.name), speakers)


def _input(spec: FieldSpec, zone: str, now: datetime, known: Any, speakers: Sequence[str]) -> Any:
    label = spec.label_zh + ("" if spec.required else "（可不填）")
    if spec.kind == "bool":
        return ui.switch(spec.label_zh, value=bool(known)).props(f'data-field="{spec.name}"')
    if spec.choices:
        choices = dict(spec.choices)
        many = spec.kind in ("units", "gates")
        if many:
            chosen: Any = [one for one in known or () if one in choices]
        else:
            chosen = known if known in choices else None
        made: Element = ui.select(choices, label=label, multiple=many, value=chosen)
    elif spec.kind == "longtext":
        made = ui.textarea(label).props("autogrow")
    elif spec.kind == "datetime":
        local = now.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
        made = ui.input(label, value=local if spec.required else "").props(
            'hint="年-月-日 时:分:秒"'
        )
    elif spec.name == "speaker":
        made = ui.input(label, autocomplete=list(speakers))
    else:
        made = ui.input(label, value=str(known or ""))
    return made.classes("w-full").props(f'data-field="{spec.name}"')


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
