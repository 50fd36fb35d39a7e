"""审计日志: who did what to what and when, narrowed and paged, and the check of the whole chain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import run, ui

from responder.audit import ACT, AuditFilter
from responder.audit_check import Verified
from responder.console.forms import parse_local
from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen, said
from responder.doors import check_audits
from responder.labels import ACTIONS, AUDITED
from yuqing.domain.errors import InvalidMessage, YuqingError

SHOWN = 50
FIELDS = ("who", "action", "ticket", "subject", "from", "to")
_ZONES = {"Asia/Shanghai": "北京时间"}
_OF_ACTS = f"{ACT}:"


def add(router: Router) -> None:
    """Add the page."""
    router.page("/audit", "/audit", "审计日志", _audit)


def _audit(screen: Screen, request: Request) -> None:
    check_audits(screen.person)
    asked = {k: v for k, v in request.query_params.items() if v and k in (*FIELDS, "before")}
    heading("审计日志", "每次变更、登录、查看个人信息各一条，逐条相扣，只增不改")
    with ui.element("div").classes("yq-row"):
        ui.button("核验整条日志", on_click=lambda: _verify(screen)).props("outline")
        ui.label("核验只读：重算每一条的哈希，并与台账记录逐条比对。").classes("yq-next")
    with card(
        "筛选", f"时间按{_ZONES.get(screen.backstage.zone, screen.backstage.zone)}；日期后可写时分"
    ):
        ui.html(_form(screen, asked), sanitize=False).classes("w-full")
    with card("记录", "新的在上"):
        if asked:
            # A page of the past does not change; only the newest is kept fresh.
            ui.html(_rows(screen, asked), sanitize=False).classes("w-full")
        else:
            screen.live(lambda: screen.shared("audit", lambda: _rows(screen, {})))


def _form(screen: Screen, asked: Mapping[str, str]) -> str:
    shown = {name: asked.get(name, "") for name in ("who", "action", "ticket", "subject")}
    shown |= {"since": asked.get("from", ""), "until": asked.get("to", "")}
    first = next(iter(screen.backstage.jurisdictions), "").upper()
    return screen.html(
        "audit_filter.html",
        asked=shown,
        names=screen.names(),
        actions=ACTIONS,
        audited=AUDITED,
        day=_today(screen),
        example=f"{first}-2026-000001",
        any=any(asked.get(name) for name in FIELDS),
    )


def _today(screen: Screen) -> str:
    zone = ZoneInfo(screen.backstage.zone)
    return screen.backstage.clock.now().astimezone(zone).strftime("%Y-%m-%d")


def _rows(screen: Screen, asked: Mapping[str, str]) -> str:
    before = asked.get("before", "")
    if before and not (before.isdecimal() and len(before) <= 18):
        raise InvalidMessage("before: 翻页标记不对，请从第一页开始")
    number = int(before) if before else None
    wanted = _wanted(asked, screen.names(), screen.backstage.zone)
    rows = screen.backstage.desk.audit(screen.person, SHOWN + 1, number, wanted)
    last = rows[SHOWN - 1].number if len(rows) > SHOWN else None
    following = f"/audit?{urlencode({**asked, 'before': last})}" if last else ""
    listed = screen.html("audit.html", rows=rows[:SHOWN], audited=AUDITED, names=screen.names())
    return listed + screen.html("more.html", next=following)


def _wanted(asked: Mapping[str, str], names: Mapping[str, str], zone: str) -> AuditFilter:
    who, action = asked.get("who", "").strip(), asked.get("action", "")
    ticket, subject = asked.get("ticket", "").strip(), asked.get("subject", "").strip()
    return AuditFilter(
        who=next((login for login, name in names.items() if name == who), who) or None,
        what=None if action.startswith(_OF_ACTS) else action or None,
        subject=f"ticket:{ticket.upper()}" if ticket else subject or None,
        action=action.removeprefix(_OF_ACTS) if action.startswith(_OF_ACTS) else None,
        since=_moment(asked.get("from", ""), "自", zone),
        until=_moment(asked.get("to", ""), "至", zone),
    )


def _moment(text: str, label: str, zone: str) -> datetime | None:
    """A day, or a moment of one, in `zone`. Raises InvalidMessage naming the field."""
    if not text.strip():
        return None
    at = parse_local(text if ":" in text else f"{text.strip()} 00:00", label, zone)
    # Not to the calendar's ends, where other zones have no such day.
    if not 1900 < at.year < 9000:
        raise InvalidMessage(f"「{label}」的时间不对")
    return at


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
