"""A weekly report as one self-contained page."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from responder.reports import charts
from responder.reports.weekly import Weekly
from responder.reports.wording import lead, percent, span_zh


def page(report: Weekly) -> str:
    """`report` as HTML with its charts inside; needs no other file."""
    zone = ZoneInfo(report.zone)
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.filters["local"] = partial(_local, zone=zone)
    made.filters["percent"] = percent
    made.filters["late"] = span_zh
    figures = {"volume": charts.volume, "topics": charts.topics, "units": charts.units}
    drawn = {name: Markup(charts.svg(draw(report))) for name, draw in figures.items()}
    return made.get_template("weekly.html").render(r=report, lead=lead(report), charts=drawn)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%m-%d %H:%M")
