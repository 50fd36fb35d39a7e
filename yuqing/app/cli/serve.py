"""`yuqing serve`: the API and the console; no consumers."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve() -> None:
    """Serve the API and the console."""
    from yuqing.app import running
    from yuqing.app.settings import load_settings

    running.serve(load_settings())
