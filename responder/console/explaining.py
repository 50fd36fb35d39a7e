"""Why a clock stands as it does: the sentences of the record, in a dialog."""

from __future__ import annotations

import re

from nicegui import ui

from responder.console.acting import Desktop
from responder.console.screen import said
from responder.explain import Explained
from yuqing.domain.errors import YuqingError

_EXACT = re.compile(r"(\d{2}:\d{2}:\d{2})(?:\.\d+)?[+-]\d{2}:\d{2}")


def explain(desktop: Desktop, key: str) -> None:
    """Show the account of the clock `key`: NAME|ROUND|SEQ, 0 for one that is not numbered."""
    stage = desktop.screen.backstage
    try:
        person = desktop.screen.checked()
        found = stage.desk.explained(person, desktop.number, stage.clock.now())
    except YuqingError as error:
        ui.notify(said(error), type="negative", position="top", timeout=8000)
        return
    one = next((one for one in found if _key(one) == key), None)
    if one is None:
        ui.notify("这个时限已不在记录中，页面即将更新", position="top")
        return
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("yq-dialog"):
        ui.label(f"时限依据：{one.reading.title}").classes("text-lg font-bold")
        sentences = [_plain(sentence) for sentence in one.sentences]
        html = desktop.screen.html("explained.html", sentences=sentences)
        ui.html(html, sanitize=False).classes("w-full")
        ui.button("关闭", on_click=dialog.close).props("flat").classes("self-end")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _plain(sentence: str) -> str:
    """The record tells moments to the microsecond, with their zone; people read seconds."""
    return _EXACT.sub(r"\1", sentence)


def _key(one: Explained) -> str:
    return f"{one.reading.name}|{one.reading.round}|{one.reading.seq or 0}"
