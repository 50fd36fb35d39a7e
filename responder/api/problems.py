"""One table from the product's errors to HTTP: every refusal is an application/problem+json."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from responder.api.services import NotSignedIn
from responder.refusals import Refused
from yuqing.domain.errors import (
    Conflict,
    InvalidMessage,
    NotAllowed,
    NotFound,
    RetryLater,
    YuqingError,
)

MEDIA_TYPE = "application/problem+json"
_CODES: Mapping[type[YuqingError], tuple[HTTPStatus, str]] = {
    NotFound: (HTTPStatus.NOT_FOUND, "没有找到"),
    NotAllowed: (HTTPStatus.FORBIDDEN, "不能进行此操作"),
    Conflict: (HTTPStatus.CONFLICT, "已被他人先行修改"),
    InvalidMessage: (HTTPStatus.UNPROCESSABLE_ENTITY, "填写有误"),
    RetryLater: (HTTPStatus.SERVICE_UNAVAILABLE, "服务暂时不可用，请稍后再试"),
}


def problem(
    status: int, title: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """A problem document (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": int(status), "detail": detail} | more
    return JSONResponse(body, int(status), dict(headers or {}), MEDIA_TYPE)


def add_problems(app: FastAPI) -> None:
    """Have `app` answer every error as a problem document; pages outside /api stay as they are."""
    app.add_exception_handler(YuqingError, _of_ours)
    app.add_exception_handler(NotSignedIn, _of_strangers)
    app.add_exception_handler(RequestValidationError, _of_shape)
    app.add_exception_handler(HTTPException, _of_routing)


async def _of_ours(_request: Request, error: Exception) -> Response:
    status, title = next(
        (answer for kind, answer in _CODES.items() if isinstance(error, kind)),
        (HTTPStatus.INTERNAL_SERVER_ERROR, "内部错误"),
    )
    detail = error.chinese if isinstance(error, Refused) else str(error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        # What a database or an index says of itself is for the log, not for a stranger.
        return problem(status, title, "请稍后再试", {"Retry-After": "5"})
    return problem(status, title, detail)


async def _of_strangers(_request: Request, _error: Exception) -> Response:
    return problem(HTTPStatus.UNAUTHORIZED, "请先登录", "没有登录，或登录已过期")


async def _of_shape(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]}
        for one in error.errors()
    ]
    detail = "；".join(f"{one['field']}: {one['problem']}" for one in fields)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "填写有误", detail, errors=fields)


async def _of_routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if not request.url.path.startswith("/api/"):
        return await http_exception_handler(request, error)
    title = HTTPStatus(error.status_code).phrase
    return problem(error.status_code, title, str(error.detail), error.headers)
