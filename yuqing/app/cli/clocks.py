"""`yuqing clocks`: recompute the clocks of any exported record, offline."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("clocks")(clocks)


def clocks(
    skip_bad: Annotated[bool, typer.Option(help="Count bad lines and go on.")] = False,
) -> None:
    """JSONL ticket histories (id, policy, now, events) to JSONL clocks, needing nothing else."""
    from responder.clocks_jsonl import clocks_lines
    from yuqing.app import wiring
    from yuqing.app.cli.lines import Skipped, stdin_lines, write_lines
    from yuqing.app.settings import load_settings

    policies = wiring.policies(load_settings())
    skipped = Skipped()
    write_lines(clocks_lines(stdin_lines("时限"), policies, skip_bad, on_bad=skipped))
    skipped.tell()
