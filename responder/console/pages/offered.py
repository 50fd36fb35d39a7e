"""Published posts that may be the answer to a ticket: shown on it, for a human to decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from responder.console.frame import card
from responder.console.outcome import outcome
from responder.console.render import local_time
from responder.console.screen import Screen
from responder.labels import ACTIONS
from responder.people import Person
from responder.readmodels.offers import OfferLine
from responder.readmodels.tickets import TicketPage

AT_ONCE = 3
Deciding = Callable[[Callable[[Person, int], Any]], Callable[[Person], Any]]


def show_offers(screen: Screen, page: Callable[[], TicketPage], deciding: Deciding) -> None:
    """A card for each of the first few offers that wait, with what a click will do."""

    def waiting() -> tuple[OfferLine, ...]:
        return tuple(offer for offer in page().offers if offer.state == "offered")

    shown = [waiting()]

    @ui.refreshable
    def cards() -> None:
        for offer in shown[0][:AT_ONCE]:
            _offer(screen, offer, deciding)
        if (more := len(shown[0]) - AT_ONCE) > 0:
            ui.label(f"另有 {more} 条待确认，处理后依次显示").classes("yq-more")

    def change(offers: tuple[OfferLine, ...]) -> None:
        shown[0] = offers
        cards.refresh()

    cards()
    screen.follow(waiting, change, shown[0])


def _offer(screen: Screen, offer: OfferLine, deciding: Deciding) -> None:
    stage, kind = screen.backstage, ACTIONS.get(offer.kind, offer.kind)
    people = stage.desk.spokespeople(screen.person, offer.ticket_id)
    with card("疑似公开回应，请人工确认", f"匹配度 {offer.score:.0%} · 将{kind}"):
        ui.html(screen.offers((offer,), link=False), sanitize=False).classes("w-full")
        with ui.row().classes("items-end gap-3 px-4 w-full"):
            speaker = ui.input("发言人", autocomplete=[name for name, _ in people])
            speaker.props("dense").classes("w-56")
            principal = ui.switch("主要负责人本人发声（第一新闻发言人）")
            ui.button(
                "确认为回应",
                on_click=lambda: _accept(
                    screen, offer, deciding, str(speaker.value or ""), bool(principal.value)
                ),
            ).props("unelevated")
            ui.button("不是", on_click=lambda: _refuse(screen, offer)).props("outline")
        at = local_time(offer.published_at, stage.zone)
        ui.label(
            f"确认后：按帖文发布时间 {at} 停止它所能停止的时限；打开“主要负责人本人发声”的，"
            "同时记为第一新闻发言人发声。"
        ).classes("yq-next mx-4 mt-2 mb-3")


def _accept(
    screen: Screen, offer: OfferLine, deciding: Deciding, speaker: str, principal: bool
) -> None:
    if not speaker.strip():
        ui.notify("请填写发言人：由谁署名或出面发布", type="negative", position="top")
        return
    desk, now, told = screen.backstage.desk, screen.backstage.clock.now, list[str]()

    def accept(person: Person, version: int) -> None:
        before = desk.ticket(person, offer.ticket_id, now()).line.clocks
        line = desk.accept_offer(person, offer.offer_id, version, speaker.strip(), principal, now())
        told.append(outcome(before, line.clocks, offer.published_at))

    screen.attempt(deciding(accept), told.pop)


def _refuse(screen: Screen, offer: OfferLine) -> None:
    stage = screen.backstage
    screen.attempt(
        lambda person: stage.desk.refuse_offer(
            person, offer.offer_id, "人工核对不是回应", stage.clock.now()
        ),
        "已标记为不是回应",
    )
