"""Where Scrapy hands over what a page gave, to be published."""

from __future__ import annotations

from typing import Any

from crawlers.publish import Haul


class PublishPipeline:
    """Delivers hauls; while the bus is not ready the crawl stands still and nothing is lost."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> PublishPipeline:
        """The pipeline of one crawl."""
        return cls(crawler)

    async def process_item(self, item: Haul) -> Haul:
        """Returns when `item` is published and remembered."""
        await self._crawler.spider.visit.deliver(item, self._hold)
        return item

    def _hold(self, wait: bool) -> None:
        if wait:
            self._crawler.engine.pause()
        else:
            self._crawler.engine.unpause()
