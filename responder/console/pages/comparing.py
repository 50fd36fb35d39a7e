"""比较改动 on the page 辖区配置: what an edited file would change, before anybody puts it in force.

The file comes from the server's own folder, from the viewer's machine, or is pasted; nothing of it
is kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nicegui import events, ui

from responder.console.forms import asking
from responder.console.screen import Screen
from responder.desk_admin import LONGEST_FILE, Edit
from responder.people import Person
from yuqing.domain.errors import InvalidMessage

_NEXT = "只比较、不生效：列出每处变化和对未办结台账的影响。生效须替换文件并重启。"
_DRAFT = "改好的文件可另存为 {}.yaml.new 放在同一文件夹，重启时不读它"
_SERVER, _UPLOAD, _PASTE = "server", "upload", "paste"
_WAYS = {_SERVER: "服务器上的文件", _UPLOAD: "上传文件", _PASTE: "粘贴全文"}


def compare(screen: Screen, code: str) -> None:
    """Ask for the edited file of the government `code`, and tell what it would change."""
    stage, made, found = screen.backstage, dict[str, Any](), list[Edit]()
    uploaded: list[bytes] = []

    def look(me: Person) -> None:
        text = _text(screen, code, made, uploaded)
        found.append(stage.desk.edited(me, code, text))

    def send() -> bool:
        done = screen.attempt(look, "已比较，未生效")
        if done:
            _told(screen, found[-1])
        return done

    async def keep(event: events.UploadEventArguments) -> None:
        uploaded[:] = [await event.file.read()]

    with asking("比较改动", "比较", send, _NEXT):
        way = ui.radio(_WAYS, value=_SERVER).props("inline")
        made["way"] = way
        names = list(_files(stage.files, code))
        made["file"] = ui.select(names, label="文件", value=next(iter(names), None))
        made["file"].props(f'hint="{_DRAFT.format(code)}"')
        load = ui.upload(
            label="选择文件",
            auto_upload=True,
            max_files=1,
            max_file_size=LONGEST_FILE,
            on_upload=keep,
        )
        load.props('accept=".yaml,.yml,.new,.txt" flat bordered')
        load.on("rejected", lambda: ui.notify("文件太大或类型不对", type="negative"))
        made["text"] = ui.textarea("修改后的文件全文（YAML）")
        for one, name in ((made["file"], _SERVER), (load, _UPLOAD), (made["text"], _PASTE)):
            one.classes("w-full").bind_visibility_from(way, "value", value=name)


def _files(folder: Path | None, code: str) -> dict[str, Path]:
    """The files of the government in its folder, by name; what is asked for is looked up here, so
    no name leads elsewhere."""
    found = sorted(folder.glob(f"{code}.*")) if folder else []
    return {one.name: one for one in found if one.is_file()}


def _text(screen: Screen, code: str, made: dict[str, Any], uploaded: list[bytes]) -> str:
    way = made["way"].value
    if way == _PASTE:
        return str(made["text"].value or "")
    if way == _UPLOAD:
        if not uploaded:
            raise InvalidMessage("file: 请先选择要上传的文件")
        return _decoded(uploaded[-1])
    file = _files(screen.backstage.files, code).get(str(made["file"].value))
    if file is None:
        raise InvalidMessage("file: 请选择「文件」")
    return _decoded(_read(file))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST_FILE + 1)
    except OSError as error:
        raise InvalidMessage(f"file: 读不了文件 {file.name}") from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidMessage("file: 文件不是 UTF-8 编码，请另存为 UTF-8") from error


def _told(screen: Screen, edit: Edit) -> None:
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("yq-dialog"):
        ui.label("改动与影响").classes("text-lg font-bold")
        ui.html(screen.html("home_edit.html", edit=edit), sanitize=False).classes("w-full")
        ui.button("关闭", on_click=dialog.close).props("flat").classes("self-end")
    dialog.on("hide", dialog.delete)
    dialog.open()
