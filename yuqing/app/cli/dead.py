"""`yuqing dead`: what was refused, and again after the cause is mended."""

from __future__ import annotations

import typer

dead = typer.Typer(help="What was refused: list, show, replay.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(dead, name="dead")
