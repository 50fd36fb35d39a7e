"""`yuqing audit`: whether the audit log is whole, and its head to note down elsewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from responder.audit import Head

audit = typer.Typer(help="The audit log: verify, anchor.", no_args_is_help=True)
_ANCHOR = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(audit, name="audit")


@audit.command("verify")
def verify(
    anchor: Annotated[
        list[str] | None, typer.Option(help="NUMBER:HASH noted down earlier; may be repeated.")
    ] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="A file of them, one a line.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Read the whole log and every history it vouches for; exit 1 when anything does not fit."""
    from responder.audit_check import verify as check

    words = [*(anchor or ()), *_lines(anchors)]
    found = check(_engine(), [_head(word) for word in words])
    for finding in found.findings:
        typer.echo(f"{finding.number}\t{finding.said}")
    head = f"{found.head.number}:{found.head.hash}"
    typer.echo(f"{found.entries} entries, {found.acts} acts, head {head}", err=True)
    sys.exit(1 if found.findings else 0)


@audit.command("anchor")
def anchor() -> None:
    """Print the head as NUMBER:HASH: note it down where this machine's keepers cannot change it,
    and `verify --anchor` finds whatever is cut off or written anew before it."""
    from responder.audit import head_of
    from stream.sql import failures_named, reading

    with failures_named(), reading(_engine()).begin() as connection:
        head = head_of(connection)
    typer.echo(f"{head.number}:{head.hash}")


def _engine() -> Engine:
    from yuqing.app import ready, wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    ready.require_tables(settings)
    return wiring.tickets_engine(settings)


def _lines(file: Path | None) -> list[str]:
    text = file.read_text(encoding="ascii") if file else ""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _head(word: str) -> Head:
    from responder.audit import Head

    parts = _ANCHOR.fullmatch(word)
    if parts is None:
        raise typer.BadParameter(f"{word!r} is no anchor; write NUMBER:HASH as `anchor` prints it")
    return Head(int(parts[1]), parts[2])
