"""The page behind the link of a push: acknowledge from a phone, without a login.

Opening it shows and changes nothing, since chats and mail filters open links by themselves; the
button posts. The page carries no script, and its address is told to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from http import HTTPStatus
from string import Template
from typing import Annotated

from fastapi import APIRouter, FastAPI
from fastapi import Path as PathParam
from fastapi.responses import HTMLResponse

from responder.phone_links import LinkView, PhoneLinks
from yuqing.domain.clock import Clock
from yuqing.domain.errors import Conflict, NotAllowed, NotFound, RetryLater, YuqingError

Token = Annotated[str, PathParam(max_length=80)]
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
_PAGE = Template("""<!doctype html>
<html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>签收 · 舆情监测与回应</title>
<style>
body{font:18px/1.6 system-ui,sans-serif;margin:0;background:#f3f5f8;color:#1c2733}
main{max-width:32rem;margin:0 auto;padding:1.5rem}
.card{background:#fff;border-radius:12px;padding:1.25rem;box-shadow:0 1px 4px #0002}
h1{font-size:1.25rem;margin:0 0 .75rem}p{margin:.35rem 0}
button{width:100%;margin-top:1.25rem;padding:.9rem;font-size:1.15rem;border:0;
border-radius:10px;background:#0b5cad;color:#fff}
.note{color:#5b6875;font-size:.9rem}.said{font-weight:600}
</style><main><div class="card">$inside</div></main></html>
""")
_CODES: dict[type[YuqingError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    NotAllowed: HTTPStatus.GONE,
    RetryLater: HTTPStatus.SERVICE_UNAVAILABLE,
}


def add_phone_page(app: FastAPI, links: PhoneLinks, clock: Clock) -> None:
    """Add /a/TOKEN to `app`; to be called before the console is mounted on the rest."""
    router = APIRouter(include_in_schema=False)

    @router.get("/a/{token}")
    def show(token: Token) -> HTMLResponse:
        return _answer(lambda: _asking(links.show(token, clock.now())))

    @router.post("/a/{token}")
    def acknowledge(token: Token) -> HTMLResponse:
        return _answer(lambda: _done(links.acknowledge(token, clock.now())))

    app.include_router(router)


def _answer(make: Callable[[], str]) -> HTMLResponse:
    try:
        return _page(make(), HTTPStatus.OK)
    except YuqingError as error:
        status = next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)
        if status is None:
            raise
        # what a database says of itself is not for a stranger
        words = "请稍后再试" if isinstance(error, RetryLater) else str(error)
        return _page(f'<h1>未能签收</h1><p class="said">{escape(words)}</p>', status)


def _page(inside: str, status: HTTPStatus) -> HTMLResponse:
    return HTMLResponse(_PAGE.substitute(inside=inside), int(status), headers=_HEADERS)


def _asking(view: LinkView) -> str:
    if view.problem:
        return f'{_facts(view)}<p class="said">{escape(view.problem)}</p>'
    return (
        f'{_facts(view)}<form method="post"><button>签收</button></form>'
        f'<p class="note">点击后以“{escape(view.recipient)}”名义记录签收，停止签收催办；'
        "处置和回应的时限继续计时。</p>"
    )


def _done(view: LinkView) -> str:
    return f'{_facts(view)}<p class="said">已签收，请尽快组织处置。</p>'


def _facts(view: LinkView) -> str:
    return (
        f"<h1>{escape(view.title)}</h1><p>等级：{escape(view.grade_zh)}</p>"
        f"<p>编号：{escape(view.ticket_id)}</p>"
    )
