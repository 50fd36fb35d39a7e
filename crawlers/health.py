"""How a source fares, told to the pulse, so that a dead source never looks like a calm town."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from crawlers.source import Source
from crawlers.state import CrawlState
from crawlers.visit import CrawlReport
from yuqing.domain.errors import RetryLater

log = structlog.get_logger("crawl")
KIND = "source"


class Beats(Protocol):
    """Where sources report in (stream.pulse.Pulse is one)."""

    def beat(
        self,
        component: str,
        kind: str,
        at: datetime,
        every: timedelta,
        ok: bool = True,
        detail: str = "",
    ) -> None:
        """`component` lives at `at` and will report again within `every`."""
        ...


def tell(
    source: Source, report: CrawlReport, took: tuple[datetime, datetime], state: CrawlState
) -> int:
    """Remember how `source` fared in a crawl that `took` from when to when; returns its failures
    in a row. Raises RetryLater."""
    problem = None if report.ok else "; ".join(report.problems) or "unknown"
    fared = state.fared(source.id).after(took[1], problem)
    state.report(fared)
    return fared.failures


def beat(
    source: Source, report: CrawlReport, took: tuple[datetime, datetime], pulse: Beats
) -> None:
    """Report in for `source`. What cannot be written now is said again after the next crawl."""
    # where the clock runs fast a crawl may outlast the rhythm, and is not late for that
    every = source.rhythm + (took[1] - took[0])
    detail = "; ".join(report.problems)
    try:
        pulse.beat(source.id, KIND, took[1], every, ok=report.ok, detail=detail)
    except RetryLater as error:
        log.warning("no_beat", source=source.id, why=str(error))
