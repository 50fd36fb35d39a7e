"""`yuqing jurisdiction`: what an edit of a government's file changes, before it is put in place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yuqing.domain.jurisdiction import Jurisdiction
    from yuqing.domain.jurisdiction_diff import Difference

group = typer.Typer(help="A government's file: diff.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="jurisdiction")


@group.callback()
def _group() -> None:
    """A government's file."""


@group.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The file as it is.")],
    new: Annotated[Path, typer.Argument(help="The file as it shall be.")],
    tickets: Annotated[bool, typer.Option(help="Say what it means for open tickets.")] = True,
) -> None:
    """Every field that an edit changes, and what would change for open tickets; changes nothing."""
    from responder.edit_effects import in_words
    from yuqing.domain.jurisdiction_diff import differences

    before, after = _read(old), _read(new)
    changed = differences(before, after)
    for line in in_words(changed) or ("没有变化",):
        typer.echo(line)
    if tickets and changed:
        for line in _effects(after, changed):
            typer.echo(line)


def _read(path: Path) -> Jurisdiction:
    from yuqing.files.jurisdiction import read_jurisdiction

    read = read_jurisdiction(path)
    if isinstance(read, tuple):
        for mistake in read:
            typer.echo(f"yuqing: {mistake}", err=True)
        sys.exit(1)
    return read


def _effects(after: Jurisdiction, changed: Sequence[Difference]) -> Iterator[str]:
    from responder.edit_effects import effects, open_tickets
    from yuqing.app import wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    if not wiring.has_tickets(settings):
        yield "本机没有台账库，只比较了文件"
        return
    found = open_tickets(wiring.tickets_engine(settings), after.code)
    yield f"未办结台账 {len(found)} 件"
    yield from effects(after, changed, found)
