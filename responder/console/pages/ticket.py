"""One ticket: its clocks, the buttons that state and role allow, its history, what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from nicegui import ui

from responder.console.forms import ask
from responder.console.frame import card, heading
from responder.console.pages.offered import show_offers
from responder.console.pages.reporting import show_reports
from responder.console.router import Router
from responder.console.screen import Screen
from responder.labels import MACHINE
from responder.people import Person
from responder.readmodels import ActionOffer, HistoryLine, TicketPage
from yuqing.domain.errors import Conflict

POSTS = 20


@dataclass(slots=True)
class Desktop:
    """The ticket as its viewer last saw it; who acts, acts on that version."""

    screen: Screen
    number: str
    version: int = 0

    def page(self) -> TicketPage:
        """The ticket now, read once a second for all who look at it."""
        return self.screen.shared(("ticket", self.number), self.read)

    def read(self) -> TicketPage:
        """The ticket at this moment."""
        stage = self.screen.backstage
        return stage.desk.ticket(self.screen.person, self.number, stage.clock.now())

    def saw(self, version: int) -> None:
        """The viewer has been shown `version`."""
        self.version = version

    def deciding(self, do: Callable[[Person, int], Any]) -> Callable[[Person], Any]:
        """`do` upon the version that is on the screen at this moment. Whoever comes second is told
        who was first, and may then click again; the machine's escalations are no decision."""
        seen = self.version

        def act(person: Person) -> Any:
            nonlocal seen
            try:
                return do(person, seen)
            except Conflict:
                page = self.read()
                since, seen = page.history[seen:], page.line.version
                if first := next((one for one in since if not _by_clockwork(one)), None):
                    raise Conflict(
                        f"{first.who_zh}已先行“{first.action_zh}”，页面已更新，请核对后再点一次"
                    ) from None
                return do(person, seen)

        return act


def _by_clockwork(line: HistoryLine) -> bool:
    return line.action == "escalate" and line.who == MACHINE


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
                screen.live(lambda: screen.html("clocks.html", clocks=desktop.page().clocks))
            with card("可办事项", "只列出当前状态与本人角色允许的"):
                _buttons(desktop)
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
        with card("催办推送"):
            screen.drawn(
                lambda: desktop.page().pushes,
                lambda pushes: screen.html("pushes.html", pushes=pushes),
            )
        with card("依据的帖文", "已固定副本"):
            screen.legend()
            screen.drawn(lambda: desktop.page().posts, lambda posts: screen.copies(posts, POSTS))


def _buttons(desktop: Desktop) -> None:
    screen = desktop.screen
    shown = [_offers(desktop)]

    @ui.refreshable
    def buttons() -> None:
        with ui.element("div").classes("yq-actions"):
            for offer in shown[0]:
                _button(desktop, offer)
            if not shown[0]:
                ui.label("当前没有您可以办的事项").classes("yq-due off")

    def change(offers: tuple[ActionOffer, ...]) -> None:
        shown[0] = offers
        buttons.refresh()

    buttons()
    screen.follow(lambda: _offers(desktop), change, shown[0])


def _offers(desktop: Desktop) -> tuple[ActionOffer, ...]:
    stage = desktop.screen.backstage
    return stage.desk.actions_for(desktop.screen.person, desktop.number, stage.clock.now())


def _button(desktop: Desktop, offer: ActionOffer) -> None:
    style = {"primary": "unelevated", "danger": "outline color=negative"}
    button = ui.button(offer.label_zh, on_click=lambda: _ask(desktop, offer))
    button.props(f'{style.get(offer.weight, "outline")} data-action="{offer.action}"')
    button.tooltip(offer.next_zh)


def _ask(desktop: Desktop, offer: ActionOffer) -> None:
    screen, line = desktop.screen, desktop.page().line
    stage, data = screen.backstage, dict[str, Any]()
    decided = desktop.deciding(
        lambda person, version: stage.desk.act(
            person, desktop.number, version, offer.action, data, stage.clock.now()
        )
    )

    def submit(typed: dict[str, Any]) -> bool:
        data.clear()
        data.update(typed)
        return screen.attempt(decided, f"已{offer.label_zh}")

    known = {"grade": str(line.grade), "emergency": line.emergency}
    speakers = [name for name, _ in stage.desk.spokespeople(screen.person, desktop.number)]
    ask(offer, stage.zone, stage.clock.now(), submit, known, speakers)
