"""Signing in and out: a plain form that works before any script runs, and an HttpOnly cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from responder.api.services import COOKIE
from responder.console.backstage import Backstage
from responder.console.render import inside, render
from responder.people import SIGNED_IN_FOR, Person
from yuqing.domain.errors import NotAllowed


def viewer(backstage: Backstage, request: Request) -> Person | None:
    """Who looks at the page, by the cookie."""
    token = request.cookies.get(COOKIE)
    return backstage.people.person_of(token) if token else None


def add_sign_in(app: FastAPI, backstage: Backstage, templates: Environment) -> None:
    """Add /sign-in and /sign-out."""

    def form(next_page: str, error: str, status: int = 200) -> HTMLResponse:
        page = render(
            templates, "sign_in.html", place=backstage.place, next=inside(next_page), error=error
        )
        return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})

    @app.get("/sign-in", include_in_schema=False)
    def show(next: str = "/") -> HTMLResponse:
        return form(next, "")

    @app.post("/sign-in", include_in_schema=False)
    def enter(
        request: Request,
        login: Annotated[str, Form()],
        password: Annotated[str, Form()],
        next: Annotated[str, Form()] = "/",
    ) -> Response:
        try:
            token = backstage.people.sign_in(login.strip(), password)
        except NotAllowed as error:
            return form(next, str(error), 401)
        response = RedirectResponse(inside(next), 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(SIGNED_IN_FOR.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    @app.post("/sign-out", include_in_schema=False)
    def leave(request: Request) -> Response:
        if token := request.cookies.get(COOKIE):
            backstage.people.sign_out(token)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE)
        return response
