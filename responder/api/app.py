"""The FastAPI application; the console is mounted on it by the wiring."""

from __future__ import annotations

from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from responder.api import (
    access,
    exports,
    health,
    judging,
    opinion,
    regrouping,
    reports,
    reviews,
    roster,
    session,
    tickets,
    watching,
    webhooks,
)
from responder.api.openapi import describe
from responder.api.problems import add_problems, problem, unforeseen
from responder.api.services import SAFE, Services

LARGEST_BODY = 1 << 20


def create_api(at: Services) -> FastAPI:
    """The API over the given services.

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
    app.state.services = at
    add_problems(app)
    parts = (
        health,
        session,
        tickets,
        reports,
        exports,
        opinion,
        reviews,
        judging,
        regrouping,
        watching,
        roster,
        webhooks,
        access,
    )
    for part in parts:
        app.include_router(part.router)
    describe(app)
    app.middleware("http")(_guard)
    return app


async def _guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Changes are taken as JSON from our own pages only, so no foreign page can make them."""
    if not request.url.path.startswith("/api/"):
        return await call_next(request)
    refused = _too_large(request) or (request.method not in SAFE and _foreign(request))
    response = refused or await _answered(request, call_next)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _answered(request: Request, call_next: RequestResponseEndpoint) -> Response:
    try:
        return await call_next(request)
    except Exception as error:  # the last door: nobody is shown a stack trace
        return await unforeseen(error)


def _too_large(request: Request) -> Response | None:
    if "transfer-encoding" in request.headers:
        return problem(411, "须写明长度", "请求须以 Content-Length 写明内容长度")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) <= LARGEST_BODY:
        return None
    return problem(413, "内容过大", f"请求内容不能超过 {LARGEST_BODY} 字节")


def _foreign(request: Request) -> Response | None:
    origin = request.headers.get("origin")
    if origin is not None and not _is_host(origin, request.headers.get("host", "")):
        return problem(403, "来源不符", "请求来自其他网站")
    has_body = request.headers.get("content-length", "0") != "0"
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json" and (has_body or request.method == "POST"):
        return problem(415, "格式不符", "请求内容须为 application/json")
    return None


def _is_host(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False
