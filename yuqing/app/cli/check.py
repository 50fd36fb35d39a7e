"""`yuqing check`: settings, sources and jurisdictions, every mistake with file, line and remedy."""

from __future__ import annotations

import sys

import typer
from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check() -> None:
    """Read every configuration file and say what is wrong; exit 1 if anything is."""
    from yuqing.app.checking import check_all
    from yuqing.app.settings import load_settings

    found = check_all(load_settings())
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for line in found.good:
        console.print(f"[green]✓[/] {line}")
    for note in found.notes:
        console.print("[yellow]·[/]", note, markup=True)
    for error in found.errors:
        console.print("[red]✗[/]", error, markup=True)
    if found.errors:
        sys.exit(1)
