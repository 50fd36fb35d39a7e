"""`yuqing rebuild-index` and `yuqing migrate`: what operators do by hand."""

from __future__ import annotations

from itertools import chain

import typer
from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("rebuild-index")(rebuild_index)
    app.command("migrate")(migrate)


def rebuild_index() -> None:
    """Build the index anew from what the bus still holds and from what people corrected; readers
    see the old one meanwhile."""
    from responder.corrections import Corrections
    from stream.indexing import judged_on
    from yuqing.app import wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    bus, index = wiring.bus(settings), wiring.index(settings)
    corrections = Corrections(wiring.tickets_engine(settings))
    said = (one.judged for one in corrections.every())
    try:
        with Console(stderr=True).status("重建索引"):
            count = index.rebuild(chain(said, judged_on(bus)))
    finally:
        index.close()
        bus.close()
    typer.echo(f"{count} posts")


def migrate() -> None:
    """Bring every table to its newest shape."""
    from yuqing.app import ready, wiring
    from yuqing.app.settings import load_settings

    settings = load_settings()
    ready.require_folder(settings)
    wiring.migrate_all(settings)
