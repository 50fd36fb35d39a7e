"""评估周报: the weeks reported on, and a button that writes one from the data as it stands."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import run, ui

from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen, said
from responder.doors import check_reads_reports
from yuqing.domain.errors import InvalidMessage, YuqingError

NAME = re.compile(r"(?P<code>[\w-]+)-(?P<week>\d{4}-W\d{2})\.(?P<kind>docx|html)")
WEEK = re.compile(r"\d{4}-W\d{2}")


def add(router: Router) -> None:
    """Add the page."""
    router.page("/reports", "/reports", "评估周报", _reports)


def _reports(screen: Screen, _request: Request) -> None:
    check_reads_reports(screen.person)
    stage = screen.backstage
    heading("评估周报", "每个数字都来自台账与帖文库")
    now = stage.clock.now().astimezone(ZoneInfo(stage.zone))
    homes = {code: home.name for code, home in stage.jurisdictions.items()}
    own = screen.person.jurisdiction
    with ui.element("form").classes("yq-row") as form:
        week = ui.input("周次", value=now.strftime("%G-W%V")).props("outlined dense bg-color=white")
        where = None
        if own is None and len(homes) > 1:
            where = ui.select(homes, label="辖区", value=next(iter(homes))).props("outlined dense")
        ui.button("生成周报").props("unelevated type=submit")
        ui.label("按当前数据生成 Word 与网页各一份；同一周再次生成会覆盖。").classes("yq-next")

    async def write() -> None:
        code = own or (str(where.value) if where else next(iter(homes)))
        await _write(screen, code, str(week.value or "").strip())

    form.on("submit.prevent", write)
    with card("已生成"):
        screen.drawn(lambda: _weeks(screen), lambda weeks: screen.html("reports.html", weeks=weeks))


async def _write(screen: Screen, code: str, week: str) -> None:
    try:
        check_reads_reports(screen.checked())
        if not WEEK.fullmatch(week):
            raise InvalidMessage("周次请写成 2026-W10 的样子")
        await run.io_bound(screen.backstage.write_report, code, week)
    except YuqingError as error:
        ui.notify(said(error), type="negative", position="top")
        return
    ui.notify(f"已生成 {week} 周报", type="positive", position="top")


def _weeks(screen: Screen) -> list[tuple[str, str, str, list[str]]]:
    """(week, place, code, kinds) of the reports that the viewer may read, the latest first."""
    homes, own = screen.backstage.jurisdictions, screen.person.jurisdiction
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted(screen.backstage.reports.glob("*.*")):
        name = NAME.fullmatch(file.name)
        if name and own in (None, name["code"]):
            found.setdefault((name["week"], name["code"]), []).append(name["kind"])
    return [
        (week, homes[code].name if code in homes else code, code, kinds)
        for (week, code), kinds in sorted(found.items(), reverse=True)
    ]
