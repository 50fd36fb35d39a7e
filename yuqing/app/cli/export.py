"""`yuqing export`: a ticket's whole record into a file, and whether such a file is whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

export = typer.Typer(help="Whole records: ticket, verify.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(export, name="export")


@export.command("ticket")
def ticket(
    ticket_id: Annotated[str, typer.Argument(help="Such as QINGHE-2026-000001.")],
    folder: Annotated[Path, typer.Option(help="Where the file goes.", file_okay=False)] = Path(),
) -> None:
    """Write the record, personal numbers masked, with a manifest of hashes; it is noted."""
    from responder.people import COMMAND_LINE, Person, Role
    from yuqing.app import ready, serving, wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    ready.require_tables(settings)
    person = Person(COMMAND_LINE, COMMAND_LINE, Role.ADMIN)
    now = wiring.clock(settings).now()
    made = serving.desk(settings).export(person, ticket_id, now)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / made.name).write_bytes(made.content)
    typer.echo(f"{folder / made.name}\t{made.manifest_sha256}")


@export.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    sha256: Annotated[
        str, typer.Option(help="Of the manifest, as the exporting house told or noted it.")
    ] = "",
) -> None:
    """Check a record anywhere, needing nothing but the file; exit 1 when anything does not fit."""
    from responder.exports.check import check_export

    found = check_export(file)
    findings = list(found.findings)
    if sha256 and sha256.lower() != found.manifest_sha256:
        findings.append("清单与所给的哈希不符：不是那一次导出的文件")
    for finding in findings:
        typer.echo(finding)
    typer.echo(
        f"{found.ticket_id}: manifest {found.manifest_sha256}, {found.acts} acts, "
        f"{found.posts} posts, {found.unproven} masked and not recomputed",
        err=True,
    )
    sys.exit(1 if findings else 0)
