"""评估周报: the weeks reported on, and a button that writes one from the data as it stands."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import run, ui

from responder.console.frame import Screen, card, heading
from responder.console.router import Router
from yuqing.domain.errors import YuqingError


def add(router: Router) -> None:
    """Add the page and the download of its files."""
    router.page("/reports", "/reports", "评估周报", _reports)


def _reports(screen: Screen, _request: Request) -> None:
    stage = screen.backstage
    heading("评估周报", "每个数字都来自台账与帖文库")
    now = stage.clock.now().astimezone(ZoneInfo(stage.zone))
    week = ui.input("周次", value=now.strftime("%G-W%V")).props("outlined dense bg-color=white")

    async def write() -> None:
        code = screen.person.jurisdiction or next(iter(stage.jurisdictions))
        try:
            made = await run.io_bound(stage.write_report, code, str(week.value))
        except YuqingError as error:
            ui.notify(str(error), type="negative", position="top")
            return
        ui.notify(f"已生成 {made.stem if made else week.value}", type="positive", position="top")

    ui.button("生成周报", on_click=write).props("unelevated")
    with card("已生成"):
        screen.live(lambda: screen.html("reports.html", files=_files(screen)))


def _files(screen: Screen) -> list[str]:
    folder = screen.backstage.reports
    return sorted((f.name for f in folder.glob("*.*") if f.is_file()), reverse=True)
