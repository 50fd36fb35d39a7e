"""处置台账: every ticket with its countdown, narrowed by state, grade and lateness."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from responder.console.frame import Screen, card, heading
from responder.console.pages.new_case import open_case
from responder.console.router import Router
from responder.desk import TicketFilter
from responder.labels import GRADES, STATES

SHOWN, OFFERS = 100, 60


def add(router: Router) -> None:
    """Add the page."""
    router.page("/tickets", "/tickets", "处置台账", _tickets)


def _tickets(screen: Screen, request: Request) -> None:
    asked = {k: v for k, v in request.query_params.items() if v}
    with ui.row().classes("w-full items-center no-wrap"):
        heading("处置台账", "倒计时按各自起算时间走，停止计时只凭证据")
        ui.space()
        ui.button("手工立案", on_click=lambda: open_case(screen)).props("unelevated")
    if "offers" in asked:
        with card("待确认的答复", "官方信源的帖文，疑似对台账的公开回应；进入台账确认"):
            screen.live(lambda: _offers(screen))
        return
    with ui.element("div").classes("yq-cols facets"):
        with ui.element("section").classes("yq-card"):
            ui.html(screen.html("facets.html", facets=_facets(asked)), sanitize=False)
        with card("台账", f"最近 {SHOWN} 件"):
            screen.live(lambda: _list(screen, asked))


def _offers(screen: Screen) -> str:
    return screen.offers(screen.backstage.desk.offers(screen.person, size=OFFERS))


def _list(screen: Screen, asked: Mapping[str, str]) -> str:
    stage = screen.backstage
    found = stage.desk.tickets(screen.person, _filter(asked), stage.clock.now(), size=SHOWN)
    return screen.html("tickets.html", lines=found.lines, empty="没有符合条件的台账")


def _filter(asked: Mapping[str, str]) -> TicketFilter:
    state, grade = asked.get("state", ""), asked.get("grade", "")
    return TicketFilter(
        open={"1": True, "0": False}.get(asked.get("open", "")),
        states=(state,) if state in STATES else (),
        grade_min=int(grade) if grade in ("1", "2", "3", "4") else 0,
        breached=True if asked.get("breached") == "1" else None,
        text=asked.get("q", ""),
    )


def _facets(asked: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        _facet("答复", "offers", (("1", "待确认的答复"),), asked),
        _facet("范围", "open", (("1", "在办"), ("0", "已了结")), asked),
        _facet("时限", "breached", (("1", "有超时"),), asked),
        _facet("状态", "state", tuple(STATES.items()), asked),
        _facet(
            "等级", "grade", tuple((str(g), f"{n}及以上") for g, n in GRADES.items() if g), asked
        ),
    ]


def _facet(
    label: str, name: str, values: tuple[tuple[str, str], ...], asked: Mapping[str, str]
) -> dict[str, object]:
    entries = [
        {
            "label": text,
            "count": "",
            "on": asked.get(name) == value,
            "href": _href({**asked, name: "" if asked.get(name) == value else value}),
        }
        for value, text in values
    ]
    return {"label": label, "entries": entries}


def _href(asked: Mapping[str, str]) -> str:
    return "/tickets?" + urlencode({k: v for k, v in asked.items() if v})
