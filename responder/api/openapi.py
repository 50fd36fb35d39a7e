"""What the OpenAPI document says besides what the routes' types tell: problems, keys, tags."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from responder.api.problems import MEDIA_TYPE
from responder.api.services import COOKIE, SAFE

SUMMARY = "舆情台账、时限与回应的接口"
DESCRIPTION = """
Everything the console does, for machines. Texts for people are in Chinese, codes in English.

- **Who you are**: a key (`Authorization: Bearer yq_…`, made by `yuqing keys add` or an
  administrator), or the cookie of a signed-in person together with `X-CSRF-Token`.
- **What went wrong**: every refusal is an `application/problem+json` (RFC 9457) whose `code` is
  for programs and whose `detail` is for people.
- **Not twice**: send `Idempotency-Key` with a POST; sent again within a day it gets the first
  answer again (`Idempotency-Replayed: true`), with another body a 409.
- **Not over each other**: the `ETag` of a ticket, a post's verdict, an event's regroupings, a
  watchlist or a webhook is its version; send it back as `If-Match`. 412 says who was first, 428
  that you named no version.
- **Pages**: give `next` of one page as `after` of the following one, until it is null.
- **Times** are ISO 8601 with an offset from UTC.
"""
TAGS = [
    {"name": "tickets", "description": "台账：查询、立案、办理、上报、导出。"},
    {"name": "opinion", "description": "舆情事件与帖文检索；个人号码一律遮盖。"},
    {"name": "judging", "description": "复核队列、更正研判、调整事件；由本人登录办理。"},
    {"name": "watching", "description": "监测方案及其命中，我的提醒。"},
    {"name": "duty", "description": "值班表、交接班与推送测试。"},
    {"name": "webhooks", "description": "台账事件的订阅与投递记录（Standard Webhooks 签名）。"},
    {"name": "access", "description": "接口密钥与审计日志，仅管理员。"},
    {"name": "session", "description": "登录与退出。"},
    {"name": "health", "description": "服务是否正常。"},
]
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In Chinese, for people."},
        "code": {"type": "string", "description": "For programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
    "example": {
        "type": "about:blank",
        "title": "已被他人先行修改",
        "status": 409,
        "detail": "台账 QINGHE-2026-000001 已由 lin 先行“备注”（第 2 条），请刷新再试",
        "code": "conflict",
    },
}
_ALWAYS = (401, 403, 422, 503)
_OF_CHANGES = (400, 409, 413, 415)
_ALSO = {
    400: "The body is no JSON that can be read.",
    401: "No key and no sign-in, or one that no longer counts.",
    403: "Your role, your key or the state of the ticket does not allow it.",
    404: "There is no such thing, or it is not yours to see.",
    409: "Somebody was first, or the Idempotency-Key was used for another request.",
    411: "The length of the body is not said.",
    412: "If-Match names a version that is no longer the newest.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "A field is missing or wrong.",
    429: "Too many sign in at once; try again after Retry-After seconds.",
    428: "Neither If-Match nor `version` says which version is meant.",
    503: "The store is away; try again after Retry-After seconds.",
}


def describe(app: FastAPI) -> None:
    """Have `app` tell its whole contract at its openapi_url."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=SUMMARY,
        description=DESCRIPTION,
        routes=app.routes,
        tags=TAGS,
    )
    parts = made.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "yq_…"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    }
    for path, item in made["paths"].items():
        for method, operation in item.items():
            if path.startswith("/api/"):
                _complete(path, method.upper(), operation)
    return made


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)
    for status in _refusals(path, method, operation):
        operation["responses"].setdefault(str(status), _refusal(status))
    if not (path.endswith("/session") and method == "POST"):
        operation["security"] = [{"key": []}, {"cookie": []}]
    if method == "POST" and "/session" not in path:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)


def _refusals(path: str, method: str, operation: Mapping[str, Any]) -> list[int]:
    found = list(_ALWAYS)
    if "{" in path or method == "POST" or "jurisdiction" in str(operation.get("parameters")):
        found.append(404)
    if method not in SAFE:
        found += [*_OF_CHANGES, 411]
    if "If-Match" in str(operation.get("parameters")):
        found += [412, 428]
    if path.endswith("/session") and method == "POST":
        found.append(429)
    return sorted(found)


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    said = _ALSO.get(status, HTTPStatus(status).phrase)
    return {"description": said, "content": {MEDIA_TYPE: {"schema": schema}}}


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request; sent again it is answered again and not done again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "example": "5f1d2c1e-open-2026-000123",
}
