"""When a source is crawled next, and how its failures are told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.health import beat
from crawlers.publish import Tally
from crawlers.schedule import keep_rhythm, pause_after
from crawlers.source import Kind, Source
from crawlers.state import Fared
from crawlers.visit import CrawlReport
from yuqing.domain.errors import RetryLater
from yuqing.domain.post import Owner

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SOURCE = Source("a", "甲", Kind.FEED, Owner.MEDIA, ("http://a.example/",), 5 * MINUTE)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 10_000), st.integers(0, 1000), st.floats(0, 1))
def test_the_pause_stays_within_its_bounds(minutes: int, failures: int, roll: float) -> None:
    rhythm = minutes * MINUTE
    pause = pause_after(rhythm, failures, roll)
    assert 0.9 * rhythm <= pause <= 1.1 * max(rhythm, min(rhythm * 32, timedelta(hours=6)))


def test_failures_make_it_rarer_and_success_brings_it_back() -> None:
    pauses = [pause_after(5 * MINUTE, failures, 0.5) for failures in range(8)]
    assert pauses[:3] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE]
    assert pauses[-1] == 160 * MINUTE


def test_how_a_source_fares_is_counted() -> None:
    fared = Fared("a").after(NOW, "HTTP 500").after(NOW + MINUTE, "HTTP 500")
    assert (fared.failures, fared.detail, fared.last_success) == (2, "HTTP 500", None)
    well = fared.after(NOW + 2 * MINUTE, None)
    assert (well.failures, well.detail, well.last_success) == (0, "", NOW + 2 * MINUTE)
    assert well.last_failure == NOW + MINUTE


@dataclass
class FastClock:
    speed: float = 10_000.0

    def now(self) -> datetime:
        return NOW

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds() / self.speed


def test_a_source_is_never_crawled_twice_at_once_and_stops_when_told() -> None:
    running: list[int] = []
    began: list[float] = []

    async def scenario() -> None:
        stopping, loop = asyncio.Event(), asyncio.get_running_loop()

        async def crawl(_source: Source) -> int:
            running.append(1)
            assert len(running) == 1
            began.append(loop.time())
            await asyncio.sleep(0)
            running.pop()
            if len(began) == 3:
                stopping.set()
            return 0

        await asyncio.wait_for(keep_rhythm(SOURCE, crawl, FastClock(), stopping, lambda: 0.5), 20)

    asyncio.run(scenario())
    assert len(began) == 3
    assert began[2] - began[0] >= 2 * 0.02


@dataclass
class Told:
    """Keeps what is reported; `broken` refuses it instead, as a locked database does."""

    broken: bool = False
    beats: list[tuple[str, str, datetime, timedelta, bool, str]] = field(default_factory=list)

    def beat(
        self,
        component: str,
        kind: str,
        at: datetime,
        every: timedelta,
        ok: bool = True,
        detail: str = "",
    ) -> None:
        if self.broken:
            raise RetryLater("database is locked")
        self.beats.append((component, kind, at, every, ok, detail))


def report(ok: bool, *problems: str) -> CrawlReport:
    return CrawlReport("a", ok, 1, 0, Tally(), problems)


def test_a_crawl_beats_and_says_what_failed() -> None:
    told = Told()
    beat(SOURCE, report(True), (NOW, NOW + MINUTE), told)
    beat(SOURCE, report(False, "HTTP 500"), (NOW, NOW), told)
    assert told.beats == [
        ("a", "source", NOW + MINUTE, 6 * MINUTE, True, ""),
        ("a", "source", NOW, 5 * MINUTE, False, "HTTP 500"),
    ]


def test_a_beat_that_cannot_be_written_does_not_end_the_crawl() -> None:
    beat(SOURCE, report(True), (NOW, NOW), Told(broken=True))
