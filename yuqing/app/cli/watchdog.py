"""`yuqing watchdog`: a second machine asks the first whether all of it lives."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watchdog")(watchdog)


def watchdog(
    url: Annotated[str, typer.Argument(help="The service, such as http://yuqing.example:8080")],
    every: Annotated[float, typer.Option(min=0.05, help="Seconds between two questions.")] = 60,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 10,
    failures: Annotated[int, typer.Option(min=1, help="Told after so many in a row.")] = 2,
    tell: Annotated[
        list[str] | None,
        typer.Option(help="Apprise URL; may be repeated. Else YUQING_HEARTBEAT_URLS."),
    ] = None,
    once: Annotated[bool, typer.Option(help="Ask once; exit 1 when something is wrong.")] = False,
) -> None:
    """Tell somebody when the service, or a part of it, stops, and when it is back."""
    from stream.runner import on_signals
    from yuqing.app import wiring
    from yuqing.app.settings import load_settings
    from yuqing.app.watchdog import Watch, heartbeat_of, problem_of, telling, watch

    asked = heartbeat_of(url)
    if once:
        problem = problem_of(asked, timeout)
        typer.echo(problem or "ok")
        raise typer.Exit(1 if problem else 0)
    urls = tell or load_settings().heartbeat()
    if not urls:
        raise typer.BadParameter("nobody to tell: give --tell or set YUQING_HEARTBEAT_URLS")
    stop = threading.Event()
    on_signals(stop)
    told = telling(wiring.pusher(), urls, url)
    watch(asked, Watch(failures, told), timedelta(seconds=every), timeout, stop)
