"""What people see when a page cannot be shown: words and a number for the log, no stack trace."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment
from nicegui import app as pages

from responder.console.render import render
from responder.console.screen import said
from yuqing.domain.errors import RetryLater, YuqingError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mishaps:
    """Makes the error pages of the console; `place` is whose service it is."""

    templates: Environment
    place: str

    def page(self, error: Exception) -> Response:
        """The page for `error`; what nobody foresaw goes to the log under the number shown."""
        if isinstance(error, RetryLater):
            return self._html(503, "暂时打不开", f"{said(error)}。请稍后刷新再试。")
        if isinstance(error, YuqingError):
            return self._html(400, "打不开这个页面", said(error))
        number = secrets.token_hex(4)
        log.error("console mishap %s", number, exc_info=error)
        return self._html(500, "页面出错了", "这不是您的操作造成的，台账与时限不受影响。", number)

    def missing(self) -> Response:
        """The page for an address that leads nowhere."""
        return self._html(404, "没有这个页面", "地址可能写错了，或者内容已经移走。")

    def register(self) -> None:
        """Have NiceGUI answer with these pages instead of its own."""

        async def missing(_request: Request, _error: Exception) -> Response:
            return self.missing()

        async def broken(_request: Request, error: Exception) -> Response:
            return self.page(error)

        pages.exception_handler(404)(missing)
        pages.exception_handler(Exception)(broken)

    def _html(self, status: int, title: str, words: str, number: str = "") -> Response:
        page = render(
            self.templates, "error.html", title=title, place=self.place, said=words, number=number
        )
        return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})
