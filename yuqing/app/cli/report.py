"""`yuqing report`: the weekly evaluation, as Word and as a web page."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    week: Annotated[str, typer.Option(help="ISO week, for example 2026-W47.")],
    jurisdiction: Annotated[str, typer.Option(help="Code; all of them if not given.")] = "",
) -> None:
    """Write the weekly report of one jurisdiction, or of each, into the data folder."""
    from responder.reports.weekly import parse_week
    from yuqing.app import configuration, ready
    from yuqing.app.reporting import write_report
    from yuqing.app.settings import load_settings
    from yuqing.domain.errors import InvalidMessage

    settings = load_settings()
    known = configuration.jurisdictions(settings)
    if jurisdiction and jurisdiction not in known:
        there = ", ".join(sorted(known))
        raise typer.BadParameter(f"no jurisdiction {jurisdiction!r}; there are {there}")
    try:
        parse_week(week, "UTC")
    except InvalidMessage as error:
        raise typer.BadParameter(str(error)) from error
    ready.require_tables(settings)
    console = Console(stderr=True)
    for code in [jurisdiction] if jurisdiction else sorted(known):
        with console.status(f"写 {code} {week} 周报"):
            files = write_report(settings, code, week)
        for file in files:
            typer.echo(file)
