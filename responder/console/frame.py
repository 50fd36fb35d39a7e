"""The frame around every page: top bar, navigation, the alarm, and what keeps it fresh."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request
from jinja2 import Environment
from nicegui import ui

from responder.api.services import COOKIE, csrf_token
from responder.console.backstage import Backstage
from responder.console.judging import offer_corrections
from responder.console.screen import BROKEN, REFRESH_SECONDS, Screen
from responder.doors import PERMITS, audits, may_read_posts
from responder.labels import ROLES
from responder.people import Person, Role
from responder.transitions import Action

SAID = 4
SERVICE = "舆情监测与回应"
NAV = (
    ("/", "sensors", "实时监看"),
    ("/search", "search", "信息检索"),
    ("/reviews", "rate_review", "复核队列"),
    ("/watchlists", "bookmark", "监测方案"),
    ("/events", "hub", "舆情事件"),
    ("/triage", "inbox", "待研判"),
    ("/mine", "task_alt", "我的待办"),
    ("/tickets", "assignment", "处置台账"),
    ("/reports", "summarize", "评估周报"),
    ("/notices", "notifications", "我的提醒"),
    ("/roster", "groups", "值班与交接"),
    ("/deliveries", "outgoing_mail", "推送记录"),
    ("/jurisdiction", "account_balance", "辖区配置"),
    ("/drift", "trending_up", "研判漂移"),
    ("/status", "monitor_heart", "运行状态"),
    ("/people", "manage_accounts", "人员账号"),
    ("/access", "key", "接口与回调"),
    ("/audit", "fact_check", "审计日志"),
)
OF_POSTS = ("/search", "/reviews", "/watchlists", "/drift")


@contextmanager
def framed(
    backstage: Backstage, templates: Environment, request: Request, person: Person, at: str
) -> Iterator[Screen]:
    """Draw the frame with `at` marked in the navigation; the page's content goes within."""
    screen = Screen(backstage, templates, person, request.cookies.get(COOKIE, ""))
    ui.add_head_html('<link rel="stylesheet" href="/assets/console.css">')
    ui.add_head_html('<script src="/assets/console.js" defer></script>')
    ui.add_head_html('<script src="/assets/sorting.js" defer></script>')
    ui.colors(primary="#1d5fbf")
    ui.on_exception(lambda: ui.notify(BROKEN, type="negative", position="top", timeout=8000))
    ui.html('<a class="yq-skip" href="#main">跳到正文</a>', sanitize=False)
    _top(screen)
    _stale_bar(screen)
    screen.live(lambda: screen.html("alarm.html", late=_late(screen)))
    with ui.element("div").classes("yq-body"):
        screen.live(lambda: _nav(screen, at), classes="yq-nav")
        with ui.element("div").classes("yq-main").props("id=main tabindex=-1"):
            yield screen
    if screen.judges:
        offer_corrections(screen)
    _keep_time(screen)
    ui.timer(REFRESH_SECONDS, screen.refresh, immediate=False)


def name_page(what: str) -> None:
    """What the browser's tab is called: several tickets lie side by side there."""
    ui.page_title(f"{what} · {SERVICE}")


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
            screen.html(
                "me.html",
                name=person.name,
                role=ROLES[person.role.value],
                csrf=csrf_token(screen.token),
            ),
            sanitize=False,
        )


def _stale_bar(screen: Screen) -> None:
    bar = ui.html("", sanitize=False).classes("w-full")

    def say(why: str) -> None:
        bar.set_content(screen.html("stale.html", why=why) if why else "")

    screen.stale = say


def _nav(screen: Screen, at: str) -> str:
    stage = screen.backstage
    counts = screen.shared("counts", lambda: stage.desk.counts(screen.person, stage.clock.now()))
    badges = {"/triage": counts.waiting_triage, "/tickets": counts.offers_waiting}
    hidden = _hidden(screen.person)
    entries = [entry for entry in NAV if entry[0] not in hidden]
    return screen.html("nav.html", entries=entries, at=at, badges=badges)


def _hidden(person: Person) -> set[str]:
    hidden = set() if may_read_posts(person) else {*OF_POSTS, "/reports"}
    if Action.ASSIGN not in PERMITS[person.role]:
        hidden.add("/triage")
    if person.role is not Role.ADMIN:
        hidden |= {"/people", "/access"}
    if not audits(person):
        hidden.add("/audit")
    return hidden


def _unread(screen: Screen) -> int:
    return len(screen.backstage.desk.notices(screen.person, unread_only=True, size=100))


def _late(screen: Screen) -> list[str]:
    found = screen.backstage.recent.get("complaints", screen.backstage.complaints)
    more = len(found) - SAID
    return [*found[:SAID], f"另有 {more} 项"] if more > 0 else found


def _keep_time(screen: Screen) -> None:
    stage = screen.backstage

    def sync() -> None:
        now = stage.clock.now().timestamp() * 1000
        ui.run_javascript(f'window.yqSync && yqSync({now:.0f}, {stage.rate!r}, "{stage.zone}")')

    ui.timer(20.0, sync, immediate=True)
