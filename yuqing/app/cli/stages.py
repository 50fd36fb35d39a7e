"""One stage a command: what the containers and the supervisor run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("crawl")(crawl)
    for name in ("judge", "group", "index", "respond"):
        app.command(name, help=_HELP[name])(_stage(name))
    app.command("stages", help="Several stages in one process.")(stages)


_HELP = {
    "judge": "Judge crawled posts (posts.raw to posts.judged and posts.relevant).",
    "group": "Group relevant posts into events (posts.relevant to events).",
    "index": "Keep judged posts searchable (posts.judged to the index).",
    "respond": "Open tickets, sweep clocks, escalate, push.",
}


def crawl(
    once: Annotated[bool, typer.Option(help="Crawl each source once and exit.")] = False,
) -> None:
    """Crawl the sources at their rhythms into posts.raw.

    With --once one JSON line a source tells how it went; exit 1 if one could not be read.
    """
    from yuqing.app import running
    from yuqing.app.settings import load_settings

    reports = running.crawl(load_settings(), once=once)
    for report in reports:
        typer.echo(json.dumps(report.summary(), ensure_ascii=False))
    if not all(report.ok for report in reports):
        raise typer.Exit(1)


def stages(
    names: Annotated[list[str], typer.Argument(help="judge, group, index or respond")],
) -> None:
    """Run several stages in one process."""
    from yuqing.app import running
    from yuqing.app.settings import load_settings
    from yuqing.app.stages import STAGES

    unknown = [name for name in names if name not in STAGES]
    if unknown:
        known = ", ".join(STAGES)
        raise typer.BadParameter(f"no stage {unknown[0]!r}; there are {known}")
    running.run_stages(load_settings(), names)


def _stage(name: str) -> Callable[[], None]:
    def run() -> None:
        stages([name])

    return run
