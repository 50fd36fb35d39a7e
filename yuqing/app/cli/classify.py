"""`yuqing classify`: JSONL posts in, JSONL verdicts out."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("classify")(classify)


class Scheme(StrEnum):
    """Which topics to answer with."""

    OWN = "own"
    TAIDI7 = "taidi7"


def classify(
    skip_bad: Annotated[bool, typer.Option(help="Count bad lines and go on.")] = False,
    scheme: Annotated[
        Scheme, typer.Option(help="taidi7: only the topic, one of the seven of citizen messages.")
    ] = Scheme.OWN,
) -> None:
    """JSONL posts on stdin (id, text or title and body) to JSONL verdicts on stdout."""
    from classifier.jsonl import classify_lines, seven_lines
    from yuqing.app import wiring
    from yuqing.app.cli.lines import Skipped, stdin_lines, write_lines
    from yuqing.app.settings import load_settings

    judge = wiring.judge(load_settings())
    skipped = Skipped()
    answer = classify_lines if scheme is Scheme.OWN else seven_lines
    write_lines(answer(stdin_lines("研判"), judge, skip_bad, on_bad=skipped))
    skipped.tell()
