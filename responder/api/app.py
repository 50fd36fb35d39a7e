"""The FastAPI application; the console is mounted on it by the wiring."""

from __future__ import annotations

from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from responder.api import health, opinion, roster, session, tickets, watching
from responder.api.problems import add_problems, problem
from responder.api.services import Problems, Services
from responder.desk import Desk
from responder.people import People
from stream.index import Index
from yuqing.domain.clock import Clock

LARGEST_BODY = 1 << 20
_SAFE = ("GET", "HEAD", "OPTIONS")


def create_api(
    desk: Desk, index: Index, people: People, clock: Clock, problems: Problems
) -> FastAPI:
    """The API over the given services. `problems` tells what is behind, for /readyz.

    Its documentation is the OpenAPI document at /api/openapi.json; no page of it loads scripts
    from elsewhere.
    """
    app = FastAPI(
        title="yuqing",
        version=version("yuqing"),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = Services(desk, index, people, clock, problems)
    add_problems(app)
    for part in (health, session, tickets, opinion, watching, roster):
        app.include_router(part.router)
    app.middleware("http")(_guard)
    return app


async def _guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Changes are taken as JSON from our own pages only, so no foreign page can make them."""
    if request.url.path.startswith("/api/"):
        refused = _too_large(request) or (request.method not in _SAFE and _foreign(request))
        if refused:
            return refused
        response = await call_next(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    return await call_next(request)


def _too_large(request: Request) -> Response | None:
    if "transfer-encoding" in request.headers:
        return problem(411, "须写明长度", "请求须以 Content-Length 写明内容长度")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) <= LARGEST_BODY:
        return None
    return problem(413, "内容过大", f"请求内容不能超过 {LARGEST_BODY} 字节")


def _foreign(request: Request) -> Response | None:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return problem(403, "来源不符", "请求来自其他网站")
    has_body = request.headers.get("content-length", "0") != "0"
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json" and (has_body or request.method == "POST"):
        return problem(415, "格式不符", "请求内容须为 application/json")
    return None
