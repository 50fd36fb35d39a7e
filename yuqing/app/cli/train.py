"""`yuqing train`: rebuild the shipped model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train)


def train(
    data: Annotated[Path, typer.Option(help="Folder of the training data.")],
    labels: Annotated[Path, typer.Option(help="Folder of the gold labels.")],
    out: Annotated[Path, typer.Option(help="Where the artifact goes.")],
) -> None:
    """Train the linear model; the same data give the same bytes."""
    from classifier.train import train as rebuild

    typer.echo(json.dumps(rebuild(data, labels, out), ensure_ascii=False))
