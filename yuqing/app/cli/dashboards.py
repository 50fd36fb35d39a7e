"""`yuqing dashboards`: the Grafana dashboards, as files or pushed to a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

boards = typer.Typer(help="Grafana dashboards: export, push.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(boards, name="dashboards")


@boards.command("export")
def export_boards(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")],
) -> None:
    """Write dashboards and provisioning files."""
    from dashboards.provision import export

    for file in export(folder):
        typer.echo(file)


@boards.command("push")
def push_boards() -> None:
    """Push folder, data sources and dashboards to YUQING_GRAFANA_URL."""
    from yuqing.app.boards import push_dashboards
    from yuqing.app.settings import load_settings

    for line in push_dashboards(load_settings()):
        typer.echo(line)
