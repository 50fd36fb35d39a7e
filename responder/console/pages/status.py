"""运行状态: which sources and stages reported in, and which are late."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from responder.console.beats import KINDS, configured, missing, name_zh, why_late
from responder.console.frame import card, heading
from responder.console.router import Router
from responder.console.screen import Screen
from responder.wording import span
from stream.pulse import behind


def add(router: Router) -> None:
    """Add the page."""
    router.page("/status", "/status", "运行状态", _status)


def _status(screen: Screen, _request: Request) -> None:
    heading("运行状态", "每个信源、处理环节、时限巡查都要按时报到；连续三次未到即告警")
    with card("报到情况", "有问题的在上"):
        screen.live(lambda: screen.html("status.html", beats=_beats(screen)))


def _beats(screen: Screen) -> list[dict[str, Any]]:
    stage = screen.backstage
    names = stage.source_names
    beats = configured(stage.pulse.read(), names)
    late = {(b.kind, b.component): why_late(b) for b in behind(beats, stage.clock.now())}
    never: list[dict[str, Any]] = [
        {"name": name_zh(kind, one, names), "kind": KINDS[kind], "late": "尚未报到"}
        | {"at": None, "every": "—", "detail": ""}
        for kind, one in missing(beats, names)
    ]
    rows = [
        {
            "name": name_zh(beat.kind, beat.component, names),
            "kind": KINDS[beat.kind],
            "at": beat.beat_at,
            "every": span(int(beat.every.total_seconds())),
            "detail": beat.detail,
            "late": late.get((beat.kind, beat.component), ""),
        }
        for beat in beats
    ]
    return never + sorted(rows, key=lambda row: not row["late"])
