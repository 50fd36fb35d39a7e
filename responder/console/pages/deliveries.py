"""推送记录: every push, to whom, by which channel, and what became of it; of one ticket or all."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.desk_deliveries import DeliveryFilter, DeliveryListing
from responder.labels import PUSH_PURPOSES, PUSH_STATES
from yuqing.domain.errors import InvalidMessage

SHOWN = 50


def add(router: Router) -> None:
    """Add the page."""
    router.page("/deliveries", "/deliveries", "推送记录", _deliveries)


def _deliveries(screen: Screen, request: Request) -> None:
    asked = {k: v for k, v in request.query_params.items() if v}
    if "ticket" in asked:
        asked["ticket"] = asked["ticket"].strip().upper()
    sub = f"台账 {asked['ticket']} 的推送" if "ticket" in asked else "新的在上；送达以渠道回执为准"
    heading("推送记录", sub)
    with ui.element("div").classes("yq-cols facets"):
        with ui.element("section").classes("yq-card"):
            ui.html(screen.html("facets.html", facets=_facets(asked)), sanitize=False)
        with ui.element("div").classes("yq-stack"):
            ui.html(_find(screen, asked), sanitize=False).classes("w-full")
            with card("推送", "失败的请核对联系人的推送地址"):
                screen.live(lambda: _list(screen, asked))


def _find(screen: Screen, asked: Mapping[str, str]) -> str:
    keep = {name: value for name, value in asked.items() if name not in ("ticket", "before")}
    ticket, hint = asked.get("ticket", ""), "按台账编号查找"
    return screen.html(
        "find.html", action="/deliveries", name="ticket", q=ticket, keep=keep, hint=hint
    )


def _list(screen: Screen, asked: Mapping[str, str]) -> str:
    found = _found(screen, asked)
    following = _href({**asked, "before": str(found.next)}) if found.next else ""
    listed = screen.html("deliveries.html", lines=found.lines, empty="没有符合条件的推送")
    return listed + screen.html("more.html", next=following)


def _found(screen: Screen, asked: Mapping[str, str]) -> DeliveryListing:
    before = asked.get("before")
    if before is not None and not (before.isdecimal() and len(before) <= 18):
        raise InvalidMessage("before: 翻页标记不对，请从第一页开始")
    names = ("state", "purpose", "ticket")
    wanted = DeliveryFilter(**{name: asked[name] for name in names if name in asked})
    number = int(before) if before else None
    return screen.shared(
        ("deliveries", tuple(sorted(asked.items()))),
        lambda: screen.backstage.desk.deliveries(screen.person, wanted, SHOWN, number),
    )


def _facets(asked: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {"label": label, "entries": [_entry(name, one, text, asked) for one, text in names.items()]}
        for label, name, names in (
            ("状态", "state", PUSH_STATES),
            ("类别", "purpose", PUSH_PURPOSES),
        )
    ]


def _entry(name: str, value: str, text: str, asked: Mapping[str, str]) -> dict[str, object]:
    on = asked.get(name) == value
    href = _href({**asked, name: "" if on else value, "before": ""})
    return {"label": text, "count": "", "on": on, "href": href}


def _href(asked: Mapping[str, str]) -> str:
    return "/deliveries?" + urlencode({k: v for k, v in asked.items() if v})
