"""Writes weekly reports from the stores of the settings."""

from __future__ import annotations

from pathlib import Path

from responder.reports.gather import WeeklyGatherer
from responder.reports.weekly import parse_week
from responder.reports.write import write_weekly
from yuqing.app import configuration, wiring
from yuqing.app.settings import Settings


def write_report(settings: Settings, code: str, week: str) -> tuple[Path, Path]:
    """Write the weekly report of jurisdiction `code`: the .docx and the .html."""
    home = configuration.jurisdictions(settings)[code]
    posts = wiring.index(settings)
    try:
        gatherer = WeeklyGatherer(
            wiring.tickets_engine(settings), posts, home, configuration.source_names(settings)
        )
        report = gatherer.gather(parse_week(week, home.zone), wiring.clock(settings).now())
    finally:
        posts.close()
    return write_weekly(report, settings.data_dir / "reports", code)
