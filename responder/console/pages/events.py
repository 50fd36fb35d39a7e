"""舆情事件: what people talk about, with the heat line of each."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import ui

from responder.console.frame import Screen, card, heading
from responder.console.pages.new_case import open_case
from responder.console.router import Router
from responder.readmodels import EventLine


def add(router: Router) -> None:
    """Add the list and the page of one event."""
    router.page("/events", "/events", "舆情事件", _events)
    router.page("/events/{event_id}", "/events", "舆情事件", _event)


def _events(screen: Screen, _request: Request) -> None:
    desk = screen.backstage.desk
    heading("舆情事件", "讲同一件事的帖文归为一个事件")
    with card("全部事件", "按最新发帖"):
        screen.live(
            lambda: screen.html(
                "events.html", lines=desk.events(screen.person, size=60).lines, empty="还没有事件"
            )
        )


def _event(screen: Screen, request: Request) -> None:
    stage, number = screen.backstage, request.path_params["event_id"]
    page = stage.desk.event(screen.person, number)
    heading(page.line.title, number)
    with ui.element("div").classes("yq-cols side"):
        with ui.element("div").classes("yq-stack"):
            with card("热度", "每小时发帖数"):
                chart = ui.echart(_heat(page.line, stage.zone)).classes("w-full h-56")
            with card("帖文", "归入本事件的，新帖在上"):
                screen.live(lambda: _posts(screen, number))
        with ui.element("div").classes("yq-stack"):
            with card("概况"):
                screen.live(lambda: screen.html("event_facts.html", e=_line(screen, number)))
            if page.line.ticket_id is None:
                ui.button("立案", on_click=lambda: open_case(screen, page.line)).props("unelevated")

    def grow() -> None:
        options = _heat(_line(screen, number), stage.zone)
        if options != dict(chart.options):
            chart.options.update(options)
            chart.update()

    ui.timer(5.0, grow)


def _line(screen: Screen, number: str) -> EventLine:
    return screen.backstage.desk.event(screen.person, number).line


def _posts(screen: Screen, number: str) -> str:
    posts = screen.backstage.desk.event(screen.person, number).posts
    return screen.html("event_posts.html", posts=posts, sources=screen.backstage.source_names)


def _heat(line: EventLine, zone: str) -> dict[str, Any]:
    tz = ZoneInfo(zone)
    points = [[at.astimezone(tz).strftime("%Y-%m-%d %H:%M"), posts] for at, posts in line.heat]
    return {
        "grid": {"left": 40, "right": 20, "top": 20, "bottom": 30},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": "发帖",
                "type": "line",
                "symbolSize": 6,
                "areaStyle": {"opacity": 0.18},
                "itemStyle": {"color": "#d9600a"},
                "data": points,
            }
        ],
    }
