"""`yuqing init`: a jurisdiction from the template, an example source, the first administrator."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    login: Annotated[str, typer.Option(help="Login of the first administrator.")] = "admin",
    name: Annotated[str, typer.Option(help="Their name as shown.")] = "管理员",
    password: Annotated[
        str, typer.Option(help="At least 10 characters; made and printed if not given.")
    ] = "",
) -> None:
    """Make what a new place needs; what is already there stays as it is."""
    import secrets

    from responder.people import People
    from yuqing.app import ready, starting, wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for line in starting.lay_out(settings):
        console.print(line)
    ready.require_folder(settings)
    wiring.migrate_all(settings)
    people = People(wiring.tickets_engine(settings), wiring.clock(settings))
    if people.everybody():
        console.print("已有账号，未新建管理员")
        return
    chosen = password or secrets.token_urlsafe(12)
    people.create_admin(login, name, chosen)
    console.print(f"管理员 {login}" + ("" if password else f"，密码 {chosen}（请登录后保管好）"))
