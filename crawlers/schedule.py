"""When each source is crawled: at its rhythm, with jitter, more rarely while it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from crawlers.source import Source
from crawlers.visit import stopped_within
from yuqing.domain.clock import Clock

JITTER = 0.1
_MOST_DOUBLINGS = 5
_LONGEST = timedelta(hours=6)
# on a fast clock a rhythm may be shorter than a fetch; the machine still has to breathe
_SHORTEST_SECONDS = 0.02


def pause_after(rhythm: timedelta, failures: int, roll: float) -> timedelta:
    """From the start of one crawl to the start of the next.

    `failures` in a row double it up to 32 times, though not beyond six hours (or the rhythm, where
    that is longer). `roll`, within 0..1, spreads it by ten per cent to both sides.
    """
    doubled = rhythm * float(2 ** min(failures, _MOST_DOUBLINGS))
    bounded = max(rhythm, min(doubled, _LONGEST))
    return bounded * (1 + JITTER * (2 * roll - 1))


async def keep_rhythm(
    source: Source,
    crawl: Callable[[Source], Awaitable[int]],
    clock: Clock,
    stopping: asyncio.Event,
    roll: Callable[[], float],
) -> None:
    """Crawl `source` again and again until `stopping` is set, one crawl at a time.

    `crawl` returns how often it failed in a row. A crawl that takes longer than the rhythm delays
    the next; what was missed is not made up for, since a page shows what is there now.
    """
    # sources that start together must not all knock together
    pause = clock.real_seconds(source.rhythm * JITTER) * roll()
    loop = asyncio.get_running_loop()
    while not await stopped_within(stopping, max(pause, _SHORTEST_SECONDS)):
        began = loop.time()
        failures = await crawl(source)
        wanted = clock.real_seconds(pause_after(source.rhythm, failures, roll()))
        pause = began + wanted - loop.time()
