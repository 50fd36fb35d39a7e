"""`yuqing demo`: the whole service on a built-in world."""

from __future__ import annotations

import json
import secrets
import sys
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from yuqing.app.demo.session import Demo


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    speed: Annotated[
        float, typer.Option(min=1.0, help="How many times as fast as real time.")
    ] = 1200.0,
    browser: Annotated[bool, typer.Option(help="Open the console in a browser.")] = True,
    password: Annotated[str, typer.Option(help="For all of the demo's people.")] = "",
) -> None:
    """A small district lives through a scripted week; watch it in the browser.

    With YUQING_DEMO_SECONDS it ends by itself and prints one JSON line of what it saw; exit 1 if
    any stage saw nothing.
    """
    from yuqing.app import wiring
    from yuqing.app.demo import counting, session
    from yuqing.app.logs import configure_logs
    from yuqing.app.settings import load_settings

    base = load_settings()
    configure_logs(base.log_level, "demo", wiring.clock(base))
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    with session.running(base, speed, password or secrets.token_urlsafe(9)) as running:
        _welcome(console, running, speed)
        if browser and base.demo_seconds is None:
            webbrowser.open(running.settings.console_url())
        running.supervisor.watch(base.demo_seconds)
        failed = running.supervisor.failed
    if failed:
        console.print(f"[red]{failed} 无法运行，日志在 {running.settings.data_dir / 'logs'}[/]")
    if base.demo_seconds is not None:
        counts = counting.seen(running.settings)
        typer.echo(json.dumps(counts))
        if not all(counts[name] for name in counting.MUST_BE_SEEN):
            sys.exit(1)
    if failed:
        sys.exit(1)


def _welcome(console: Console, running: Demo, speed: float) -> None:
    where = running.settings.console_url()
    console.print(f"\n[bold]舆情监测与回应 · 演示[/]  控制台 [bold]{where}[/]")
    console.print(f"虚构的青汀区以 {speed:g} 倍速过一周，帖文全部是编写的。Ctrl-C 结束。\n")
    for one in running.sign_ins:
        console.print(f"  账号 [bold]{one.login:<8}[/] 密码 [bold]{one.password}[/]  {one.who}")
    console.print()
