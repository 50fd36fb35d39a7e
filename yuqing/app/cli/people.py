"""`yuqing people`: accounts of the console and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from responder.people import People

people = typer.Typer(help="Accounts: list, add, password, disable.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="Lower-case letters, digits and . _ -")]
Password = Annotated[
    str, typer.Option(help="At least 10 characters; made and printed if not given.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(people, name="people")


@people.command("list")
def list_people() -> None:
    """One line each: login, name, role, jurisdiction, unit."""
    for one in _people().everybody():
        where = "\t".join((one.jurisdiction or "-", one.unit or "-"))
        typer.echo(f"{one.login}\t{one.name}\t{one.role.value}\t{where}")


@people.command("add")
def add(
    login: Login,
    role: Annotated[str, typer.Option(help="monitor, analyst, unit, reviewer, leader or admin")],
    name: Annotated[str, typer.Option(help="As shown; the login if not given.")] = "",
    jurisdiction: Annotated[str, typer.Option(help="Code; all of them if not given.")] = "",
    unit: Annotated[str, typer.Option(help="Code of the unit, for role unit.")] = "",
    channel: Annotated[
        list[str] | None, typer.Option(help="Where alerts go: an apprise URL; may be repeated.")
    ] = None,
    password: Password = "",
) -> None:
    """Make an account."""
    from responder.people import Person, Role

    if role not in {one.value for one in Role}:
        raise typer.BadParameter(f"no role {role!r}; there are {', '.join(Role)}")
    check_place(jurisdiction, unit)
    chosen, said = _chosen(password)
    person = Person(
        login, name or login, Role(role), jurisdiction or None, unit or None, tuple(channel or ())
    )
    _people().create(person, chosen)
    typer.echo(f"{login}{said}")


@people.command("password")
def set_password(login: Login, password: Password = "") -> None:
    """Set a new password; the account is signed out everywhere and unlocked."""
    chosen, said = _chosen(password)
    _people().set_password(login, chosen)
    typer.echo(f"{login}{said}")


@people.command("disable")
def disable(login: Login) -> None:
    """Sign the account out and let it in no more; its acts stay on record."""
    from yuqing.domain.errors import NotFound

    known = _people()
    found = next((one for one in known.everybody() if one.login == login), None)
    if found is None:
        raise NotFound(f"no active account {login!r}")
    known.change(found, active=False)
    typer.echo(f"{login} disabled")


def _people() -> People:
    from responder.people import People
    from yuqing.app import ready, wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    ready.require_tables(settings)
    return People(wiring.tickets_engine(settings), wiring.clock(settings))


def check_place(jurisdiction: str, unit: str) -> None:
    """Raises BadParameter naming those there are."""
    from yuqing.app import configuration
    from yuqing.app.settings import load_settings

    if not jurisdiction:
        return
    homes = configuration.jurisdictions(load_settings())
    if jurisdiction not in homes:
        there = ", ".join(sorted(homes))
        raise typer.BadParameter(f"no jurisdiction {jurisdiction!r}; there are {there}")
    if unit and homes[jurisdiction].unit(unit) is None:
        there = ", ".join(one.code for one in homes[jurisdiction].units)
        raise typer.BadParameter(f"no unit {unit!r} in {jurisdiction}; there are {there}")


def _chosen(password: str) -> tuple[str, str]:
    import secrets

    if password:
        return password, ""
    made = secrets.token_urlsafe(12)
    return made, f"\tpassword {made}"
