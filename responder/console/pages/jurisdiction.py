"""辖区: what the government's file says, to look at; and what an edit of it would change."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from nicegui import ui

from responder.channels import kind_of
from responder.console.frame import card, heading
from responder.console.homes import choose_home, home_of
from responder.console.pages.comparing import compare
from responder.console.router import Router
from responder.console.screen import Screen
from responder.explain import STOPPED_BY_TITLES
from responder.gradings import GRADED, grading_rows, whose
from responder.labels import CHANNELS, GRADES, ROLES, TARGETS, TOPICS
from responder.people import Role
from responder.review import GATES
from responder.wording import span
from yuqing.domain.jurisdiction import ChainStep, ClockRule, ClockStart, Jurisdiction, Unit

_STARTS = {
    ClockStart.FIRST_POSTED: "首发",
    ClockStart.DISCOVERED: "发现",
    ClockStart.GRADED: "定级",
    ClockStart.ASSIGNED: "交办",
}


def add(router: Router) -> None:
    """Add the page."""
    router.page("/jurisdiction", "/jurisdiction", "辖区配置", _jurisdiction)


def _jurisdiction(screen: Screen, request: Request) -> None:
    home = home_of(screen, request)
    with ui.row().classes("w-full items-center no-wrap"):
        heading("辖区配置", f"{home.name}（{home.code}），以配置文件为准，此处只看")
        ui.space()
        choose_home(screen, "/jurisdiction", home)
        if screen.person.role is Role.ADMIN:
            ui.button("比较改动", on_click=lambda: compare(screen, home.code)).props("outline")
    with card("时限", f"{_policy(home)}，立案时固定到台账"):
        _shown(screen, "home_clocks.html", clocks=[_clock(one) for one in home.policy.clocks])
    with card("定级标准", f"自多少起为哪一级；{whose(home.grading)}"):
        rows = grading_rows(home.grading)
        _shown(screen, "home_grading.html", rows=rows, grades=[GRADES[g] for g in GRADED])
    with card("责任单位", f"综合协调：{_named(home, home.coordinator)}"):
        _shown(screen, "home_units.html", units=[_unit(home, one) for one in home.units])
    with card("催办链", "按等级；没有人可推送的，直接进入下一步"):
        chains = [(GRADES[int(grade)], _chain(home, steps)) for grade, steps in home.chains]
        _shown(screen, "home_chains.html", chains=chains, home=home)
    with card("审核与发布"):
        _shown(screen, "home_conduct.html", home=home, steps=_steps(home), named=_namer(home))
    with card("职责", "“待建”须后续功能支持"):
        _shown(screen, "home_duties.html", duties=home.duties)


def _policy(home: Jurisdiction) -> str:
    return "国家规定" if home.policy.name == "national" else f"{home.name}规定"


def _shown(screen: Screen, template: str, **values: Any) -> None:
    ui.html(screen.html(template, **values), sanitize=False).classes("w-full")


def _clock(rule: ClockRule) -> dict[str, Any]:
    length = span(int(rule.due.total_seconds()))
    return {
        "title": rule.title,
        "national": rule.national,
        "due": f"{length}（工作日）" if rule.in_workdays else length,
        "start": _STARTS[rule.start],
        "stop": STOPPED_BY_TITLES[rule.stopped_by],
        "when": _when(rule),
        "basis": rule.basis,
    }


def _when(rule: ClockRule) -> str:
    said = [
        ("突发事件" if asked.emergency else "非突发")
        + "".join(f"·{GRADES[grade]}" for grade in sorted(asked.grades, reverse=True))
        for asked in rule.asked_when
    ]
    return "；".join(said) or "各类"


def _unit(home: Jurisdiction, unit: Unit) -> dict[str, Any]:
    topics = [TOPICS[topic] for topic, code in home.routes if code == unit.code]
    inferred = [TOPICS[t] for t, code in home.routes if code == unit.code and t in home.inferred]
    return {
        "code": unit.code,
        "name": unit.name,
        "topics": topics,
        "inferred": inferred,
        "territory": unit.territory,
        "principal": unit.principal.name,
        "duty": [(one.name, _ways(one.channels)) for one in unit.duty],
    }


def _ways(channels: tuple[str, ...]) -> str:
    """The kinds alone: an address of a robot is as good as its key."""
    return "、".join(dict.fromkeys(CHANNELS[kind_of(one)] for one in channels)) or "仅控制台"


def _chain(home: Jurisdiction, steps: tuple[ChainStep, ...]) -> list[tuple[str, str, str]]:
    return [
        (
            "立即" if not step.after else f"超时 {span(int(step.after.total_seconds()))} 后",
            TARGETS.get(step.target) or _named(home, step.target),
            "、".join(CHANNELS.get(kind, kind) for kind in step.channels),
        )
        for step in steps
    ]


def _steps(home: Jurisdiction) -> list[tuple[str, str, str, str]]:
    return [
        (
            step.name,
            ROLES.get(step.by) or _named(home, step.by),
            GATES[step.when.value] if step.when else "",
            step.basis,
        )
        for step in home.review
    ]


def _namer(home: Jurisdiction) -> Any:
    return lambda code: _named(home, code)


def _named(home: Jurisdiction, code: str | None) -> str:
    unit = home.unit(code) if code else None
    return unit.name if unit else code or "未写明"
