"""`yuqing train`: rebuild the models, with people's corrections if there are any."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train)


def train(
    data: Annotated[Path, typer.Option(help="Folder of the training data.")],
    labels: Annotated[Path, typer.Option(help="Folder of the gold labels.")],
    out: Annotated[Path, typer.Option(help="Where the models go.")],
    base: Annotated[
        Path | None,
        typer.Option(help="Hugging Face folder to fine-tune; else the encoder in use stays."),
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="What `yuqing corrections export` wrote.")
    ] = None,
) -> None:
    """Train the fast models, with --base the encoder too (needs the `train` extra), and tune both.

    The fast models and the tuning are the same bytes for the same data.
    """
    from rich.console import Console
    from rich.progress import Progress

    from classifier.corrections import read_corrections
    from classifier.train.everything import Wanted, train_all

    corrected = read_corrections(corrections) if corrections else ()
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        wanted = Wanted(data, labels, out, base, corrected)
        scores = train_all(wanted, _steps(progress))
    typer.echo(json.dumps(scores, ensure_ascii=False))


def _steps(progress: object) -> Callable[[str], Callable[[int, int, float], None]]:
    """A bar a phase, with the loss beside it."""
    from rich.progress import Progress

    assert isinstance(progress, Progress)

    def begin(name: str) -> Callable[[int, int, float], None]:
        task = progress.add_task(name, total=None)

        def tell(step: int, steps: int, loss: float) -> None:
            progress.update(
                task, completed=step, total=steps, description=f"{name} loss {loss:.2f}"
            )

        return tell

    return begin
