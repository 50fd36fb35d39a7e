"""`yuqing keys`: keys of machine clients for the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from responder.keys import Keys

keys = typer.Typer(help="Keys of machine clients: list, add, revoke.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(keys, name="keys")


@keys.command("list")
def list_keys() -> None:
    """One line each: id, name, role, scopes, jurisdiction, unit, and whether it still counts."""
    known, now = _keys()
    for key in known.listed():
        over = key.expires_at is not None and key.expires_at <= now
        state = "revoked" if key.revoked_at else "expired" if over else "active"
        where = "\t".join((key.jurisdiction or "-", key.unit or "-"))
        scopes = ",".join(key.scopes)
        typer.echo(f"{key.key_id}\t{key.name}\t{key.role}\t{scopes}\t{where}\t{state}")


@keys.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Whose it is, as shown in the record.")],
    role: Annotated[str, typer.Option(help="monitor, analyst or unit")] = "monitor",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read, write or export; may be repeated; read if not given."),
    ] = None,
    jurisdiction: Annotated[str, typer.Option(help="Code; all of them if not given.")] = "",
    unit: Annotated[str, typer.Option(help="Code of the unit, for role unit.")] = "",
    days: Annotated[int, typer.Option(help="Ends after so many days; 0: never.", min=0)] = 365,
) -> None:
    """Make a key; the token is shown once."""
    from responder.keys import ROLES, KeyDraft, Scope
    from responder.people import COMMAND_LINE
    from yuqing.app.cli.people import check_place

    scopes = tuple(scope or ("read",))
    if role not in ROLES:
        raise typer.BadParameter(f"no role {role!r}; there are {', '.join(ROLES)}")
    if unknown := set(scopes) - set(Scope):
        raise typer.BadParameter(f"no scope {min(unknown)!r}; there are {', '.join(Scope)}")
    check_place(jurisdiction, unit)
    known, now = _keys()
    until = now + timedelta(days=days) if days else None
    draft = KeyDraft(name, role, scopes, jurisdiction or None, unit or None, until)
    key, token = known.create(draft, COMMAND_LINE)
    typer.echo(f"{key.key_id}\ttoken {token}")


@keys.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="As `yuqing keys list` shows it.")]) -> None:
    """From now on the key opens nothing."""
    from responder.people import COMMAND_LINE

    known, _ = _keys()
    typer.echo(f"{known.revoke(key_id, COMMAND_LINE).key_id} revoked")


def _keys() -> tuple[Keys, datetime]:
    from responder.keys import Keys
    from yuqing.app import ready, wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    ready.require_tables(settings)
    clock = wiring.clock(settings)
    return Keys(wiring.tickets_engine(settings), clock), clock.now()
