"""送审 on a ticket's page: the draft, the steps it needs in order, who passed them, who is next."""

from __future__ import annotations

from responder.console.acting import Desktop
from responder.console.frame import card
from responder.readmodels.tickets import TicketPage
from responder.review import GATES
from responder.transitions import Action


def show_review(desktop: Desktop) -> None:
    """A card with the review of the newest draft, where one was handed in."""
    screen = desktop.screen
    if not _drafts(desktop.page()):
        return
    with card("审核环节", "按序办理，每一环节由不同的人"):
        screen.live(lambda: _drawn(desktop))


def _drafts(page: TicketPage) -> list[int]:
    return [line.position for line in page.history if line.action == Action.SUBMIT]


def _drawn(desktop: Desktop) -> str:
    page = desktop.page()
    drafts = [line for line in page.history if line.action == Action.SUBMIT]
    last = drafts[-1]
    gates = [GATES.get(str(gate), str(gate)) for gate in last.data.get("gates") or ()]
    following = next((step.code for step in page.review if not step.who), None)
    waits = page.line.state == "in_review"
    return desktop.screen.html(
        "review_steps.html",
        draft=str(last.data.get("draft", "")),
        by=last.who_zh,
        at=last.at,
        gates=gates,
        steps=page.review,
        following=following if waits else None,
        waits=waits,
    )
