"""监测方案: saved searches with exclusions whose hits alert named people."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from responder.console.frame import Screen, card, heading
from responder.console.router import Router
from responder.desk import WatchlistDraft
from responder.labels import GRADES, TOPICS
from responder.people import Person
from responder.readmodels import WatchlistView


def add(router: Router) -> None:
    """Add the page."""
    router.page("/watchlists", "/watchlists", "监测方案", _watchlists)


def _watchlists(screen: Screen, request: Request) -> None:
    desk = screen.backstage.desk
    chosen = request.query_params.get("id", "")
    with ui.row().classes("w-full items-center no-wrap"):
        heading("监测方案", "命中即提醒指定的人；减号排除不想要的")
        ui.space()
        ui.button("新建方案", on_click=lambda: edit_watchlist(screen)).props("unelevated")
    with card("全部方案"):
        screen.live(lambda: screen.html("watchlists.html", lists=desk.watchlists(screen.person)))
    found = next((w for w in desk.watchlists(screen.person) if str(w.watchlist_id) == chosen), None)
    if found is not None:
        _hits(screen, found)


def _hits(screen: Screen, chosen: WatchlistView) -> None:
    desk, number = screen.backstage.desk, chosen.watchlist_id
    with ui.row().classes("gap-2"):
        ui.button("修改", on_click=lambda: edit_watchlist(screen, chosen)).props("outline dense")
        ui.button("删除", on_click=lambda: _drop(screen, number)).props(
            "outline dense color=negative"
        )
    with card(f"「{chosen.name}」的命中"):
        screen.live(lambda: screen.html("hits.html", hits=desk.hits(screen.person, number)))


def _drop(screen: Screen, number: int) -> None:
    desk = screen.backstage.desk
    if screen.attempt(lambda person: desk.drop_watchlist(person, number), "已删除"):
        ui.navigate.to("/watchlists")


def edit_watchlist(
    screen: Screen,
    known: WatchlistView | None = None,
    query: str = "",
    topics: tuple[str, ...] = (),
) -> None:
    """A dialog that makes a 监测方案, or changes the `known` one."""
    stage, person = screen.backstage, screen.person
    people = dict(stage.desk.people_to_notify(person))
    with ui.dialog() as dialog, ui.card().classes("w-[520px]"):
        ui.label("修改监测方案" if known else "新建监测方案").classes("text-lg font-bold")
        name = ui.input("名称", value=known.name if known else "").classes("w-full")
        typed = ui.input("检索式", value=known.query if known else query).classes("w-full")
        areas = ui.select(
            dict(TOPICS), multiple=True, label="议题（不选为全部）",
            value=list(known.topics if known else topics),
        ).classes("w-full")  # fmt: skip
        level = ui.select(
            {k: GRADES[k] for k in sorted(GRADES)}, label="最低等级",
            value=known.severity_min if known else 0,
        ).classes("w-full")  # fmt: skip
        told = ui.select(
            people, multiple=True, label="提醒谁",
            value=list(known.notify) if known else [person.login],
        ).classes("w-full")  # fmt: skip
        active = ui.switch("启用", value=known.active if known else True)

        def save() -> None:
            draft = WatchlistDraft(
                jurisdiction=person.jurisdiction or next(iter(stage.jurisdictions)),
                name=(name.value or "").strip(),
                query=(typed.value or "").strip(),
                topics=tuple(areas.value or ()),
                severity_min=int(level.value or 0),
                notify=tuple(told.value or ()),
                active=bool(active.value),
            )
            if screen.attempt(lambda who: _save(screen, who, draft, known), "已保存"):
                dialog.close()
                ui.navigate.to("/watchlists")

        with ui.row().classes("w-full justify-end"):
            ui.button("取消", on_click=dialog.close).props("flat")
            ui.button("保存", on_click=save).props("unelevated")
    dialog.open()


def _save(
    screen: Screen, who: Person, draft: WatchlistDraft, known: WatchlistView | None
) -> WatchlistView:
    desk, now = screen.backstage.desk, screen.backstage.clock.now()
    if known is None:
        return desk.save_watchlist(who, draft, now)
    return desk.save_watchlist(
        who, draft, now, watchlist_id=known.watchlist_id, expected_version=known.version
    )
