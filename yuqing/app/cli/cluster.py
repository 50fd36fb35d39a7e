"""`yuqing cluster`: JSONL posts in, JSONL {id, event} out."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("cluster")(cluster)


def cluster(
    skip_bad: Annotated[bool, typer.Option(help="Count bad lines and go on.")] = False,
) -> None:
    """JSONL posts on stdin (id, title, body or text, at or time) to JSONL {id, event}."""
    from classifier.events.jsonl import cluster_lines
    from yuqing.app.cli.lines import Skipped, stdin_lines, write_lines

    skipped = Skipped()
    write_lines(cluster_lines(stdin_lines("归并"), skip_bad, on_bad=skipped))
    skipped.tell()
