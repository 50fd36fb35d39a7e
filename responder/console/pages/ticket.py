"""One ticket: its clocks, the buttons that state and role allow, its history, what it rests on."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request
from nicegui import ui

from responder.console.acting import Desktop, show_buttons
from responder.console.explaining import explain
from responder.console.frame import card, heading, name_page
from responder.console.judging import asked_post
from responder.console.pages.consulting import CONSULT, show_consultations
from responder.console.pages.offered import show_offers
from responder.console.pages.reporting import show_reports
from responder.console.pages.reviewing import show_review
from responder.console.router import Router
from responder.console.screen import Screen
from responder.readmodels.tickets import ClockView

POSTS = 20


def add(router: Router) -> None:
    """Add the page."""
    router.page("/tickets/{ticket_id}", "/tickets", "处置台账", _ticket)


def _ticket(screen: Screen, request: Request) -> None:
    desktop = Desktop(screen, request.path_params["ticket_id"])
    page = desktop.page()
    desktop.saw(page.line.version)
    screen.follow(lambda: desktop.page().line.version, desktop.saw, page.line.version)
    name_page(f"{desktop.number} {page.line.title}")
    heading(page.line.title, desktop.number)
    with ui.element("div").classes("yq-cols side"):
        with ui.element("div").classes("yq-stack"):
            with card("可办事项", "只列出当前状态与本人角色允许的"):
                show_buttons(desktop, (CONSULT,))
            with card("时限", "未停的在上，先到期的在前；退回、改派、备注都不停表"):
                screen.live(lambda: _clocks(desktop))
                ui.on("yq_why", lambda event: explain(desktop, asked_post(event)))
            show_review(desktop)
            show_consultations(desktop)
            if not screen.backstage.desk.only_reads(screen.person, desktop.number):
                show_offers(desktop.screen, desktop.page, desktop.deciding)
                show_reports(desktop.screen, desktop.page, desktop.deciding)
            with card("办理经过", "只增不改，新的在上"):
                screen.drawn(
                    lambda: desktop.page().history,
                    lambda steps: screen.html("history.html", history=steps[::-1]),
                )
        _facts(desktop)


def _clocks(desktop: Desktop) -> str:
    owed = desktop.page().owed
    return desktop.screen.html("clocks.html", clocks=_by_urgency(desktop), owed=owed)


def _by_urgency(desktop: Desktop) -> list[ClockView]:
    """What still stands first: the one that is due next is seen without scrolling."""

    def over(clock: ClockView) -> tuple[bool, datetime]:
        return clock.stopped_at is not None or clock.status == "superseded", clock.due

    return sorted(desktop.page().clocks, key=over)


def _facts(desktop: Desktop) -> None:
    screen, homes = desktop.screen, desktop.screen.backstage.jurisdictions
    title = desktop.page().line.title
    with ui.element("div").classes("yq-stack"):
        with card("概况"):
            screen.live(lambda: screen.html("ticket_facts.html", p=desktop.page(), homes=homes))
        with card("催办推送", "送达以渠道回执为准"):
            screen.drawn(
                lambda: desktop.page().pushes,
                lambda pushes: screen.html("pushes.html", pushes=pushes, title=title),
            )
            more = screen.html("all_pushes.html", number=desktop.number)
            ui.html(more, sanitize=False).classes("w-full")
        with card("依据的帖文", "已固定副本"):
            screen.legend()
            screen.drawn(lambda: desktop.page().posts, lambda posts: screen.copies(posts, POSTS))
