"""并入, 拆出, 固定: the dialogs in which a person says which posts are one matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from responder.console.forms import asking
from responder.console.frame import card
from responder.console.screen import Screen
from responder.readmodels.events import EventPage, PostLine
from responder.regroupings import Wish
from yuqing.domain.decision import Regroup

NEAR = 100
OWN = ""
ASKED = {
    Regroup.MERGE: (
        "并入其他事件",
        "并入",
        "本事件的帖文全部归到所选事件，编号从此指向它；两边都已立案的，台账由人工并案。",
    ),
    Regroup.SPLIT: (
        "拆出帖文",
        "拆出",
        "所选帖文离开本事件，等级、首发时间按剩下的帖文重算；拆出的帖文固定在新的事件里。",
    ),
    Regroup.PIN: (
        "固定帖文",
        "固定",
        "所选帖文认定属于本事件；此后系统不再把本事件与其他事件自动并案。",
    ),
}


def show_regrouping(screen: Screen, page: Callable[[], EventPage]) -> None:
    """The buttons, for those who may, and what people have decided so far."""
    desk = screen.backstage.desk
    with card("人工调整", "归并有误时"):
        if screen.judges:
            with ui.element("div").classes("yq-actions"):
                for action, (title, done, _next) in ASKED.items():
                    button = ui.button(
                        done, on_click=lambda action=action: _ask(screen, page(), action)
                    )
                    button.props(f'outline data-regroup="{action.value}"').tooltip(title)
        event_id = page().line.event_id
        screen.drawn(
            lambda: desk.regroupings_of(screen.person, event_id),
            lambda decided: screen.html(
                "regroupings.html", decided=decided, names=screen.names(), event_id=event_id
            ),
        )


def _ask(screen: Screen, page: EventPage, action: Regroup) -> None:
    desk, now = screen.backstage.desk, screen.backstage.clock.now
    title, done, following = ASKED[action]
    fields: dict[str, Any] = {}

    def send() -> bool:
        wish = _wish(action, page.line.event_id, fields)
        return screen.attempt(lambda person: desk.regroup(person, wish, now()), f"已{done}")

    with asking(title, done, send, following):
        if action is not Regroup.MERGE:
            posts = {one.post_id: _short(one) for one in page.posts}
            fields["posts"] = ui.select(posts, label="帖文", multiple=True, value=[])
        if action is not Regroup.PIN:
            fields["into"] = _others(screen, page, action)
        fields["reason"] = ui.input("理由")
        for name, made in fields.items():
            made.classes("w-full").props(f'data-field="{name}"')


def _others(screen: Screen, page: EventPage, action: Regroup) -> ui.select:
    home = page.line.jurisdiction
    found = screen.backstage.desk.events(screen.person, size=NEAR, jurisdiction=home).lines
    events = {one.event_id: one.title for one in found if one.event_id != page.line.event_id}
    if action is Regroup.MERGE:
        return ui.select(events, label="并入哪个事件", with_input=True)
    choices = {OWN: "单独成为一个事件"} | events
    return ui.select(choices, label="归到哪里", value=OWN, with_input=True)


def _wish(action: Regroup, event_id: str, fields: dict[str, Any]) -> Wish:
    into = fields["into"].value if "into" in fields else None
    posts = fields["posts"].value if "posts" in fields else ()
    return Wish(action, event_id, into or None, tuple(posts or ()), fields["reason"].value or "")


def _short(post: PostLine) -> str:
    return (post.title or post.body)[:40]
