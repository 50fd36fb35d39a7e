"""The spider of portals and forums: list pages lead to articles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from crawlers.pages.portal import parse_article, parse_list
from crawlers.spiders.visiting import VisitingSpider


class PortalSpider(VisitingSpider):
    """Fetches list pages, and of what they link to all that is new or due for another look."""

    name = "portal"

    async def enter(self, response: Any, page: int) -> AsyncIterator[Any]:
        """Go on to the list's articles and its next page."""
        haul = await self.read(response, parse_list)
        if haul is None:
            return
        if haul.parsed.refused:
            yield haul
        for link in await self.visit.worth_fetching(haul.parsed.links):
            async for request in self.ask(link, entrance=False, page=page):
                yield request
        if haul.parsed.next and page < self.visit.source.pages:
            async for request in self.ask(haul.parsed.next, entrance=True, page=page + 1):
                yield request

    async def take(self, response: Any, page: int) -> AsyncIterator[Any]:
        """Deliver an article, whichever list page led to it."""
        del page
        haul = await self.read(response, parse_article)
        if haul is not None:
            yield haul
