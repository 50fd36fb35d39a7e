"""A ticket's record as a page to print, for a file or an inspection; it needs no other file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from responder.labels import STATUSES, who
from responder.wording import span


def printable(whole: Mapping[str, Any], zone: str, at: datetime) -> str:
    """`whole` as HTML with times in `zone`, taken out at `at`; everything in it is escaped."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["local"] = partial(_local, zone=ZoneInfo(zone))
    made.filters["clock_zh"] = partial(_title, whole["ticket"]["policy"])
    made.filters["span"] = span
    made.filters["who"] = lambda login: whole["people"].get(login) or who(login)
    return made.get_template("ticket.html").render(w=whole, at=at.isoformat(), statuses=STATUSES)


def _title(policy: Mapping[str, Any], name: str) -> str:
    """What the policy that is copied onto the ticket calls the clock."""
    rules = policy.get("clocks") or ()
    return next((str(rule["title"]) for rule in rules if rule["name"] == name), name)


def _local(at: str | None, zone: ZoneInfo) -> str:
    if not at:
        return "—"
    return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
