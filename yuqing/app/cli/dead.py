"""`yuqing dead`: what was refused, and again after the cause is mended."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stream.bus import Bus
    from yuqing.domain.clock import Clock

dead = typer.Typer(help="What was refused: list, show, replay.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(dead, name="dead")


@dead.command("list")
def list_refused(
    limit: Annotated[int, typer.Option(help="How many, newest first.")] = 50,
) -> None:
    """One line each: id, when, which stage, which topic, why."""
    from stream.dead import list_dead

    with _bus() as (bus, _clock):
        for one in list_dead(bus, limit):
            mark = " (replayed)" if one.replayed else ""
            at = one.letter.at.isoformat(timespec="seconds")
            where = f"{one.letter.group} {one.letter.topic}"
            typer.echo(f"{one.id}\t{at}\t{where}\t{one.letter.reason}{mark}")


@dead.command("show")
def show_refused(id: Annotated[str, typer.Argument(help="As `dead list` says.")]) -> None:
    """Where it came from and why it was refused on stderr, the original on stdout."""
    from stream.dead import show

    with _bus() as (bus, _clock):
        one = show(bus, id)
    letter = one.letter
    place = f"{letter.topic}/{letter.partition}/{letter.offset}"
    typer.echo(f"{one.id}  {place}  key {letter.key}  refused by {letter.group}", err=True)
    typer.echo(f"reason: {letter.reason}", err=True)
    sys.stdout.buffer.write(one.original + b"\n")


@dead.command("replay")
def replay_refused(
    ids: Annotated[list[str] | None, typer.Argument(help="As `dead list` says.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All not replayed yet.")] = False,
) -> None:
    """Publish the originals again, to the topics they came from."""
    from stream.dead import replay

    if bool(ids) == everything:
        typer.echo("Name the ids to replay, or give --all.", err=True)
        raise typer.Exit(2)
    with _bus() as (bus, clock):
        done = replay(bus, ids or None, clock)
    for one in done.done:
        typer.echo(f"{one}\treplayed")
    for one, why in done.left:
        typer.echo(f"{one}\tleft: {why}", err=True)
    if done.left:
        raise typer.Exit(1)


@contextmanager
def _bus() -> Iterator[tuple[Bus, Clock]]:
    from yuqing.app import wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    bus = wiring.bus(settings)
    try:
        yield bus, wiring.clock(settings)
    finally:
        bus.close()
