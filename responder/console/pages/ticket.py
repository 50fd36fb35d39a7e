"""One ticket: its clocks, the buttons that state and role allow, its history, what it rests on."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from nicegui import ui

from responder.console.forms import ask
from responder.console.frame import Screen, card, heading
from responder.console.router import Router
from responder.readmodels import ActionOffer, OfferLine, TicketPage


def add(router: Router) -> None:
    """Add the page."""
    router.page("/tickets/{ticket_id}", "/tickets", "处置台账", _ticket)


def _ticket(screen: Screen, request: Request) -> None:
    number = request.path_params["ticket_id"]
    page = _page(screen, number)
    heading(page.line.title, number)
    with ui.element("div").classes("yq-cols side"):
        with ui.element("div").classes("yq-stack"):
            with card("时限", "并行计时；退回、改派、备注都不停表"):
                screen.live(lambda: _clocks(screen, number))
            with card("可办事项", "只列出当前状态与本人角色允许的"):
                _buttons(screen, number)
            _offered(screen, number)
            with card("办理经过", "只增不改"):
                screen.live(lambda: _history(screen, number))
        with ui.element("div").classes("yq-stack"):
            with card("概况"):
                screen.live(lambda: screen.html("ticket_facts.html", p=_page(screen, number)))
            with card("催办"):
                screen.live(lambda: screen.html("pushes.html", pushes=_page(screen, number).pushes))
            with card("依据的帖文", "立案时固定"):
                screen.live(lambda: _posts(screen, number))


def _page(screen: Screen, number: str) -> TicketPage:
    stage = screen.backstage
    return stage.desk.ticket(screen.person, number, stage.clock.now())


def _clocks(screen: Screen, number: str) -> str:
    return screen.html("clocks.html", clocks=_page(screen, number).clocks)


def _history(screen: Screen, number: str) -> str:
    return screen.html("history.html", history=tuple(reversed(_page(screen, number).history)))


def _posts(screen: Screen, number: str) -> str:
    posts = _page(screen, number).posts
    return screen.html("event_posts.html", posts=posts, sources=screen.backstage.source_names)


def _buttons(screen: Screen, number: str) -> None:
    stage = screen.backstage
    shown: list[tuple[ActionOffer, ...]] = [()]

    @ui.refreshable
    def buttons() -> None:
        with ui.element("div").classes("yq-actions"):
            for offer in shown[0]:
                _button(screen, number, offer)
            if not shown[0]:
                ui.label("当前没有你可以办的事项").classes("yq-due off")

    def look() -> None:
        offers = stage.desk.actions_for(screen.person, number, stage.clock.now())
        if offers != shown[0]:
            shown[0] = offers
            buttons.refresh()

    shown[0] = stage.desk.actions_for(screen.person, number, stage.clock.now())
    buttons()
    ui.timer(1.5, look, immediate=False)


def _button(screen: Screen, number: str, offer: ActionOffer) -> None:
    style = {"primary": "unelevated", "danger": "outline color=negative"}
    button = ui.button(
        offer.label_zh,
        on_click=lambda: ask(
            offer,
            screen.backstage.zone,
            screen.backstage.clock.now(),
            lambda data: _act(screen, number, offer, data),
        ),
    ).props(style.get(offer.weight, "outline"))
    button.tooltip(offer.next_zh)


def _act(screen: Screen, number: str, offer: ActionOffer, data: dict[str, Any]) -> bool:
    stage = screen.backstage
    version = _page(screen, number).line.version

    return screen.attempt(
        lambda person: stage.desk.act(
            person, number, version, offer.action, data, stage.clock.now()
        ),
        f"已{offer.label_zh}",
    )


def _offered(screen: Screen, number: str) -> None:
    shown: list[tuple[OfferLine, ...]] = [()]

    @ui.refreshable
    def offers() -> None:
        for offer in shown[0]:
            _offer(screen, number, offer)

    def look() -> None:
        waiting = tuple(o for o in _page(screen, number).offers if o.state == "offered")
        if waiting != shown[0]:
            shown[0] = waiting
            offers.refresh()

    look()
    offers()
    ui.timer(1.5, look, immediate=False)


def _offer(screen: Screen, number: str, offer: OfferLine) -> None:
    with card("疑似公开回应，请人工确认", f"匹配 {offer.score:.0%}"):
        ui.html(screen.offers((offer,)), sanitize=False).classes("w-full")
        with ui.row().classes("items-end gap-3 px-4 pb-3 w-full"):
            speaker = ui.input("发言人").props("dense").classes("w-48")
            principal = ui.switch("主要负责人本人发声（第一新闻发言人）")
            ui.button(
                "确认为回应",
                on_click=lambda: _accept(
                    screen, number, offer, str(speaker.value or ""), bool(principal.value)
                ),
            ).props("unelevated")
            ui.button("不是", on_click=lambda: _refuse(screen, offer)).props("outline")


def _accept(screen: Screen, number: str, offer: OfferLine, speaker: str, principal: bool) -> None:
    stage = screen.backstage
    version = _page(screen, number).line.version
    screen.attempt(
        lambda person: stage.desk.accept_offer(
            person, offer.offer_id, version, speaker.strip(), principal, stage.clock.now()
        ),
        "已登记为公开回应，按帖文发布时间停止计时",
    )


def _refuse(screen: Screen, offer: OfferLine) -> None:
    stage = screen.backstage
    screen.attempt(
        lambda person: stage.desk.refuse_offer(
            person, offer.offer_id, "人工核对不是回应", stage.clock.now()
        ),
        "已标记为不是回应",
    )
