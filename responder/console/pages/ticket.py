"""One ticket: its clocks, the buttons that state and role allow, its history, what it rests on."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from responder.console.acting import Desktop, show_buttons
from responder.console.explaining import explain
from responder.console.frame import card, heading
from responder.console.judging import asked_post
from responder.console.pages.consulting import CONSULT, show_consultations
from responder.console.pages.offered import show_offers
from responder.console.pages.reporting import show_reports
from responder.console.pages.reviewing import show_review
from responder.console.router import Router
from responder.console.screen import Screen

POSTS = 20


def add(router: Router) -> None:
    """Add the page."""
    router.page("/tickets/{ticket_id}", "/tickets", "处置台账", _ticket)


def _ticket(screen: Screen, request: Request) -> None:
    desktop = Desktop(screen, request.path_params["ticket_id"])
    page = desktop.page()
    desktop.saw(page.line.version)
    screen.follow(lambda: desktop.page().line.version, desktop.saw, page.line.version)
    heading(page.line.title, desktop.number)
    with ui.element("div").classes("yq-cols side"):
        with ui.element("div").classes("yq-stack"):
            with card("时限", "并行计时；退回、改派、备注都不停表"):
                screen.live(lambda: screen.html("clocks.html", p=desktop.page()))
                ui.on("yq_why", lambda event: explain(desktop, asked_post(event)))
            with card("可办事项", "只列出当前状态与本人角色允许的"):
                show_buttons(desktop, (CONSULT,))
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


def _facts(desktop: Desktop) -> None:
    screen = desktop.screen
    with ui.element("div").classes("yq-stack"):
        with card("概况"):
            screen.live(lambda: screen.html("ticket_facts.html", p=desktop.page()))
        with card("催办推送", "送达以渠道回执为准"):
            screen.drawn(
                lambda: desktop.page().pushes,
                lambda pushes: screen.html("pushes.html", pushes=pushes),
            )
            more = screen.html("all_pushes.html", number=desktop.number)
            ui.html(more, sanitize=False).classes("w-full")
        with card("依据的帖文", "已固定副本"):
            screen.legend()
            screen.drawn(lambda: desktop.page().posts, lambda posts: screen.copies(posts, POSTS))
