"""`yuqing push test`: does a contact's every channel take a message?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from yuqing.domain.roster import Contact

push = typer.Typer(help="Messages to people: test their channels.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(push, name="push")


@push.callback()
def _push() -> None:
    """Messages to people: test their channels."""


Wanted = Annotated[str, typer.Argument(help="A contact's name, a unit code, or an apprise URL.")]
Code = Annotated[str, typer.Option(help="Code; all of them if not given.")]


@push.command("test")
def try_out(contact: Wanted, jurisdiction: Code = "") -> None:
    """Send a test message through every channel of a contact, each by itself.

    One line a channel says what it answered; exit 1 when one did not take it.
    """
    from yuqing.app import wiring

    found = [("", contact)] if "://" in contact else _channels(contact, jurisdiction)
    if not found:
        typer.echo(f"yuqing: {contact} has no channel", err=True)
        raise typer.Exit(1)
    failed = False
    for name, url in found:
        delivery = wiring.pusher().push([url], "推送测试", "这是一条测试消息，收到即表示推送正常。")
        said = delivery.error or f"ok ({delivery.via})"
        typer.echo("\t".join(part for part in (name, url.split(":", 1)[0], said) if part))
        failed = failed or delivery.error is not None
    raise typer.Exit(1 if failed else 0)


def _channels(wanted: str, code: str) -> list[tuple[str, str]]:
    return [(one.name, url) for one in _contacts(wanted, code) for url in one.channels]


def _contacts(wanted: str, code: str) -> list[Contact]:
    from responder.roster import everybody_of
    from yuqing.app import configuration
    from yuqing.app.settings import load_settings

    homes = configuration.jurisdictions(load_settings())
    if code and code not in homes:
        raise typer.BadParameter(f"no jurisdiction {code!r}; there are {', '.join(sorted(homes))}")
    known = [
        (unit, contact)
        for home in homes.values()
        if code in ("", home.code)
        for unit, contact in everybody_of(home)
    ]
    found = [contact for unit, contact in known if wanted in (unit, contact.name)]
    if not found:
        names = ", ".join(dict.fromkeys(contact.name for _unit, contact in known))
        raise typer.BadParameter(f"no contact {wanted!r}; there are {names}")
    return list(dict.fromkeys(found))
