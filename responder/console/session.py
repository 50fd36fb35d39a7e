"""Signing in and out: a plain form that works before any script runs, and an HttpOnly cookie.

Each form carries a token that a foreign page cannot know: before signing in one that is also in a
cookie of its own, afterwards one that is derived from the sign-in.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from responder.api.services import COOKIE, fits_session
from responder.console.backstage import Backstage
from responder.console.render import inside, render
from responder.oidc import PATH, STAY
from responder.people import Person
from yuqing.domain.errors import NotAllowed, TooMany, YuqingError

DOOR = "yuqing_door"
AWAY = "yuqing_away"
_OLD_FORM = "页面已过期，请重新填写"


_Form = Callable[[Request, str, str, int], HTMLResponse]


def viewer(backstage: Backstage, request: Request) -> Person | None:
    """Who looks at the page, by the cookie."""
    token = request.cookies.get(COOKIE)
    return backstage.people.person_of(token) if token else None


def add_sign_in(app: FastAPI, backstage: Backstage, templates: Environment) -> None:
    """Add /sign-in and /sign-out."""

    def form(request: Request, next_page: str, error: str, status: int = 200) -> HTMLResponse:
        door = request.cookies.get(DOOR) or secrets.token_urlsafe(24)
        page = render(
            templates,
            "sign_in.html",
            place=backstage.place,
            next=inside(next_page),
            error=error,
            door=door,
            elsewhere=backstage.oidc.plan.name if backstage.oidc else "",
        )
        response = HTMLResponse(page, status, headers={"Cache-Control": "no-store"})
        _keep(request, response, DOOR, door, 3600)
        return response

    @app.get("/sign-in", include_in_schema=False)
    def show(request: Request, next: str = "/") -> HTMLResponse:
        return form(request, next, "")

    @app.post("/sign-in", include_in_schema=False)
    def enter(
        request: Request,
        login: Annotated[str, Form()],
        password: Annotated[str, Form()],
        next: Annotated[str, Form()] = "/",
        door: Annotated[str, Form()] = "",
    ) -> Response:
        known = request.cookies.get(DOOR, "")
        if not known or not hmac.compare_digest(door.encode(), known.encode()):
            return form(request, next, _OLD_FORM, 403)
        try:
            token = backstage.people.sign_in(login.strip(), password)
        except NotAllowed as error:
            return form(request, next, str(error), 401)
        except TooMany as error:
            return form(request, next, str(error), 429)
        return _entered(request, backstage, token, next)

    @app.post("/sign-out", include_in_schema=False)
    def leave(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        token = request.cookies.get(COOKIE)
        if token and not fits_session(csrf, token):
            return RedirectResponse("/", 303)
        if token:
            backstage.people.sign_out(token)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE)
        return response

    if backstage.oidc is not None:
        _add_oidc(app, backstage, form)


def _add_oidc(app: FastAPI, backstage: Backstage, form: _Form) -> None:
    oidc = backstage.oidc
    assert oidc is not None

    @app.get(PATH, include_in_schema=False)
    def leave_for(request: Request, next: str = "/") -> Response:
        try:
            url, kept = oidc.leave(inside(next))
        except YuqingError as error:
            return form(request, next, str(error), 503)
        response = RedirectResponse(url, 303)
        _keep(request, response, AWAY, kept, int(STAY.total_seconds()))
        return response

    @app.get(f"{PATH}/callback", include_in_schema=False)
    def come_back(request: Request) -> Response:
        try:
            login, next_page = oidc.back(str(request.url), request.cookies.get(AWAY))
            token = backstage.people.sign_in_known(login, "oidc")
        except YuqingError as error:
            return form(request, "/", str(error), 401)
        response = _entered(request, backstage, token, next_page)
        response.delete_cookie(AWAY)
        return response


def _entered(request: Request, backstage: Backstage, token: str, next_page: str) -> Response:
    response = RedirectResponse(inside(next_page), 303)
    _keep(request, response, COOKIE, token, int(backstage.people.signed_in_for.total_seconds()))
    return response


def _keep(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
