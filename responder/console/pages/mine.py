"""我的待办: what waits for the viewer, by what is asked, with what to do said before."""

from __future__ import annotations

from fastapi import Request

from responder.console.frame import heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.readmodels.tickets import WorkGroup

SHOWN = 30


def add(router: Router) -> None:
    """Add the page."""
    router.page("/mine", "/mine", "我的待办", _mine)


def _mine(screen: Screen, _request: Request) -> None:
    person = screen.person
    unit = dict(screen.backstage.desk.units(person.jurisdiction or "")).get(person.unit or "")
    heading("我的待办", f"等{unit or '您'}办理的台账，按要办的事分列")
    screen.live(lambda: screen.html("mine.html", groups=_groups(screen), shown=SHOWN))


def _groups(screen: Screen) -> tuple[WorkGroup, ...]:
    stage, person = screen.backstage, screen.person
    return screen.shared(
        ("mine", person.login), lambda: stage.desk.my_work(person, stage.clock.now())
    )
