"""复核队列: what the machine was not sure of, for people to confirm or correct."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from nicegui import ui

from responder.console.cards import card_of
from responder.console.frame import card, heading
from responder.console.judging import asked_post, confirm_post
from responder.console.router import Router
from responder.console.screen import Screen
from responder.desk_judging import ReviewPage
from responder.doors import check_reads_posts

SHOWN = 30


def add(router: Router) -> None:
    """Add the page."""
    router.page("/reviews", "/reviews", "复核队列", _reviews)


def _reviews(screen: Screen, _request: Request) -> None:
    check_reads_posts(screen.person)
    first = _page(screen)
    below = round(first.below * 100)
    heading("复核队列", f"把握低于 {below}% 的研判，等级高的在前，同级新的在前")
    screen.live(lambda: _said(_page(screen)))
    ui.on("yq_confirm", lambda event: confirm_post(screen, asked_post(event)))
    with card("待复核", "确认或更正后离开队列"):
        screen.legend()
        screen.live(lambda: _list(screen, _page(screen)))


def _page(screen: Screen) -> ReviewPage:
    stage = screen.backstage
    return screen.shared(
        "reviews", lambda: stage.desk.reviews(screen.person, stage.clock.now(), SHOWN)
    )


def _said(page: ReviewPage) -> str:
    more = f"，显示前 {len(page.lines)} 条" if page.total > len(page.lines) else ""
    return f'<div class="yq-row">待复核 {page.total} 条{more}</div>'


def _list(screen: Screen, page: ReviewPage) -> str:
    sources = screen.backstage.source_names
    lines: list[dict[str, Any]] = [
        {
            "card": card_of(one.judged, sources, whole=True),
            "taken_by": page.names.get(one.taken_by, one.taken_by) if one.taken_by else "",
        }
        for one in page.lines
    ]
    below = round(page.below * 100)
    return screen.html("reviews.html", lines=lines, below=below, may=screen.judges)
