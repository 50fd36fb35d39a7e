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
    from yuqing.app import embedded
    from yuqing.app.settings import load_settings

    settings = load_settings()
    embedded.prepare(settings)
    supervisor = embedded.supervisor(settings)
    supervisor.on_signals()
    supervisor.start()
    Console(stderr=True).print(f"控制台 {settings.console_url()}   Ctrl-C 停止")
    try:
        supervisor.watch()
    finally:
        supervisor.shut_down()
    if supervisor.failed:
        sys.exit(1)
