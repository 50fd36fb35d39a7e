"""`yuqing eval`: two judges on labelled posts, and the second promoted if it is not worse."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from classifier.evaluate.compare import Comparison
    from classifier.evaluate.numbers import Answers


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval")(evaluate)


def evaluate(
    model_a: Annotated[Path, typer.Argument(help="What is in use: a model's folder or verdicts.")],
    model_b: Annotated[Path, typer.Argument(help="What might replace it.")],
    gold: Annotated[Path, typer.Option(help="JSONL of labelled posts that neither learnt from.")],
    promote: Annotated[
        Path | None, typer.Option(help="Copy MODEL_B there, unless it is worse (exit 1).")
    ] = None,
) -> None:
    """Compare two judges: a table on stderr, JSON on stdout.

    Intervals are the middle 95 % of 2,000 resamples of the posts, the same ones for both.
    """
    import orjson

    from classifier.evaluate.compare import compare
    from classifier.evaluate.files import gold_answers, read_gold
    from classifier.evaluate.promote import promote as put_in_place

    rows = read_gold(gold)
    found = compare(gold_answers(rows), _answers(model_a, rows), _answers(model_b, rows))
    _table(found)
    said = {
        "posts": found.posts,
        "measures": [asdict(m) | {"worse": m.worse} for m in found.measures],
    }
    typer.echo(orjson.dumps(said | {"refusals": list(found.refusals)}).decode())
    if promote is None:
        return
    if found.refusals:
        typer.echo("yuqing: not promoted: " + "; ".join(found.refusals), err=True)
        raise typer.Exit(1)
    put_in_place(model_b, promote)
    typer.echo(f"yuqing: {model_b} promoted to {promote}", err=True)


def _answers(model: Path, rows: tuple[dict[str, object], ...]) -> Answers:
    from rich.console import Console
    from rich.progress import Progress

    from classifier.evaluate.files import answers_of

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(str(model), total=len(rows))
        return answers_of(model, rows, lambda: progress.advance(task))


def _table(found: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("measure", "A", "B", "B - A", "95 %", title=f"{found.posts} posts")
    for one in found.measures:
        low, high = one.difference.low, one.difference.high
        mark = "worse" if one.worse else ""
        sides = (f"{side.value:.4f} [{side.low:.3f}, {side.high:.3f}]" for side in (one.a, one.b))
        table.add_row(
            one.name, *sides, f"{one.difference.value:+.4f} {mark}", f"{low:+.4f}, {high:+.4f}"
        )
    Console(stderr=True, width=120).print(table)
