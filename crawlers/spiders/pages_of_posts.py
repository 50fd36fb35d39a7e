"""The spiders whose entrances hold the posts themselves: feeds and microblog searches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from crawlers.pages.feed import parse_feed
from crawlers.pages.microblog import parse_microblog
from crawlers.pages.urls import within
from crawlers.spiders.visiting import VisitingSpider
from crawlers.visit import Parser


class _PagesOfPosts(VisitingSpider):
    parser: Parser

    async def enter(self, response: Any, page: int) -> AsyncIterator[Any]:
        """Deliver the page's posts, and go on while the source's `pages` allow."""
        haul = await self.read(response, type(self).parser)
        if haul is None:
            return
        yield haul
        following = haul.parsed.next
        source = self.visit.source
        if following and page < source.pages and within(following, source.hosts):
            async for request in self.ask(following, entrance=True, page=page + 1):
                yield request


class FeedSpider(_PagesOfPosts):
    """Fetches RSS and Atom feeds."""

    name = "feed"
    parser = staticmethod(parse_feed)


class MicroblogSpider(_PagesOfPosts):
    """Fetches the answers of a microblog's search."""

    name = "microblog"
    parser = staticmethod(parse_microblog)
