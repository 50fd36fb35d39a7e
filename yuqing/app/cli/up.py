"""`yuqing up`: the whole embedded service on your own sources and jurisdiction."""

from __future__ import annotations

import sys

import typer
from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up() -> None:
    """Run every stage on this machine, restart what crashes, stop cleanly on Ctrl-C."""
    from yuqing.app import embedded, ready, wiring
    from yuqing.app.logs import configure_logs
    from yuqing.app.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level, "up", wiring.clock(settings))
    ready.require_port(settings)
    embedded.prepare(settings)
    supervisor = embedded.supervisor(settings)
    supervisor.on_signals()
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        supervisor.start()
        console.print(f"控制台 {settings.console_url()}   Ctrl-C 停止")
        supervisor.watch()
    finally:
        supervisor.shut_down()
    if supervisor.failed:
        log = settings.data_dir / "logs" / f"{supervisor.failed}.log"
        console.print(f"[red]{supervisor.failed} 无法运行，原因见 {log}[/]")
        sys.exit(1)
