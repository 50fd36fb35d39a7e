"""What a second machine asks: does every part of the service live?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, Response

from stream.pulse import Beat, Kind
from yuqing.domain.clock import Clock
from yuqing.domain.errors import RetryLater

Part = tuple[Kind, str]


def add_heartbeat(
    app: FastAPI,
    read: Callable[[], Sequence[Beat]],
    behind: Callable[[Sequence[Beat]], Mapping[Part, str]],
    clock: Clock,
) -> None:
    """Add /heartbeat: 200 while all stages, the sweep and the outbox report in, else 503."""
    router = APIRouter(tags=["health"])

    @router.get("/heartbeat")
    def heartbeat() -> Response:
        """Every part that reports in, and which are behind; 503 when one is."""
        at = clock.now().isoformat()
        try:
            beats = read()
        except RetryLater:
            blind = {"status": "unknown", "at": at, "behind": ["pulse"], "parts": []}
            return JSONResponse(blind, HTTPStatus.SERVICE_UNAVAILABLE)
        late = behind(beats)
        body: dict[str, object] = {
            "status": "behind" if late else "ok",
            "at": at,
            "behind": sorted(f"{kind.value}:{name}" for kind, name in late),
            "parts": [_part(beat, (beat.kind, beat.component) in late) for beat in beats],
        }
        return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE if late else HTTPStatus.OK)

    app.include_router(router)


def _part(beat: Beat, late: bool) -> dict[str, object]:
    return {
        "part": f"{beat.kind.value}:{beat.component}",
        "beat_at": beat.beat_at.isoformat(),
        "every_seconds": beat.every.total_seconds(),
        "ok": beat.ok,
        "behind": late,
    }
