"""What the three spiders share: asking politely, and saying clearly what could not be had."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError

from crawlers.publish import Haul
from crawlers.visit import Parser, Visit

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_NOT_MODIFIED = 304


class VisitingSpider(scrapy.Spider):
    """Fetches the pages of one visit; a subclass says how to go on from an entrance."""

    name = "yuqing"

    def __init__(self, visit: Visit, **more: Any) -> None:
        super().__init__(**more)
        self.visit = visit

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the source's own addresses."""
        for url in self.visit.source.urls:
            async for request in self.ask(url, entrance=True):
                yield request

    async def ask(self, url: str, *, entrance: bool, page: int = 1) -> AsyncIterator[Any]:
        """The request for `url`, conditional where it was fetched before; none the second time."""
        if not self.visit.asks(url):
            return
        yield scrapy.Request(
            url,
            callback=self.enter if entrance else self.take,
            errback=self.miss,
            headers=await self.visit.conditions(url, entrance),
            meta={"asked": url, "entrance": entrance, "handle_httpstatus_list": [_NOT_MODIFIED]},
            cb_kwargs={"page": page},
            # Scrapy's own filter would drop a redirect that comes back, without a word
            dont_filter=True,
        )

    async def enter(self, response: Any, page: int) -> AsyncIterator[Any]:
        """Read an entrance (a feed, a list, a search answer) and go on to its next page."""
        raise NotImplementedError(f"{response.url} is page {page} of something")
        yield

    async def take(self, response: Any, page: int) -> AsyncIterator[Any]:
        """Read an article."""
        raise NotImplementedError(f"{response.url} is an article of page {page}")
        yield

    async def read(self, response: Any, parser: Parser) -> Haul | None:
        """What `parser` finds in the response; None when the page is as it was."""
        asked, entrance = response.meta["asked"], response.meta["entrance"]
        if response.status == _NOT_MODIFIED:
            await self.visit.same(asked, entrance)
            return None
        # an article is named by the address its list gives it, links are resolved from the last
        url = response.url if entrance else asked
        parsed = self.visit.read(parser, response.body, url, _charset(response))
        etag, modified = (_header(response, name) for name in ("ETag", "Last-Modified"))
        return self.visit.haul(parsed, asked, etag, modified, entrance)

    async def miss(self, failure: Any) -> AsyncIterator[Any]:
        """Tell what could not be fetched, and why."""
        meta = failure.request.meta
        problem, lasting = explain(failure.value, self.visit.source.max_bytes)
        haul = self.visit.missed(meta["asked"], problem, lasting, meta["entrance"])
        if haul:
            yield haul


def explain(error: BaseException, max_bytes: int) -> tuple[str, bool]:
    """A failed request in words, and whether asking again would give the same."""
    text = str(error)
    if isinstance(error, HttpError):
        return f"HTTP {error.response.status}", False
    if isinstance(error, DownloadCancelledError) or "DOWNLOAD_MAXSIZE" in text:
        return f"larger than the {max_bytes} bytes that are allowed (max_bytes)", True
    if isinstance(error, IgnoreRequest):
        if "max redirections" in text:
            return "redirects without end", True
        if "robots.txt" in text:
            return "robots.txt forbids it", False
        return text or "refused", True
    return _network(error), False


def _network(error: BaseException) -> str:
    if isinstance(error, DownloadTimeoutError):
        return "no answer in time"
    if isinstance(error, CannotResolveHostError):
        return "no such host"
    if isinstance(error, DownloadConnectionRefusedError):
        return "nobody answers there (connection refused)"
    return f"the connection failed: {type(error).__name__} {str(error)[:200]}".rstrip()


def _header(response: Any, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _charset(response: Any) -> str | None:
    match = _CHARSET.search(response.headers.get("Content-Type") or b"")
    return match[1].decode("ascii", "ignore") if match else None
