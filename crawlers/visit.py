"""One crawl of one source, as its spider sees it: what to ask for, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import structlog

from crawlers.pages.page import PageContext, Parsed, Refused, refuse
from crawlers.pages.urls import canonical_url
from crawlers.publish import Haul, Publisher, Tally
from crawlers.source import Source
from crawlers.state import CrawlState, Visited
from yuqing.domain.clock import Clock
from yuqing.domain.errors import RetryLater

log = structlog.get_logger("crawl")
T = TypeVar("T")
Parser = Callable[[bytes, PageContext], Parsed]
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What one crawl came to. `fetched` counts pages that came, `unchanged` those that the
    server said are as they were. `problems` are told for people; `ok` is False when the source
    itself (one of its own addresses) could not be read."""

    source: str
    ok: bool
    fetched: int
    unchanged: int
    tally: Tally
    problems: tuple[str, ...]

    def summary(self) -> dict[str, object]:
        """As a flat record, for logs and the command line."""
        counts: dict[str, object] = asdict(self)
        del counts["tally"]
        return counts | asdict(self.tally)


@dataclass(frozen=True, slots=True)
class House:
    """What all crawls share. `lane` is the one thread that touches database and bus, so that
    downloads go on meanwhile; `stopping` is set when the process is to end."""

    publisher: Publisher
    state: CrawlState
    clock: Clock
    lane: Executor
    stopping: asyncio.Event


class Visit:
    """One crawl of one source in progress."""

    def __init__(self, source: Source, house: House) -> None:
        self.source, self._house = source, house
        self._fetched = self._unchanged = 0
        self._tally = Tally()
        self._ok = True
        self._problems: list[str] = []
        self._entrances: list[Visited] = []
        self._asked: set[str] = set()
        self._pages: dict[str, Visited | None] = {}
        self._crashes: list[BaseException] = []

    def report(self) -> CrawlReport:
        """What it came to so far."""
        return CrawlReport(
            self.source.id,
            self._ok,
            self._fetched,
            self._unchanged,
            self._tally,
            tuple(self._problems),
        )

    def asks(self, url: str) -> bool:
        """True the first time that this visit wants `url`; never once the process is to end."""
        new = _key(url) not in self._asked
        self._asked.add(_key(url))
        return new and not self._house.stopping.is_set()

    async def conditions(self, url: str, entrance: bool) -> dict[str, str]:
        """The headers that ask for `url` only if it changed.

        Those of an entrance (a list, a feed) lapse after the source's `revisit`: what hangs on it
        is then looked at again even if the list itself stays the same.
        """
        page = (await self._remembered([url]))[0]
        if page is None or (entrance and self._house.clock.now() - page.at >= self.source.revisit):
            return {}
        asked = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
        return {name: value for name, value in asked.items() if value}

    async def worth_fetching(self, links: Iterable[str]) -> list[str]:
        """Those of `links` never fetched, or not since the source's `revisit`."""
        wanted = list(links)
        pages = await self._remembered(wanted)
        due = self._house.clock.now() - self.source.revisit
        return [
            url for url, page in zip(wanted, pages, strict=True) if page is None or page.at <= due
        ]

    def read(self, parser: Parser, content: bytes, url: str, charset: str | None) -> Parsed:
        """What `parser` finds in a page. A parser that breaks on a page refuses it: the page goes
        to the dead with what broke, and the crawl goes on."""
        self._fetched += 1
        context = PageContext(self.source, url, self._house.clock.now(), charset)
        try:
            parsed = parser(content, context)
        except Exception as error:
            log.exception("parser_broke", source=self.source.id, url=url)
            parsed = refuse(content, context, f"the parser broke: {error!r}")
        for remark in parsed.remarks:
            log.warning("remark", source=self.source.id, what=remark.what, where=remark.where)
        return parsed

    def haul(self, parsed: Parsed, url: str, etag: str, modified: str, entrance: bool) -> Haul:
        """What to deliver of a page; an entrance is remembered only by `finish`."""
        visited = Visited(self.source.id, _key(url), etag, modified, self._house.clock.now())
        if entrance:
            self._entrances.append(visited)
        if entrance and parsed.refused and not parsed.posts and not parsed.links:
            self.missed(url, parsed.refused[0].reason, lasting=False, entrance=True)
        return Haul(self.source, visited.at, parsed, None if entrance else visited)

    async def deliver(self, haul: Haul, hold: Callable[[bool], None]) -> None:
        """Publish and remember `haul`, however long the bus is not ready; meanwhile `hold(True)`
        stops new requests. Raises RetryLater only when the process is to end."""
        pause = _FIRST_PAUSE
        while True:
            try:
                # not `+=` with an await in it: other pages are delivered meanwhile
                tally = await self._aside(lambda: self._house.publisher.deliver(haul))
                self._tally += tally
                hold(False)
                return
            except RetryLater as error:
                log.warning("waiting", source=self.source.id, why=str(error))
                hold(True)
                if await stopped_within(self._house.stopping, pause):
                    self._problems.append(f"stopped before it could be delivered: {error}")
                    raise
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def same(self, url: str, entrance: bool) -> None:
        """The server says that `url` is unchanged."""
        self._unchanged += 1
        if entrance:
            return
        now = self._house.clock.now()
        again = [replace(page, at=now) for page in await self._remembered([url]) if page]
        await self._aside(lambda: self._house.state.record(visited=again))

    def missed(self, url: str, problem: str, lasting: bool, entrance: bool) -> Haul | None:
        """`url` could not be fetched. A `lasting` problem (not the network's, not the server's
        mood) is also refused, for people to see: then that is what to deliver."""
        self._problems.append(f"{url[:300]}: {problem}")
        self._ok = self._ok and not entrance
        if not lasting:
            return None
        parsed = Parsed(refused=(Refused(problem, url, b""),))
        now = self._house.clock.now()
        visited = None if entrance else Visited(self.source.id, _key(url), "", "", now)
        return Haul(self.source, now, parsed, visited)

    def crashed(self, failure: Any) -> None:
        """A callback or the pipeline broke; `finish` raises it where it can be seen."""
        self._crashes.append(failure.value)

    async def finish(self) -> None:
        """The crawl is over. Only if nothing was missed or cut short are its entrances remembered,
        so that an unchanged list never hides an article that failed.

        Raises what broke on the way, except that the end of the process cut a delivery short.
        """
        for error in self._crashes:
            if not isinstance(error, RetryLater):
                raise error
        whole = not (self._problems or self._crashes or self._house.stopping.is_set())
        if whole and self._entrances:
            await self._remember_entrances()

    async def _remember_entrances(self) -> None:
        try:
            await self._aside(lambda: self._house.state.record(visited=self._entrances))
        except RetryLater as error:
            # then the lists are fetched whole next time, which costs a page and loses nothing
            log.warning("not_remembered", source=self.source.id, why=str(error))

    async def _remembered(self, urls: list[str]) -> list[Visited | None]:
        new = {_key(url) for url in urls} - self._pages.keys()
        if new:
            found = await self._aside(lambda: self._house.state.visited(self.source.id, new))
            self._pages |= {key: found.get(key) for key in new}
        return [self._pages[_key(url)] for url in urls]

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._house.lane, work)


async def stopped_within(stopping: asyncio.Event, seconds: float) -> bool:
    """Wait up to `seconds`; True as soon as `stopping` is set."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _key(url: str) -> str:
    return canonical_url(url)
