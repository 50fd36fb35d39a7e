"""信息检索: one box, facets beside it, and a search that can be kept as a 监测方案."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import ui

from responder.console.cards import card_of
from responder.console.frame import card, heading
from responder.console.pages.watchlists import MANAGERS, edit_watchlist
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import check_reads_posts
from responder.labels import GRADES, TOPICS
from stream.index import Page, Search
from yuqing.domain.query import parse_query

FACETS = (("topic", "议题"), ("severity", "等级"), ("source", "信源"), ("day", "日期"))
DAYS, VALUES = 14, 14
LEVELS = frozenset(str(level) for level in GRADES)
EMPTY = "没有符合条件的帖文。可减少关键词，或去掉左侧的条件。"
HELP = '空格＝并且，竖线 | ＝或者，减号 - ＝排除，引号 "" ＝连在一起。例：工资 拖欠|欠薪 -招聘'


def add(router: Router) -> None:
    """Add the page."""
    router.page("/search", "/search", "信息检索", _search)


def _search(screen: Screen, request: Request) -> None:
    check_reads_posts(screen.person)
    asked = {k: v for k, v in request.query_params.items() if v}
    heading("信息检索", HELP)
    _box(screen, asked)
    page = screen.backstage.index.search(_parsed(screen, asked))
    with ui.element("div").classes("yq-cols facets"):
        with ui.element("section").classes("yq-card"):
            facets = [_facet(screen, page, asked, name, label) for name, label in FACETS]
            ui.html(screen.html("facets.html", facets=facets), sanitize=False)
        with card("检索结果", f"共 {page.total} 条，按发布时间"):
            cards = [card_of(hit, screen.backstage.source_names, whole=True) for hit in page.hits]
            screen.legend()
            ui.html(screen.posts(cards, EMPTY), sanitize=False).classes("w-full")
            if page.next:
                with ui.row().classes("p-3 justify-center w-full"):
                    ui.link("下一页", _href(asked | {"after": page.next}))


def _box(screen: Screen, asked: Mapping[str, str]) -> None:
    with ui.row().classes("w-full items-center gap-2 no-wrap"):
        typed = ui.input(placeholder="输入关键词", value=asked.get("q", "")).props(
            'outlined dense autofocus bg-color=white aria-label="关键词"'
        )
        typed.classes("grow")

        def go() -> None:
            ui.navigate.to(_href({**asked, "q": typed.value or "", "after": ""}))

        typed.on("keydown.enter", go)
        ui.button("检索", on_click=go).props("unelevated")
        if screen.person.role in MANAGERS:
            ui.button("存为监测方案", on_click=lambda: _keep(screen, typed.value, asked)).props(
                "outline"
            )


def _keep(screen: Screen, typed: str | None, asked: Mapping[str, str]) -> None:
    edit_watchlist(screen, query=typed or "", topics=_topics(asked))


def _topics(asked: Mapping[str, str]) -> tuple[str, ...]:
    return (asked["topic"],) if asked.get("topic") in TOPICS else ()


def _parsed(screen: Screen, asked: Mapping[str, str]) -> Search:
    severity = asked.get("severity", "")
    since, until = _day(asked.get("day", ""), screen.backstage.zone)
    return Search(
        query=parse_query(asked.get("q", "")),
        jurisdiction=screen.person.jurisdiction,
        topics=_topics(asked),
        severities=(int(severity),) if severity in LEVELS else (),
        sources=(asked["source"],) if "source" in asked else (),
        since=since,
        until=until,
        after=asked.get("after"),
        zone=screen.backstage.zone,
    )


def _day(text: str, zone: str) -> tuple[datetime | None, datetime | None]:
    try:
        start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None, None
    # Not to the calendar's ends, where other zones have no such day.
    return (start, start + timedelta(days=1)) if 1900 < start.year < 9000 else (None, None)


def _facet(
    screen: Screen, page: Page, asked: Mapping[str, str], name: str, label: str
) -> dict[str, object]:
    chosen = asked.get(name)
    counted = page.facets.get(name, ())
    counted = counted[-DAYS:][::-1] if name == "day" else counted[:VALUES]
    entries = [
        {
            "label": _label(screen, name, value),
            "count": count,
            "on": value == chosen,
            "href": _href({**asked, name: "" if value == chosen else value, "after": ""}),
        }
        for value, count in counted
    ]
    return {"label": label, "entries": entries}


def _label(screen: Screen, name: str, value: str) -> str:
    if name == "topic":
        return TOPICS.get(value, value)
    if name == "severity":
        return GRADES.get(int(value), value)
    return screen.backstage.source_names.get(value, value) if name == "source" else value


def _href(asked: Mapping[str, str]) -> str:
    return "/search?" + urlencode({k: v for k, v in asked.items() if v})
