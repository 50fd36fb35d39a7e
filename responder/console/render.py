"""Fragments of HTML from templates that escape everything, and the filters they use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from responder.labels import ACTIONS, GRADES, STATES, who
from responder.readmodels.tickets import ClockView, HistoryLine, TicketLine
from responder.wording import span
from yuqing.domain.text import clean, mask

STATIC = Path(__file__).parent / "static"
HALF_A_DAY = 12
_STAMP = re.compile(r"^[\d\-:, .]+-\s*[A-Z]+\s*-\s*")
_SUBJECTS = {
    "ticket": "台账",
    "person": "账号",
    "key": "密钥",
    "webhook": "订阅",
    "watchlist": "监测方案",
    "handover": "交接班",
    "contact": "联系人",
}
_PAGES = {
    "ticket": "/tickets/",
    "person": "/people/",
    "webhook": "/access/hooks/",
    "watchlist": "/watchlists/",
}
EVIDENCE = frozenset({"publish", "press_conference", "answer", "settle"})


def environment(zone: str) -> Environment:
    """The templates, showing times in `zone`."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    tz = ZoneInfo(zone)
    made.filters |= {
        "local": lambda at: _local(at, tz),
        "moment": lambda at: at.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S") if at else "—",
        "span": span,
        "mask": lambda text: mask(clean(str(text))),
        "state_name": lambda code: STATES.get(code, code),
        "action_name": lambda code: ACTIONS.get(code, code),
        "who_name": who,
        "host": host,
        "subject": subject,
        "sparkline": sparkline,
        "tightest": tightest,
        "step_class": step_class,
        "inside": inside,
        "level_name": lambda level: GRADES[level] if level else "不限",
        "plain_error": plain_error,
    }
    return made


def _local(at: datetime | None, tz: ZoneInfo) -> str:
    return at.astimezone(tz).strftime("%m-%d %H:%M:%S") if at else "—"


def local_time(at: datetime, zone: str) -> str:
    """`at` as it is shown everywhere."""
    return _local(at, ZoneInfo(zone))


def plain_error(error: str) -> str:
    """What a channel said, without the stamps of its log, in one short line; it may tell a phone
    that it could not reach."""
    return mask(_STAMP.sub("", error.splitlines()[0])[:160]) if error.strip() else ""


def host(url: str) -> str:
    """Where `url` leads, without the path: that may hold a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def subject(named: str) -> dict[str, str]:
    """The subject of an entry of the audit log (kind:name) as people read it, with a link where
    there is a page for it."""
    kind, _, name = named.partition(":")
    page = _PAGES.get(kind)
    return {
        "kind": _SUBJECTS.get(kind, kind),
        "name": name,
        "href": f"{page}{name}" if page else "",
    }


def tightest(line: TicketLine) -> ClockView | None:
    """The unstopped clock that is due first; else the last stopped; None where there is none."""
    waiting = [c for c in line.clocks if c.stopped_at is None and c.status != "superseded"]
    if waiting:
        return min(waiting, key=lambda c: c.due)
    stopped = [c for c in line.clocks if c.stopped_at is not None]
    return max(stopped, key=lambda c: c.stopped_at or c.due, default=None)


def step_class(line: HistoryLine) -> str:
    """How a step of the history is marked."""
    if line.action in EVIDENCE:
        return "evidence"
    if line.action == "escalate":
        return "escalate"
    return "machine" if line.who == "machine" else "human"


def inside(link: str) -> str:
    """`link` if it is a path of the console; anything else leads nowhere."""
    parts = urlsplit(link)
    safe = not parts.scheme and not parts.netloc and link.startswith("/")
    return link if safe and not link.startswith("//") else "/"


def sparkline(heat: Sequence[tuple[datetime, int]], width: int = 120, height: int = 34) -> Markup:
    """The heat of an event as a small picture: hours along, posts up, gaps at zero."""
    if not heat:
        return Markup("")
    start, end = heat[0][0], heat[-1][0]
    hours = int((end - start).total_seconds() // 3600) + 1
    # Silence before the first post: a single one is a peak, not a rise from nothing to all.
    quiet = max(1, HALF_A_DAY - hours)
    counts = [0] * (quiet + hours)
    for at, posts in heat:
        counts[int((at - start).total_seconds() // 3600) + quiet] += posts
    top = max(counts)
    step = (width - 2) / (len(counts) - 1)
    points = [(1 + i * step, height - 2 - c / top * (height - 6)) for i, c in enumerate(counts)]
    line = " ".join(f"{'M' if i == 0 else 'L'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points))
    area = f"{line} L{points[-1][0]:.1f} {height} L1 {height} Z"
    return Markup(
        '<svg class="yq-spark" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" '
        'aria-label="热度，峰值每小时 {2} 帖"><path class="area" d="{3}"/>'
        '<path class="line" d="{4}"/></svg>'
    ).format(width, height, top, area, line)


def render(made: Environment, template: str, /, **values: Any) -> str:
    """The fragment `template` filled with `values`."""
    return made.get_template(template).render(**values)
