"""What a container engine, a load balancer or a second machine asks."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from responder.api.services import At

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(at: At) -> Response:
    """The ticket store answers and nothing is behind; else 503 and what is."""
    at.people.check()
    problems = list(at.problems())
    status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
    return JSONResponse({"status": "behind" if problems else "ok", "problems": problems}, status)
