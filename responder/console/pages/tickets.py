"""处置台账: every ticket with its countdown, narrowed by state, grade and lateness."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from responder.console.frame import card, heading
from responder.console.pages.new_case import open_case
from responder.console.router import Router
from responder.console.screen import Screen
from responder.desk import TicketFilter
from responder.doors import PERMITS
from responder.labels import GRADES, STATES, TOPICS
from responder.people import Role
from responder.transitions import Action

SHOWN, OFFERS = 50, 40
SOON = timedelta(hours=1)


def add(router: Router) -> None:
    """Add the page."""
    router.page("/tickets", "/tickets", "处置台账", _tickets)


def _tickets(screen: Screen, request: Request) -> None:
    asked = {k: v for k, v in request.query_params.items() if v}
    with ui.row().classes("w-full items-center no-wrap"):
        heading("处置台账", "倒计时按各自起算时间走，停止计时只凭证据")
        ui.space()
        if Action.OPEN in PERMITS[screen.person.role]:
            ui.button("手工立案", on_click=lambda: open_case(screen)).props("unelevated")
    if "offers" in asked:
        with card("待确认的答复", "官方信源的帖文，疑似对台账的公开回应；进入台账确认"):
            screen.live(lambda: _offers(screen))
        return
    with ui.element("div").classes("yq-cols facets"):
        with ui.element("section").classes("yq-card"):
            ui.html(screen.html("facets.html", facets=_facets(asked)), sanitize=False)
        with ui.element("div").classes("yq-stack"):
            _find(screen, asked)
            with card("台账", "按立案时间，新的在上"):
                screen.live(lambda: _list(screen, asked))


def _offers(screen: Screen) -> str:
    desk = screen.backstage.desk
    return screen.offers(screen.shared("offers", lambda: desk.offers(screen.person, size=OFFERS)))


def _find(screen: Screen, asked: Mapping[str, str]) -> None:
    own = ("q", "after", "unit", "topic")
    form = screen.html(
        "find.html",
        action="/tickets",
        q=asked.get("q", ""),
        keep={name: value for name, value in asked.items() if name not in own},
        hint="按编号或事项查找",
        selects=(("unit", "单位", _units(screen)), ("topic", "议题", TOPICS)),
        asked=asked,
    )
    ui.html(form, sanitize=False).classes("w-full")


def _units(screen: Screen) -> dict[str, str]:
    """The units of the viewer's jurisdiction, or of all; a unit itself has nothing to choose."""
    person = screen.person
    if person.role is Role.UNIT:
        return {}
    homes = screen.backstage.jurisdictions.values()
    seen = (home for home in homes if person.jurisdiction in (None, home.code))
    return {unit.code: unit.name for home in seen for unit in home.units}


def _list(screen: Screen, asked: Mapping[str, str]) -> str:
    stage, after = screen.backstage, asked.get("after")
    found = screen.shared(
        ("tickets", tuple(sorted(asked.items()))),
        lambda: stage.desk.tickets(
            screen.person, _filter(asked), stage.clock.now(), size=SHOWN, after=after
        ),
    )
    following = _href({**asked, "after": found.next}) if found.next else ""
    return screen.html(
        "tickets.html",
        lines=found.lines,
        total=found.total,
        next=following,
        empty="没有符合条件的台账",
    )


def _filter(asked: Mapping[str, str]) -> TicketFilter:
    state, grade = asked.get("state", ""), asked.get("grade", "")
    return TicketFilter(
        open={"1": True, "0": False}.get(asked.get("open", "")),
        states=(state,) if state in STATES else (),
        grade_min=int(grade) if grade in ("1", "2", "3", "4") else 0,
        breached=True if asked.get("breached") == "1" else None,
        text=asked.get("q", ""),
        unit=asked.get("unit") or None,
        topic=asked["topic"] if asked.get("topic") in TOPICS else None,
        due_within=SOON if asked.get("due") == "1" else None,
    )


def _facets(asked: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        _facet("答复", "offers", (("1", "待确认的答复"),), asked),
        _facet("范围", "open", (("1", "在办"), ("0", "已了结")), asked),
        _facet("时限", "due", (("1", "一小时内到期"),), asked),
        _facet("", "breached", (("1", "有超时"),), asked),
        _facet("状态", "state", tuple(STATES.items()), asked),
        _facet("等级", "grade", tuple((str(g), _at_least(g)) for g in GRADES if g), asked),
    ]


def _at_least(grade: int) -> str:
    return GRADES[grade] if grade == max(GRADES) else f"{GRADES[grade]}及以上"


def _facet(
    label: str, name: str, values: tuple[tuple[str, str], ...], asked: Mapping[str, str]
) -> dict[str, object]:
    entries = [
        {
            "label": text,
            "count": "",
            "on": asked.get(name) == value,
            "href": _href({**asked, name: "" if asked.get(name) == value else value, "after": ""}),
        }
        for value, text in values
    ]
    return {"label": label, "entries": entries}


def _href(asked: Mapping[str, str]) -> str:
    return "/tickets?" + urlencode({k: v for k, v in asked.items() if v})
