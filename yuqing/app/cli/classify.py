"""`yuqing classify`: JSONL posts in, JSONL verdicts out."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("classify")(classify)


def classify(
    skip_bad: Annotated[bool, typer.Option(help="Count bad lines and go on.")] = False,
) -> None:
    """JSONL posts on stdin (id, text or title and body) to JSONL verdicts on stdout."""
    from classifier.jsonl import classify_lines
    from yuqing.app import wiring
    from yuqing.app.cli.lines import Skipped, stdin_lines, write_lines
    from yuqing.app.settings import load_settings

    judge = wiring.judge(load_settings())
    skipped = Skipped()
    write_lines(classify_lines(stdin_lines("研判"), judge, skip_bad, on_bad=skipped))
    skipped.tell()
