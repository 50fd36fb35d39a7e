"""监测方案: saved searches with exclusions whose hits alert named people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from nicegui import ui

from responder.console.forms import asking
from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.desk import WatchlistDraft
from responder.doors import check_reads_posts
from responder.labels import GRADES, TOPICS
from responder.people import Person, Role
from responder.readmodels.watching import WatchlistView
from yuqing.domain.errors import NotFound

MANAGERS = (Role.MONITOR, Role.ANALYST, Role.ADMIN)
LEVELS = {k: GRADES[k] if k else "不限" for k in sorted(GRADES)}


def add(router: Router) -> None:
    """Add the page."""
    router.page("/watchlists", "/watchlists", "监测方案", _watchlists)
    router.page("/watchlists/{number}", "/watchlists", "监测方案", _watchlists)


def _watchlists(screen: Screen, request: Request) -> None:
    check_reads_posts(screen.person)
    desk = screen.backstage.desk
    chosen = request.path_params.get("number") or request.query_params.get("id", "")
    with ui.row().classes("w-full items-center no-wrap"):
        heading("监测方案", "命中即提醒指定的人；减号排除不想要的")
        ui.space()
        if screen.person.role in MANAGERS:
            ui.button("新建方案", on_click=lambda: edit_watchlist(screen)).props("unelevated")
    names = dict(desk.people_to_notify(screen.person))
    with card("全部方案", "点方案名看命中"):
        screen.drawn(
            lambda: screen.shared("watchlists", lambda: desk.watchlists(screen.person)),
            lambda lists: screen.html("watchlists.html", lists=lists, names=names, chosen=chosen),
        )
    found = next((w for w in desk.watchlists(screen.person) if str(w.watchlist_id) == chosen), None)
    if found is not None:
        _hits(screen, found)
    elif chosen:
        raise NotFound("没有这个监测方案，可能已被删除")


def _hits(screen: Screen, chosen: WatchlistView) -> None:
    desk, number = screen.backstage.desk, chosen.watchlist_id
    if screen.person.role in MANAGERS:
        with ui.row().classes("gap-2"):
            ui.button("修改", on_click=lambda: edit_watchlist(screen, chosen)).props(
                "outline dense"
            )
            ui.button("删除", on_click=lambda: _confirm_drop(screen, chosen)).props(
                "outline dense color=negative"
            )
    names = screen.backstage.source_names
    with card(f"「{chosen.name}」的命中", "最近 50 条"):
        screen.drawn(
            lambda: screen.shared(("hits", number), lambda: desk.hits(screen.person, number)),
            lambda hits: screen.html("hits.html", hits=hits, sources=names),
        )


def _confirm_drop(screen: Screen, chosen: WatchlistView) -> None:
    stage, number = screen.backstage, chosen.watchlist_id

    def drop() -> bool:
        done = screen.attempt(
            lambda person: stage.desk.drop_watchlist(person, number, stage.clock.now()), "已删除"
        )
        if done:
            ui.navigate.to("/watchlists")
        return done

    with asking("删除监测方案", "删除", drop, "方案及其命中记录一并删除，不再提醒；台账不受影响。"):
        ui.label(f"「{chosen.name}」已命中 {chosen.hits} 条")


def edit_watchlist(
    screen: Screen,
    known: WatchlistView | None = None,
    query: str = "",
    topics: tuple[str, ...] = (),
) -> None:
    """A dialog that makes a 监测方案, or changes the `known` one."""
    person = screen.person
    people = dict(screen.backstage.desk.people_to_notify(person, _home(screen, known)))
    fields: dict[str, Any] = {}

    def save() -> bool:
        draft = _draft(screen, fields, known)
        done = screen.attempt(lambda who: _save(screen, who, draft, known), "已保存")
        if done:
            ui.navigate.to("/watchlists")
        return done

    title = "修改监测方案" if known else "新建监测方案"
    with asking(title, "保存", save, "之后采集到的帖文一旦命中，立即提醒所选的人。"):
        fields["name"] = ui.input("名称", value=known.name if known else "").props("autofocus")
        fields["query"] = ui.input("检索式", value=known.query if known else query).props(
            'hint="空格＝并且，| ＝或者，- ＝排除，引号＝连在一起"'
        )
        fields["topics"] = ui.select(
            dict(TOPICS), multiple=True, label="议题（不选为全部）",
            value=list(known.topics if known else topics),
        )  # fmt: skip
        fields["level"] = ui.select(
            LEVELS, label="最低等级", value=known.severity_min if known else 0
        )
        fields["told"] = ui.select(
            people, multiple=True, label="提醒谁",
            value=[p for p in (known.notify if known else (person.login,)) if p in people],
        )  # fmt: skip
        for made in fields.values():
            made.classes("w-full")
        fields["active"] = ui.switch("启用", value=known.active if known else True)


def _home(screen: Screen, known: WatchlistView | None) -> str:
    home = known.jurisdiction if known else screen.person.jurisdiction
    return home or next(iter(screen.backstage.jurisdictions))


def _draft(
    screen: Screen, fields: Mapping[str, Any], known: WatchlistView | None
) -> WatchlistDraft:
    return WatchlistDraft(
        jurisdiction=_home(screen, known),
        name=(fields["name"].value or "").strip(),
        query=(fields["query"].value or "").strip(),
        topics=tuple(fields["topics"].value or ()),
        severity_min=int(fields["level"].value or 0),
        notify=tuple(fields["told"].value or ()),
        every_minutes=known.every_minutes if known else 10,
        active=bool(fields["active"].value),
    )


def _save(
    screen: Screen, who: Person, draft: WatchlistDraft, known: WatchlistView | None
) -> WatchlistView:
    desk, now = screen.backstage.desk, screen.backstage.clock.now()
    if known is None:
        return desk.save_watchlist(who, draft, now)
    return desk.save_watchlist(
        who, draft, now, watchlist_id=known.watchlist_id, expected_version=known.version
    )
