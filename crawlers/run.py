"""Crawling as a process: all sources for ever, or each once."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from scrapy import signals
from scrapy.crawler import Crawler
from sqlalchemy import Engine

from crawlers.health import Beats, beat, tell
from crawlers.http import HttpSettings, scrapy_settings
from crawlers.publish import Publisher
from crawlers.reactor import in_reactor
from crawlers.schedule import keep_rhythm
from crawlers.source import Kind, Source
from crawlers.spiders.pages_of_posts import FeedSpider, MicroblogSpider
from crawlers.spiders.portal import PortalSpider
from crawlers.spiders.visiting import VisitingSpider
from crawlers.state import CrawlState
from crawlers.visit import CrawlReport, House, Visit, stopped_within
from stream.bus import Bus
from yuqing.domain.clock import Clock
from yuqing.domain.errors import RetryLater

log = structlog.get_logger("crawl")
T = TypeVar("T")
AT_ONCE = 8
_KEEP = timedelta(days=400)
_SPIDERS: dict[Kind, type[VisitingSpider]] = {
    Kind.FEED: FeedSpider,
    Kind.PORTAL: PortalSpider,
    Kind.MICROBLOG: MicroblogSpider,
}


def crawl_forever(
    sources: Sequence[Source],
    bus: Bus,
    engine: Engine,
    clock: Clock,
    pulse: Beats,
    stop: threading.Event,
    http: HttpSettings | None = None,
) -> None:
    """Crawl every source at its rhythm, in this thread, until `stop` is set.

    `engine` is the state database (see `crawlers.state.migrate_tables`). On `stop` running
    fetches end and what they brought is delivered. A broken database or program ends it with
    that error. To be called at most once in a process, in its main thread: Twisted's reactor
    cannot run twice.
    """
    in_reactor(lambda: _forever(sources, _Crawls(bus, engine, clock, http, pulse), stop))


def crawl_once(
    sources: Sequence[Source],
    bus: Bus,
    engine: Engine,
    clock: Clock,
    http: HttpSettings | None = None,
    pulse: Beats | None = None,
) -> tuple[CrawlReport, ...]:
    """Crawl every source once and tell how each went, in their order; else as `crawl_forever`."""
    return in_reactor(lambda: _once(sources, _Crawls(bus, engine, clock, http, pulse)))


class _Crawls:
    """All crawls of this process: what they share, and which are under way."""

    def __init__(
        self,
        bus: Bus,
        engine: Engine,
        clock: Clock,
        http: HttpSettings | None,
        pulse: Beats | None,
    ) -> None:
        self.stopping = asyncio.Event()
        self.clock, self.state = clock, CrawlState(engine)
        self._http, self._pulse = http or HttpSettings(), pulse
        self._lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crawl-lane")
        publisher = Publisher(bus, self.state)
        self._house = House(publisher, self.state, clock, self._lane, self.stopping)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[Crawler] = set()

    async def crawl(self, source: Source) -> tuple[CrawlReport, int]:
        """Crawl `source` now; its report, and how often it failed in a row."""
        async with self._room:
            began = self.clock.now()
            report = await self._visit(source)
            return report, await self.aside(lambda: self._told(source, report, began))

    async def stop(self) -> None:
        """End what is under way: fetches that run are finished, no new ones begin."""
        self.stopping.set()
        for crawler in tuple(self._under_way):
            # Scrapy takes a stop that precedes the start for done, and such a crawl never ends;
            # left alone it finds nothing to ask for (`Visit.asks`) and ends by itself
            if crawler.engine.running:
                await crawler.stop_async()

    async def aside(self, work: Callable[[], T]) -> T:
        """`work` in the thread that may wait for database and bus."""
        return await asyncio.get_running_loop().run_in_executor(self._lane, work)

    def close(self) -> None:
        """Wait for the lane to be empty."""
        self._lane.shutdown()

    async def _visit(self, source: Source) -> CrawlReport:
        visit = Visit(source, self._house)
        crawler = Crawler(_SPIDERS[source.kind], scrapy_settings(source, self._http))
        for signal in (signals.spider_error, signals.item_error):
            crawler.signals.connect(visit.crashed, signal=signal)
        self._under_way.add(crawler)
        try:
            await crawler.crawl_async(visit=visit)
        finally:
            self._under_way.discard(crawler)
        await visit.finish()
        return visit.report()

    def _told(self, source: Source, report: CrawlReport, began: datetime) -> int:
        took = (began, self.clock.now())
        log.info("crawled", **report.summary())
        if self.stopping.is_set():
            return 0  # cut short, it says nothing of its source
        if self._pulse:
            beat(source, report, took, self._pulse)
        try:
            return tell(source, report, took, self.state)
        except RetryLater as error:
            log.warning("not_remembered", source=source.id, why=str(error))
            return 0 if report.ok else 1


async def _once(sources: Sequence[Source], crawls: _Crawls) -> tuple[CrawlReport, ...]:
    try:
        done = await asyncio.gather(*(crawls.crawl(source) for source in sources))
    finally:
        crawls.close()
    return tuple(report for report, _ in done)


async def _forever(sources: Sequence[Source], crawls: _Crawls, stop: threading.Event) -> None:
    async def crawl(source: Source) -> int:
        return (await crawls.crawl(source))[1]

    loops = [
        keep_rhythm(source, crawl, crawls.clock, crawls.stopping, random.Random(source.id).random)
        for source in sources
    ]
    tasks = [asyncio.ensure_future(loop) for loop in (*loops, _tidy(crawls))]
    watch = asyncio.ensure_future(_stop_when(stop, crawls))
    try:
        await asyncio.wait({watch, *tasks}, return_when=asyncio.FIRST_EXCEPTION)
        await crawls.stop()
        await asyncio.gather(*tasks, watch)
    finally:
        crawls.close()


async def _stop_when(stop: threading.Event, crawls: _Crawls) -> None:
    # the event is set by a signal handler or a thread, which cannot wake this loop
    while not stop.is_set() and not crawls.stopping.is_set():
        await asyncio.sleep(0.1)
    await crawls.stop()


async def _tidy(crawls: _Crawls) -> None:
    while not crawls.stopping.is_set():
        try:
            await crawls.aside(lambda: crawls.state.forget_before(crawls.clock.now() - _KEEP))
        except RetryLater as error:
            log.warning("not_tidied", why=str(error))
        await stopped_within(crawls.stopping, 3600)
