"""People at their screens: pages of signed-in viewers, and what went wrong on them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect

from tests.browser.house import PASSWORD

SMALL, LARGE = ViewportSize(width=1366, height=768), ViewportSize(width=1920, height=1080)
AT_THE_DOOR = re.compile("/sign-in")
expect.set_options(timeout=10_000)


@dataclass(slots=True)
class Visits:
    """Opens pages in contexts of their own. `expected` are complaints that belong to the test."""

    browser: Browser
    url: str
    expected: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def stranger(self) -> Page:
        """A page of somebody who has not signed in."""
        return self._watched(self._context())

    def of(self, login: str, path: str = "/", size: ViewportSize = SMALL) -> Page:
        """`path` as `login` sees it; signs in on the first call."""
        known = login in self._contexts
        context = self._contexts.setdefault(login, self._contexts.get(login) or self._context())
        page = self._watched(context)
        page.set_viewport_size(size)
        if known:
            page.goto(self.url + path)
        else:
            sign_in(page, self.url, path, login)
            expect(page).not_to_have_url(AT_THE_DOOR)
        return page

    def end(self) -> None:
        """Close everything; nothing unexpected may have been heard."""
        for context in self.browser.contexts:
            context.close()
        heard = [c for c in self.complaints if not any(e in c for e in self.expected)]
        assert heard == []

    def _context(self) -> BrowserContext:
        return self.browser.new_context(viewport=SMALL, locale="zh-CN")

    def _watched(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", lambda m: self._hear(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self._hear(f"script: {error}"))
        page.on("request", lambda request: self._asked(request))
        return page

    def _asked(self, request: Request) -> None:
        home = (self.url, self.url.replace("http", "ws", 1), "data:", "blob:")
        if not request.url.startswith(home):
            self._hear(f"another host: {request.url}")

    def _hear(self, what: str) -> None:
        self.complaints.append(what)


def sign_in(page: Page, url: str, path: str, login: str, password: str = PASSWORD) -> None:
    """Go to `path`, be sent to the door, and pass it."""
    page.goto(url + path)
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")
