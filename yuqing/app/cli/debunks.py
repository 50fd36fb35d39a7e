"""`yuqing debunks`: the library of official refutations that rumour risk looks into."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

debunks = typer.Typer(help="Official refutations: list, add, import.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(debunks, name="debunks")


@debunks.command("list")
def list_debunks() -> None:
    """One line each: id, date, source, title."""
    from classifier.debunks.files import load_debunks

    for one in load_debunks(_folder()):
        typer.echo(f"{one.id}\t{one.date or '-'}\t{one.source or '-'}\t{one.title}")


@debunks.command("add")
def add(
    title: Annotated[str, typer.Argument(help="What the refutation says, in a line.")],
    claim: Annotated[
        list[str] | None, typer.Option(help="The false claim as people spread it; repeatable.")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="A group of words, | between; a post needs one of every group."),
    ] = None,
    source: Annotated[str, typer.Option(help="Who refuted.")] = "",
    date: Annotated[str, typer.Option(help="When.")] = "",
    url: Annotated[str, typer.Option(help="Where it was published.")] = "",
) -> None:
    """Add one; running judges read the library when they start."""
    from pydantic import ValidationError

    from classifier.debunks.files import DebunkForm, add_debunks

    told = {"title": title, "claims": claim or (), "keys": key or ()}
    try:
        form = DebunkForm.model_validate(told | {"source": source, "date": date, "url": url})
    except ValidationError as error:
        typer.echo(f"yuqing: {error.errors(include_url=False)[0]['msg']}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{add_debunks(_folder(), [form.debunk()])} added: {form.debunk().id}")


@debunks.command("import")
def import_debunks(
    file: Annotated[Path, typer.Argument(help="A .yaml or .jsonl file of refutations.")],
) -> None:
    """Add those of a file that the library does not hold yet."""
    from classifier.debunks.files import add_debunks, read_debunks

    if file.suffix not in (".yaml", ".yml", ".jsonl"):
        typer.echo(f"yuqing: {file}: give a .yaml or .jsonl file", err=True)
        raise typer.Exit(2)
    read = list(read_debunks(file))
    added = add_debunks(_folder(), read)
    typer.echo(f"{added} added, {len(read) - added} already there")


def _folder() -> Path:
    from yuqing.app.settings import load_settings

    return load_settings().debunks
