"""The frame around every page: top bar, navigation, the alarm, and what keeps it fresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from jinja2 import Environment
from nicegui import run, ui

from responder.api.services import COOKIE
from responder.console.backstage import Backstage
from responder.console.render import render
from responder.labels import ROLES
from responder.people import Person
from responder.readmodels import OfferLine
from yuqing.domain.errors import NotAllowed, YuqingError

REFRESH_SECONDS = 1.0
SAID = 4
NAV = (
    ("/", "sensors", "实时监看"),
    ("/search", "search", "信息检索"),
    ("/watchlists", "bookmark", "监测方案"),
    ("/events", "hub", "舆情事件"),
    ("/tickets", "assignment", "处置台账"),
    ("/reports", "summarize", "评估周报"),
    ("/notices", "notifications", "我的提醒"),
    ("/status", "monitor_heart", "运行状态"),
)


@dataclass(slots=True)
class Screen:
    """One open page of one viewer: renders fragments and refreshes them while it is open."""

    backstage: Backstage
    templates: Environment
    person: Person
    token: str
    _live: list[tuple[ui.html, Callable[[], str]]] = field(default_factory=list)

    def html(self, template: str, /, **values: Any) -> str:
        """A filled fragment."""
        return render(self.templates, template, **values)

    def offers(self, offers: Sequence[OfferLine]) -> str:
        """Offered answers, to look at."""
        return self.html("offers.html", offers=offers, sources=self.backstage.source_names)

    def live(self, make: Callable[[], str], classes: str = "w-full") -> ui.html:
        """A fragment that is made again every second and pushed when it has changed."""
        element = ui.html(make(), sanitize=False).classes(classes)
        self._live.append((element, make))
        return element

    async def refresh(self) -> None:
        """Push what has changed; a viewer whose sign-in has ended is sent to the door."""
        try:
            made = await run.io_bound(self._make_all)
        except NotAllowed:
            ui.navigate.to("/sign-in")
            return
        for (element, _), content in zip(self._live, made or (), strict=False):
            if element.content != content:
                element.set_content(content)

    def checked(self) -> Person:
        """The viewer, if still signed in; what every action asks first. Raises NotAllowed."""
        person = self.backstage.people.person_of(self.token)
        if person is None:
            raise NotAllowed("登录已失效，请重新登录")
        return person

    def attempt(self, action: Callable[[Person], Any], done: str) -> bool:
        """Do `action` for the viewer and say how it went."""
        try:
            action(self.checked())
        except YuqingError as error:
            ui.notify(str(error), type="negative", position="top", timeout=8000)
            return False
        ui.notify(done, type="positive", position="top")
        return True

    def _make_all(self) -> list[str]:
        self.checked()
        return [make() for _, make in self._live]


@contextmanager
def framed(
    backstage: Backstage, templates: Environment, request: Request, person: Person, at: str
) -> Iterator[Screen]:
    """Draw the frame with `at` marked in the navigation; the page's content goes within."""
    screen = Screen(backstage, templates, person, request.cookies.get(COOKIE, ""))
    ui.add_head_html('<link rel="stylesheet" href="/assets/console.css">')
    ui.add_head_html('<script src="/assets/console.js" defer></script>')
    ui.colors(primary="#1d5fbf")
    _top(screen)
    screen.live(lambda: screen.html("alarm.html", late=_late(screen)))
    with ui.element("div").classes("yq-body"):
        screen.live(lambda: _nav(screen, at), classes="yq-nav")
        with ui.element("main").classes("yq-main"):
            yield screen
    _keep_time(screen)
    ui.timer(REFRESH_SECONDS, screen.refresh, immediate=False)


def heading(title: str, sub: str = "") -> None:
    """The title of a page."""
    with ui.element("div").classes("yq-title"):
        with ui.element("h1"):
            ui.label(title)
        ui.label(sub).classes("sub")


@contextmanager
def card(title: str, more: str = "", padded: bool = False) -> Iterator[None]:
    """A white box with a title; `more` is shown small at its right."""
    with ui.element("section").classes("yq-card"):
        with ui.element("header"):
            ui.label(title)
            ui.label(more).classes("more")
        with ui.element("div").classes("in" if padded else ""):
            yield


def _top(screen: Screen) -> None:
    person = screen.person
    with ui.element("div").classes("yq-top"):
        with ui.link(target="/").classes("yq-brand no-underline"):
            ui.html(screen.html("brand.html", place=screen.backstage.place), sanitize=False)
        ui.html("<span data-now></span>", sanitize=False).classes("yq-clock")
        screen.live(lambda: screen.html("bell.html", unread=_unread(screen)), classes="")
        ui.html(
            screen.html("me.html", name=person.name, role=ROLES[person.role.value]),
            sanitize=False,
        )


def _nav(screen: Screen, at: str) -> str:
    counts = screen.backstage.desk.counts(screen.person, screen.backstage.clock.now())
    badges = {"/tickets": counts.waiting_triage + counts.offers_waiting}
    return screen.html("nav.html", entries=NAV, at=at, badges=badges)


def _unread(screen: Screen) -> int:
    return len(screen.backstage.desk.notices(screen.person, unread_only=True, size=100))


def _late(screen: Screen) -> list[str]:
    said = screen.backstage.complaints()
    more = len(said) - SAID
    return [*said[:SAID], f"另有 {more} 项"] if more > 0 else said


def _keep_time(screen: Screen) -> None:
    stage = screen.backstage

    def sync() -> None:
        now = stage.clock.now().timestamp() * 1000
        ui.run_javascript(f'window.yqSync && yqSync({now:.0f}, {stage.rate!r}, "{stage.zone}")')

    ui.timer(20.0, sync, immediate=True)
