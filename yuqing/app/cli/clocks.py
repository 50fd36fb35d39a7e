"""`yuqing clocks`: recompute the clocks of any exported record, offline."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("clocks")(clocks)


def clocks(
    skip_bad: Annotated[bool, typer.Option(help="Count bad lines and go on.")] = False,
    explain: Annotated[
        bool, typer.Option(help="Say of each clock, in Chinese, which acts and rules made it so.")
    ] = False,
    zone: Annotated[str, typer.Option(help="The time zone of the words.")] = "Asia/Shanghai",
) -> None:
    """JSONL ticket histories (id, policy, now, events) to JSONL clocks, needing nothing else."""
    from responder.clocks_jsonl import clocks_lines
    from yuqing.app import configuration
    from yuqing.app.cli.lines import Skipped, stdin_lines, write_lines
    from yuqing.app.settings import load_settings

    policies = configuration.policies(load_settings())
    skipped = Skipped()
    words = _zone(zone) if explain else None
    write_lines(clocks_lines(stdin_lines("时限"), policies, skip_bad, skipped, words))
    skipped.tell()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise typer.BadParameter(
            f"没有时区 {name}，请写 Asia/Shanghai 这样的名称", param_hint="--zone"
        ) from None
