"""One table from the product's errors to HTTP: every refusal is an application/problem+json."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from responder.api.services import Forged, NotSignedIn
from responder.api.versions import Outdated, VersionNeeded
from responder.refusals import Refused
from responder.repeats import InHand, KeyReused
from yuqing.domain.errors import (
    Conflict,
    InvalidMessage,
    NotAllowed,
    NotFound,
    RetryLater,
    TooMany,
    YuqingError,
)
from yuqing.domain.text import clean

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)
_CODES: Mapping[type[YuqingError], tuple[HTTPStatus, str, str]] = {
    NotFound: (HTTPStatus.NOT_FOUND, "not_found", "没有找到"),
    NotAllowed: (HTTPStatus.FORBIDDEN, "not_allowed", "不能进行此操作"),
    KeyReused: (HTTPStatus.CONFLICT, "idempotency_key_reused", "幂等键已用于另一请求"),
    InHand: (HTTPStatus.CONFLICT, "request_in_hand", "同一请求尚无结果"),
    Conflict: (HTTPStatus.CONFLICT, "conflict", "已被他人先行修改"),
    InvalidMessage: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "填写有误"),
    TooMany: (HTTPStatus.TOO_MANY_REQUESTS, "too_many", "请求过多"),
    RetryLater: (HTTPStatus.SERVICE_UNAVAILABLE, "retry_later", "服务暂时不可用，请稍后再试"),
}
_ROUTING: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("内容无法读取", "请求内容不是可读的 JSON（UTF-8）"),
    HTTPStatus.NOT_FOUND: ("没有找到", "没有这个接口地址"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("方法不符", "这个接口地址不接受此方法，可用的见 Allow"),
}


def problem(
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    code: str | None = None,
    **more: Any,
) -> JSONResponse:
    """A problem document (RFC 9457); `code` is for programs, the rest for people. A detail may
    repeat what was sent, so what no answer can carry is taken out."""
    body = {"type": "about:blank", "title": title, "status": int(status), "detail": clean(detail)}
    named = {"code": code or HTTPStatus(status).name.lower()}
    return JSONResponse(body | named | more, int(status), dict(headers or {}), MEDIA_TYPE)


def add_problems(app: FastAPI) -> None:
    """Have `app` answer every error as a problem document; pages outside /api stay as they are."""
    app.add_exception_handler(YuqingError, _of_ours)
    app.add_exception_handler(NotSignedIn, _of_strangers)
    app.add_exception_handler(Forged, _of_forgers)
    app.add_exception_handler(VersionNeeded, _of_no_version)
    app.add_exception_handler(Outdated, _of_old_version)
    app.add_exception_handler(RequestValidationError, _of_shape)
    app.add_exception_handler(HTTPException, _of_routing)


async def unforeseen(error: Exception) -> Response:
    """What nobody foresaw goes to the log; who asked learns only that it did."""
    log.error("the API failed", exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(status, "内部错误", "程序出错，已写入日志；台账与时限不受影响")


async def _of_ours(_request: Request, error: Exception) -> Response:
    status, code, title = next(
        (answer for kind, answer in _CODES.items() if isinstance(error, kind)),
        (HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "内部错误"),
    )
    detail = error.chinese if isinstance(error, Refused) else str(error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        # What a database or an index says of itself is for the log, not for a stranger.
        return problem(status, title, "请稍后再试", {"Retry-After": "5"}, code)
    headers = {"Retry-After": "2"} if status is HTTPStatus.TOO_MANY_REQUESTS else None
    return problem(status, title, detail, headers, code)


async def _of_strangers(_request: Request, _error: Exception) -> Response:
    headers = {"WWW-Authenticate": "Bearer"}
    return problem(HTTPStatus.UNAUTHORIZED, "请先登录", "没有登录，或登录已过期", headers)


async def _of_forgers(_request: Request, _error: Exception) -> Response:
    detail = "请在 X-CSRF-Token 中带上登录时得到的 csrf_token"
    return problem(HTTPStatus.FORBIDDEN, "来源不明", detail, code="csrf_token_needed")


async def _of_no_version(_request: Request, _error: Exception) -> Response:
    detail = "请用 If-Match（读到的 ETag）或 version 写明修改的是哪个版本"
    return problem(HTTPStatus.PRECONDITION_REQUIRED, "须写明版本", detail, code="version_needed")


async def _of_old_version(_request: Request, error: Exception) -> Response:
    status = HTTPStatus.PRECONDITION_FAILED
    return problem(status, "已被他人先行修改", str(error), code="outdated")


async def _of_shape(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": clean(".".join(str(part) for part in one["loc"])), "problem": clean(one["msg"])}
        for one in error.errors()
    ]
    detail = "；".join(f"{one['field']}: {one['problem']}" for one in fields)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problem(status, "填写有误", detail, code="invalid", errors=fields)


async def _of_routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if not request.url.path.startswith("/api/"):
        return await http_exception_handler(request, error)
    status = HTTPStatus(error.status_code)
    title, detail = _ROUTING.get(status, (status.phrase, str(error.detail)))
    return problem(status, title, detail, error.headers)
