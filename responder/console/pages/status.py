"""运行状态: which sources and stages reported in, and which are late."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from responder.console.beats import KINDS, component_zh, why_late
from responder.console.frame import Screen, card, heading
from responder.console.render import span
from responder.console.router import Router
from stream.pulse import behind


def add(router: Router) -> None:
    """Add the page."""
    router.page("/status", "/status", "运行状态", _status)


def _status(screen: Screen, _request: Request) -> None:
    heading("运行状态", "每个信源、处理环节、时限巡查都要按时报到")
    with card("报到情况"):
        screen.live(lambda: screen.html("status.html", beats=_beats(screen)))


def _beats(screen: Screen) -> list[dict[str, Any]]:
    stage = screen.backstage
    beats = stage.pulse.read()
    late = {(b.kind, b.component): why_late(b) for b in behind(beats, stage.clock.now())}
    return [
        {
            "component": component_zh(beat.kind, beat.component, stage.source_names),
            "kind_zh": KINDS[beat.kind],
            "at": beat.beat_at,
            "every": span(int(beat.every.total_seconds())),
            "detail": beat.detail,
            "late": late.get((beat.kind, beat.component), ""),
        }
        for beat in beats
    ]
