"""实时监看: what comes in now, what is due next, what grows."""

from __future__ import annotations

import time
from dataclasses import replace

from fastapi import Request
from nicegui import ui

from responder.console.cards import PostCard, card_of
from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import may_read_posts
from stream.index import Search

POSTS, TICKETS, EVENTS = 40, 9, 7
FRESH_SECONDS = 4.0


def add(router: Router) -> None:
    """Add the page."""
    router.page("/", "/", "实时监看", _live)


def _live(screen: Screen, _request: Request) -> None:
    whole = may_read_posts(screen.person)
    said = "新帖、时限与升温事件" if whole else "本单位的台账、时限与相关事件"
    heading("实时监看", f"{said}，一秒一更新")
    screen.live(lambda: screen.html("kpis.html", kpis=_kpis(screen)))
    with ui.element("div").classes("yq-cols"):
        if whole:
            _stream(screen)
            with ui.element("div").classes("yq-stack"):
                _matters(screen)
        else:
            _matters(screen)


def _stream(screen: Screen) -> None:
    seen: dict[str, float] = {}
    with card("最新帖文", "按发布时间，新帖在上"):
        screen.legend()
        screen.live(lambda: _posts(screen, seen))


def _matters(screen: Screen) -> None:
    with card("最紧台账", "按到期先后"):
        screen.live(lambda: _urgent(screen))
    with card("活跃事件", "按最新发帖"):
        screen.live(lambda: _events(screen))


def _posts(screen: Screen, seen: dict[str, float]) -> str:
    cards = screen.shared("latest posts", lambda: _latest(screen))
    now, first = time.monotonic(), not seen
    for one in cards:
        seen.setdefault(one.post_id, float("-inf") if first else now)
    shown = [replace(c, fresh=now - seen[c.post_id] < FRESH_SECONDS) for c in cards]
    return screen.posts(shown, "还没有采集到帖文")


def _latest(screen: Screen) -> list[PostCard]:
    stage = screen.backstage
    wanted = Search(size=POSTS, facets=False, jurisdiction=screen.person.jurisdiction)
    return [card_of(hit, stage.source_names) for hit in stage.index.search(wanted).hits]


def _urgent(screen: Screen) -> str:
    desk, clock = screen.backstage.desk, screen.backstage.clock
    lines = screen.shared("urgent", lambda: desk.urgent(screen.person, clock.now(), TICKETS))
    return screen.html("urgent.html", lines=lines)


def _events(screen: Screen) -> str:
    desk = screen.backstage.desk
    lines = screen.shared("active events", lambda: desk.active_events(screen.person, EVENTS))
    return screen.html("events.html", lines=lines, empty="还没有归并出事件", next="")


def _kpis(screen: Screen) -> list[dict[str, object]]:
    stage = screen.backstage
    counts = screen.shared("counts", lambda: stage.desk.counts(screen.person, stage.clock.now()))

    rows = (
        ("在办台账", counts.open_tickets, "/tickets?open=1", ""),
        ("待研判定级", counts.waiting_triage, "/tickets?state=triage", "warn"),
        ("一小时内到期", counts.due_within_hour, "/tickets?open=1&due=1", "warn"),
        ("已超时时限", counts.clocks_breached, "/tickets?open=1&breached=1", "bad"),
        ("待确认的答复", counts.offers_waiting, "/tickets?offers=1", "warn"),
        ("今日活跃事件", counts.events_today, "/events", ""),
    )
    return [
        {"label": label, "value": value, "href": href, "mood": mood if value else "calm"}
        for label, value, href, mood in (*rows, *_to_review(screen))
    ]


def _to_review(screen: Screen) -> list[tuple[str, int, str, str]]:
    if not may_read_posts(screen.person):
        return []
    desk = screen.backstage.desk
    waiting = screen.shared("waiting reviews", lambda: desk.waiting_reviews(screen.person))
    return [("待复核的研判", waiting, "/reviews", "warn")]
