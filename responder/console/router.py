"""How a page is added: a path, a body, and the frame and the sign-in around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import Environment
from nicegui import ui

from responder.console.backstage import Backstage
from responder.console.frame import SERVICE, framed
from responder.console.mishaps import Mishaps
from responder.console.screen import Screen, said
from responder.console.session import viewer
from yuqing.domain.errors import NotAllowed, YuqingError

Body = Callable[[Screen, Request], None]


@dataclass(frozen=True, slots=True)
class Router:
    """Adds pages that only signed-in people see."""

    app: FastAPI
    backstage: Backstage
    templates: Environment
    mishaps: Mishaps

    def page(self, path: str, at: str, title: str, body: Body) -> None:
        """Show `body` at `path`, within the frame, with `at` marked in the navigation."""

        def show(request: Request) -> Response | None:
            try:
                return self._show(request, at, body)
            except Exception as error:  # the last door: nobody is shown a stack trace
                return self.mishaps.page(error)

        ui.page(path, title=f"{title} · {SERVICE}", language="zh-CN")(show)

    def _show(self, request: Request, at: str, body: Body) -> Response | None:
        person = viewer(self.backstage, request)
        if person is None:
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/sign-in?next={quote(here)}")
        with framed(self.backstage, self.templates, request, person, at) as screen:
            try:
                body(screen, request)
            except YuqingError as error:
                ui.label(said(error)).classes("yq-empty")
                # A page that is closed to the viewer is no way back.
                ui.link("返回", "/" if isinstance(error, NotAllowed) else at).classes("yq-back")
        return None
