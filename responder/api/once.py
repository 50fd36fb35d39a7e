"""Idempotency-Key: a client that got no answer may ask again, and nothing is done twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from responder.api.problems import MEDIA_TYPE, problem
from responder.api.services import services, signed_in
from responder.repeats import Answer
from yuqing.domain.errors import InvalidMessage

HEADER = "idempotency-key"
REPLAYED = "Idempotency-Replayed"
SHOWN_ONCE = "X-Shown-Once"
_LOST = "上次请求已经办成，但密钥只显示一次：请作废后重新申请"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("content-type", "etag", "location")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ActingRoute(APIRoute):
    """A route whose POST is done once for each Idempotency-Key of a client, for a day."""

    def get_route_handler(self) -> Handler:
        """The route's handler, behind the memory of what was answered."""
        handle: Handler = super().get_route_handler()
        if "POST" not in (self.methods or ()):
            return handle

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            return await (handle(request) if key is None else _once(request, key, handle))

        return once


async def _once(request: Request, key: str, handle: Handler) -> Response:
    if not _KEY.fullmatch(key):
        raise InvalidMessage("Idempotency-Key: 须为 1 至 200 个可见的 ASCII 字符")
    at = services(request)
    me = await run_in_threadpool(signed_in, request, at)
    sha256 = await _digest(request)
    known = await run_in_threadpool(at.repeats.claim, me.login, key, sha256)
    if known is not None:
        headers = {**known.headers, REPLAYED: "true"}
        return Response(known.body, known.status, headers)
    # A request that is cut off keeps its claim: nobody knows how far it came.
    try:
        response = await handle(request)
    except Exception:
        await run_in_threadpool(at.repeats.release, me.login, key)
        raise
    if response.status_code < 400:
        await run_in_threadpool(at.repeats.keep, me.login, key, _answer(response))
    else:
        await run_in_threadpool(at.repeats.release, me.login, key)
    return response


def _answer(response: Response) -> Answer:
    if SHOWN_ONCE in response.headers:
        # A secret is not kept, here least of all: who lost the answer makes a new one.
        said = problem(409, "只显示一次", _LOST, code="shown_once")
        return Answer(said.status_code, {"content-type": MEDIA_TYPE}, bytes(said.body).decode())
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return Answer(response.status_code, kept, bytes(response.body).decode())


async def _digest(request: Request) -> str:
    target = f"{request.method} {request.url.path}?{request.url.query}"
    version = request.headers.get("if-match", "")
    body = await request.body()
    return hashlib.sha256(f"{target}\n{version}\n".encode() + body).hexdigest()
