"""A ticket in the hands of its viewer, and the buttons for what state and role allow with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from responder.console.forms import ask
from responder.console.screen import Screen
from responder.labels import MACHINE
from responder.people import Person
from responder.readmodels.actions import ActionOffer
from responder.readmodels.tickets import HistoryLine, TicketPage
from yuqing.domain.errors import Conflict


@dataclass(slots=True)
class Desktop:
    """The ticket as its viewer last saw it; who acts, acts on that version. `proposed` fills
    the inputs of an action before anybody types: by action, then by field."""

    screen: Screen
    number: str
    version: int = 0
    proposed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

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


def show_some(desktop: Desktop, only: Collection[str]) -> None:
    """The actions among `only` that are allowed now, as they are at this moment."""
    with ui.element("div").classes("yq-actions"):
        for offer in _offers(desktop):
            if offer.action in only:
                _button(desktop, offer)


def show_buttons(desktop: Desktop, without: Collection[str] = ()) -> None:
    """The actions that are allowed now, kept fresh; those `without` stand elsewhere."""
    screen = desktop.screen

    def allowed() -> tuple[ActionOffer, ...]:
        return tuple(one for one in _offers(desktop) if one.action not in without)

    shown = [allowed()]

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
    screen.follow(allowed, change, shown[0])


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

    known: dict[str, Any] = {"grade": str(line.grade), "emergency": line.emergency}
    known |= {**desktop.proposed.get(offer.action, {}), **_only_step(offer)}
    speakers = [name for name, _ in stage.desk.spokespeople(screen.person, desktop.number)]
    ask(offer, stage.zone, stage.clock.now(), submit, known, speakers)


def _only_step(offer: ActionOffer) -> dict[str, Any]:
    """The step that is next: there is nothing to choose."""
    steps = [field for field in offer.fields if field.kind == "step"]
    return {one.name: one.choices[0][0] if one.choices else "审核" for one in steps}
