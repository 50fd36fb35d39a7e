"""`yuqing drift`: whether what the judge says has moved, and what it is compared with."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

drift = typer.Typer(
    help="Whether the judge's answers have moved: show, reference.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(drift, name="drift")


@drift.command("show")
def show() -> None:
    """The last seven days in the index against the reference: one JSON line a jurisdiction."""
    import orjson

    from yuqing.app import wiring
    from yuqing.app.drifting import drifts
    from yuqing.app.settings import load_settings

    settings = load_settings()
    index, now = wiring.index(settings), wiring.clock(settings).now()
    try:
        for code, found in drifts(settings, index, now).items():
            heads = [{"level": one.level} | asdict(one) for one in found.heads]
            line = {"jurisdiction": code, "model": found.model, "reference": found.reference}
            typer.echo(orjson.dumps({**line, "heads": heads}).decode())
    finally:
        index.close()


@drift.command("reference")
def reference(
    out: Annotated[Path, typer.Option(help="Where the shares go (JSON).")],
) -> None:
    """Count verdicts of `yuqing classify` on stdin and keep their shares, no text.

    yuqing classify < posts.jsonl | yuqing drift reference --out reference.json
    """
    import orjson

    from classifier.drift import save_shares, shares_of
    from yuqing.app import wiring
    from yuqing.app.cli.lines import stdin_lines
    from yuqing.app.settings import load_settings

    model = wiring.judge(load_settings()).judge("", "").model
    rows = (orjson.loads(line) for line in stdin_lines("计数") if line.strip())
    save_shares(shares_of(model, rows), out)
