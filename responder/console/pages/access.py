"""密钥与审计: keys of machine clients, and the audit log with its check; for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from nicegui import run, ui

from responder.audit_check import Verified
from responder.console.forms import asking
from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen, said
from responder.doors import check_admin, in_place
from responder.keys import ROLES as KEY_ROLES
from responder.keys import ApiKey, KeyDraft, Keys, Scope
from responder.labels import ACTIONS, AUDITED, ROLES
from responder.people import Person
from yuqing.domain.errors import InvalidMessage, NotFound, YuqingError

SHOWN = 50
_SCOPES = {Scope.READ.value: "查询", Scope.WRITE.value: "办理", Scope.EXPORT.value: "导出"}
_MAKE = "密钥只显示这一次，请当场抄给使用方；系统只存哈希。"
_REVOKE = "该密钥立即失效，不能恢复；用它的系统随即被拒。"


def add(router: Router) -> None:
    """Add the page."""
    router.page("/access", "/access", "密钥与审计", _access)


def _access(screen: Screen, request: Request) -> None:
    check_admin(screen.person)
    heading("密钥与审计", "接口密钥供别的系统使用；审计日志逐条相扣，只增不改")
    if screen.backstage.keys is not None:
        _keys(screen, screen.backstage.keys)
    if screen.person.jurisdiction is None:
        _audit(screen, {k: v for k, v in request.query_params.items() if v})


def _keys(screen: Screen, keys: Keys) -> None:
    with card("接口密钥", "用来定级、审批、登记凭证的事，密钥一概不能办"):
        screen.live(lambda: _listed(screen, keys))
        with ui.element("div").classes("yq-actions"):
            ui.button("新建密钥", on_click=lambda: _make(screen, keys)).props("unelevated")
            ui.button("作废密钥", on_click=lambda: _revoke(screen, keys)).props(
                "outline color=negative"
            )


def _mine(person: Person, keys: Keys) -> list[ApiKey]:
    return [key for key in keys.listed() if person.jurisdiction in (None, key.jurisdiction)]


def _listed(screen: Screen, keys: Keys) -> str:
    now, mine = screen.backstage.clock.now(), _mine(screen.person, keys)
    return screen.html("keys.html", keys=mine, roles=ROLES, scopes=_SCOPES, now=now)


def _make(screen: Screen, keys: Keys) -> None:
    made: dict[str, Any] = {}
    tokens: list[str] = []

    def make(person: Person) -> None:
        check_admin(person)
        tokens.append(keys.create(_draft(person, made), person.login)[1])

    def send() -> bool:
        if not screen.attempt(make, "已新建"):
            return False
        _token(tokens[-1])
        return True

    homes = screen.backstage.jurisdictions
    own = screen.person.jurisdiction
    places = {code: one.name for code, one in homes.items() if own in (None, code)}
    with asking("新建密钥", "新建", send, _MAKE):
        made["name"] = ui.input("名称（哪个系统用）")
        made["role"] = ui.select({r.value: ROLES[r.value] for r in KEY_ROLES}, label="角色")
        made["scopes"] = ui.select(_SCOPES, label="权限", multiple=True, value=["read"])
        made["place"] = ui.select(places, label="辖区", value=own or next(iter(places), None))
        made["unit"] = ui.input("单位代码（角色为责任单位时必填）")
        for one in made.values():
            one.classes("w-full")


def _draft(person: Person, made: Mapping[str, Any]) -> KeyDraft:
    if not made["role"].value:
        raise InvalidMessage("请选择「角色」")
    place = in_place(person, made["place"].value)
    unit = str(made["unit"].value or "").strip() or None
    name, scopes = str(made["name"].value or ""), tuple(made["scopes"].value or ())
    return KeyDraft(name, str(made["role"].value), scopes, place, unit)


def _token(token: str) -> None:
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("yq-dialog"):
        ui.label("新密钥，只显示这一次").classes("text-lg font-bold")
        ui.input(value=token).props('readonly outlined data-token=""').classes("w-full")
        ui.button("已抄好，关闭", on_click=dialog.close).props("flat").classes("self-end")
    dialog.props("persistent").on("hide", dialog.delete)
    dialog.open()


def _revoke(screen: Screen, keys: Keys) -> None:
    valid = [key for key in _mine(screen.person, keys) if key.revoked_at is None]
    if not valid:
        ui.notify("没有有效的密钥", position="top")
        return
    made: dict[str, Any] = {}

    def revoke(person: Person) -> None:
        check_admin(person)
        if made["key"].value not in {key.key_id for key in _mine(person, keys)}:
            raise NotFound("请选择「密钥」")
        keys.revoke(str(made["key"].value), person.login)

    with asking("作废密钥", "作废", lambda: screen.attempt(revoke, "已作废"), _REVOKE):
        names = {key.key_id: f"{key.name}（{key.key_id}）" for key in valid}
        made["key"] = ui.select(names, label="密钥").classes("w-full")


def _audit(screen: Screen, asked: Mapping[str, str]) -> None:
    with card("审计日志", "每次变更、登录、查看个人信息各一条，新的在上"):
        with ui.element("div").classes("yq-actions"):
            ui.button("核验整条日志", on_click=lambda: _verify(screen)).props("outline")
            ui.label("核验只读：重算每一条的哈希，并与台账记录逐条比对。").classes("yq-next")
        screen.live(lambda: _rows(screen, asked))


def _rows(screen: Screen, asked: Mapping[str, str]) -> str:
    before = asked.get("before", "")
    if before and not (before.isdecimal() and len(before) <= 18):
        raise InvalidMessage("before: 翻页标记不对，请从第一页开始")
    narrowed = {name: asked.get(name) for name in ("who", "what", "subject")}
    number = int(before) if before else None
    rows = screen.backstage.desk.audit(screen.person, SHOWN, number, **narrowed)
    last = rows[-1].number if len(rows) == SHOWN else None
    kept = {name: value for name, value in narrowed.items() if value}
    following = f"/access?{urlencode({**kept, 'before': last})}" if last else ""
    listed = screen.html("audit.html", rows=rows, actions=ACTIONS, audited=AUDITED)
    return listed + screen.html("more.html", next=following)


async def _verify(screen: Screen) -> None:
    try:
        person = screen.checked()
        found = await run.io_bound(screen.backstage.desk.verified, person)
    except YuqingError as error:
        ui.notify(said(error), type="negative", position="top", timeout=8000)
        return
    if found is not None:
        _tell(found)


def _tell(found: Verified) -> None:
    if not found.findings:
        done = f"日志完整：{found.entries} 条，与 {found.acts} 条台账记录相符"
        ui.notify(done, type="positive", position="top", timeout=8000)
        return
    first = "；".join(f"第 {one.number} 条：{one.said}" for one in found.findings[:3])
    told = f"发现 {len(found.findings)} 处异常：{first}"
    ui.notify(told, type="negative", position="top", timeout=0, close_button="知道了")
