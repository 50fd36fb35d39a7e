"""实时监看: what comes in now, what is due next, what grows."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request
from nicegui import ui

from responder.console.cards import card_of
from responder.console.frame import Screen, card, heading
from responder.console.render import tightest
from responder.console.router import Router
from responder.desk import TicketFilter
from responder.readmodels import TicketLine
from stream.index import Search

POSTS, TICKETS, EVENTS = 40, 9, 7


def add(router: Router) -> None:
    """Add the page."""
    router.page("/", "/", "实时监看", _live)


def _live(screen: Screen, _request: Request) -> None:
    heading("实时监看", "新帖、时限与升温事件，一秒一更新")
    screen.live(lambda: screen.html("kpis.html", kpis=_kpis(screen)))
    seen: set[str] = set()
    with ui.element("div").classes("yq-cols"):
        with card("最新帖文", "按采集时间，新帖在上"):
            screen.live(lambda: _posts(screen, seen))
        with ui.element("div").classes("yq-stack"):
            with card("最紧台账", "按到期先后"):
                screen.live(lambda: screen.html("urgent.html", lines=_urgent(screen)))
            with card("活跃事件", "按最新发帖"):
                screen.live(lambda: _events(screen))


def _posts(screen: Screen, seen: set[str]) -> str:
    stage = screen.backstage
    page = stage.index.search(Search(size=POSTS, facets=False, jurisdiction=_own(screen)))
    cards = [card_of(hit, stage.source_names) for hit in page.hits]
    cards = [replace(c, fresh=bool(seen) and c.post_id not in seen) for c in cards]
    seen.update(c.post_id for c in cards)
    return screen.html("posts.html", posts=cards, empty="还没有采集到帖文")


def _urgent(screen: Screen) -> list[TicketLine]:
    stage = screen.backstage
    found = stage.desk.tickets(screen.person, TicketFilter(open=True), stage.clock.now(), size=200)
    waiting = [t for t in found.lines if (c := tightest(t)) and c.stopped_at is None]
    return sorted(waiting, key=_due)[:TICKETS]


def _due(line: TicketLine) -> float:
    clock = tightest(line)
    return clock.due.timestamp() if clock else float("inf")


def _events(screen: Screen) -> str:
    lines = screen.backstage.desk.events(screen.person, size=EVENTS).lines
    return screen.html("events.html", lines=lines, empty="还没有归并出事件")


def _own(screen: Screen) -> str | None:
    return screen.person.jurisdiction


def _kpis(screen: Screen) -> list[dict[str, object]]:
    counts = screen.backstage.desk.counts(screen.person, screen.backstage.clock.now())
    rows = (
        ("在办台账", counts.open_tickets, "/tickets?open=1", ""),
        ("待研判定级", counts.waiting_triage, "/tickets?state=triage", "warn"),
        ("一小时内到期", counts.due_within_hour, "/tickets?open=1", "warn"),
        ("超时时限", counts.clocks_breached, "/tickets?breached=1", "bad"),
        ("待确认的答复", counts.offers_waiting, "/tickets?offers=1", "warn"),
        ("今日事件", counts.events_today, "/events", ""),
    )
    return [
        {"label": label, "value": value, "href": href, "mood": mood if value else "calm"}
        for label, value, href, mood in rows
    ]
