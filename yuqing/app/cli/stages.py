"""One stage a command: what the containers and the supervisor run."""

from __future__ import annotations

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
    """Crawl the sources at their rhythms into posts.raw."""
    from yuqing.app import running
    from yuqing.app.settings import load_settings

    running.crawl(load_settings(), once=once)


def stages(
    names: Annotated[list[str], typer.Argument(help="judge, group, index or respond")],
) -> None:
    """Run several stages in one process."""
    from yuqing.app import running
    from yuqing.app.settings import load_settings

    running.run_stages(load_settings(), names)


def _stage(name: str):  # type: ignore[no-untyped-def]
    def run() -> None:
        stages([name])

    return run
