"""舆情事件: what people talk about, with the heat line of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import ui

from responder.console.frame import card, heading, name_page
from responder.console.pages.new_case import open_case
from responder.console.pages.regrouping import show_regrouping
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import PERMITS
from responder.readmodels.events import EventLine, EventPage
from responder.transitions import Action

SHOWN, POSTS = 40, 100
HOUR = timedelta(hours=1)


def add(router: Router) -> None:
    """Add the list and the page of one event."""
    router.page("/events", "/events", "舆情事件", _events)
    router.page("/events/{event_id}", "/events", "舆情事件", _event)


def _events(screen: Screen, request: Request) -> None:
    desk = screen.backstage.desk
    text, after = request.query_params.get("q", ""), request.query_params.get("after")
    heading("舆情事件", "讲同一件事的帖文归为一个事件")
    ui.html(
        screen.html("find.html", action="/events", q=text, keep={}, hint="按标题查找事件"),
        sanitize=False,
    ).classes("w-full")

    def make() -> str:
        found = screen.shared(
            ("events", text, after),
            lambda: desk.events(screen.person, size=SHOWN, after=after, text=text),
        )
        following = _href(text, found.next) if found.next else ""
        return screen.html(
            "events.html", lines=found.lines, empty="没有符合条件的事件", next=following
        )

    with card("查找结果" if text else "全部事件", "按最新发帖"):
        screen.live(make)


def _href(text: str, after: str) -> str:
    return "/events?" + urlencode({"q": text, "after": after} if text else {"after": after})


def _event(screen: Screen, request: Request) -> None:
    stage, number = screen.backstage, request.path_params["event_id"]

    def page() -> EventPage:
        return screen.shared(("event", number), lambda: stage.desk.event(screen.person, number))

    line = page().line
    name_page(line.title)
    heading(line.title, number)
    with ui.element("div").classes("yq-cols side"):
        with ui.element("div").classes("yq-stack"):
            with card("热度", "每小时发帖数"):
                _chart(screen, page)
            with card("帖文", "归入本事件的，新帖在上"):
                screen.legend()
                screen.drawn(lambda: page().posts, lambda posts: screen.copies(posts, POSTS))
        with ui.element("div").classes("yq-stack"):
            with card("概况"):
                screen.drawn(
                    lambda: page().line, lambda event: screen.html("event_facts.html", e=event)
                )
            show_regrouping(screen, page)
            if line.ticket_id is None and Action.OPEN in PERMITS[screen.person.role]:
                ui.button("立案", on_click=lambda: open_case(screen, page().line)).props(
                    "unelevated"
                )


def _chart(screen: Screen, page: Any) -> None:
    zone = screen.backstage.zone
    chart = ui.echart(_heat(page().line, zone)).classes("w-full h-56")

    def grow(heat: Any) -> None:
        chart.options["series"][0]["data"] = _points(heat, zone)
        chart.update()

    screen.follow(lambda: page().line.heat, grow, page().line.heat)


def _points(heat: Any, zone: str) -> list[list[object]]:
    if not heat:
        return []
    tz, counts = ZoneInfo(zone), dict(heat)
    at, points = heat[0][0] - HOUR, list[list[object]]()
    while at <= heat[-1][0]:
        points.append([at.astimezone(tz).strftime("%Y-%m-%d %H:%M"), counts.get(at, 0)])
        at += HOUR
    return points


def _heat(line: EventLine, zone: str) -> dict[str, Any]:
    return {
        "grid": {"left": 40, "right": 20, "top": 20, "bottom": 30},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": "发帖",
                "type": "line",
                "symbolSize": 4,
                "areaStyle": {"opacity": 0.18},
                "itemStyle": {"color": "#d9600a"},
                "data": _points(line.heat, zone),
            }
        ],
    }
