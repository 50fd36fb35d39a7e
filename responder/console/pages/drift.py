"""研判漂移: how far what the machine says has moved from the reference."""

from __future__ import annotations

from fastapi import Request

from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.doors import check_reads_posts
from responder.drifts import HEADS, LEVELS
from yuqing.domain.drift import MOVED, NOTICEABLE

DAYS = 14


def add(router: Router) -> None:
    """Add the page."""
    router.page("/drift", "/drift", "研判漂移", _drift)


def _drift(screen: Screen, _request: Request) -> None:
    check_reads_posts(screen.person)
    desk, homes = screen.backstage.desk, screen.backstage.jurisdictions
    heading(
        "研判漂移",
        "近七天的研判构成与参照相比；"
        f"PSI 低于 {NOTICEABLE} 为平稳，达到 {MOVED} 为明显偏移，即提醒研判员和管理员",
    )
    places = {code: home.name for code, home in homes.items()}
    with card("每天一次", "偏移不等于出错：先看帖文是否真的变了，再看信源和模型"):
        screen.drawn(
            lambda: desk.drifts(screen.person, DAYS),
            lambda views: screen.html(
                "drift.html",
                views=views,
                heads=HEADS,
                levels=LEVELS,
                places=places,
                many=len(places) > 1,
            ),
        )
