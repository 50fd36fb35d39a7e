"""Mount the console on the FastAPI application."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi import Path as PathParam
from fastapi.responses import FileResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from nicegui import ui

from responder.console.backstage import Backstage
from responder.console.mishaps import Mishaps
from responder.console.pages import (
    access,
    account,
    audit,
    deliveries,
    drift,
    duty,
    events,
    hook,
    jurisdiction,
    live,
    mine,
    myself,
    notices,
    people,
    reports,
    reviews,
    search,
    status,
    ticket,
    tickets,
    triage,
    watchlists,
)
from responder.console.render import STATIC, environment
from responder.console.router import Router
from responder.console.session import add_sign_in, viewer
from responder.people import Role

PAGES = (
    *(live, search, reviews, watchlists, events, triage, mine, tickets, ticket, reports, notices),
    *(duty, deliveries, jurisdiction, people, account, myself, access, hook, audit, drift, status),
)
ReportName = Annotated[str, PathParam(pattern=r"^[\w-]+\.(docx|html)$")]


def mount_console(app: FastAPI, backstage: Backstage, secret: str) -> None:
    """Add sign-in, assets and every page to `app`. `secret` signs the browser's session."""
    templates = environment(backstage.zone)
    mishaps = Mishaps(templates, backstage.place)
    app.mount("/assets", StaticFiles(directory=STATIC), name="assets")
    add_sign_in(app, backstage, templates)
    _add_files(app, backstage, mishaps)
    router = Router(app, backstage, templates, mishaps)
    for page in PAGES:
        page.add(router)
    mishaps.register()
    ui.run_with(
        app,
        title="舆情监测与回应",
        language="zh-CN",
        storage_secret=secret,
        show_welcome_message=False,
    )


def _add_files(app: FastAPI, backstage: Backstage, mishaps: Mishaps) -> None:
    @app.get("/reports/files/{name}", include_in_schema=False)
    def download(request: Request, name: ReportName) -> Response:
        person = viewer(backstage, request)
        if person is None:
            return RedirectResponse(f"/sign-in?next={quote(request.url.path)}")
        file = backstage.reports / name
        foreign = person.jurisdiction and not name.startswith(f"{person.jurisdiction}-")
        foreign = foreign or person.role is Role.UNIT
        if foreign or not file.is_file():
            return mishaps.missing()
        return FileResponse(file, filename=name)
