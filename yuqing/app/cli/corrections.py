"""`yuqing corrections`: what people corrected, as labels that a model can learn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from responder.corrections import Correction

corrections = typer.Typer(help="What people corrected: export.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(corrections, name="corrections")


@corrections.command("export")
def export(
    jurisdiction: Annotated[str, typer.Option(help="Code; all of them if not given.")] = "",
    changed: Annotated[bool, typer.Option(help="Leave out what was only confirmed.")] = False,
) -> None:
    """The last word on each post as JSONL in the form of the gold labels, numbers masked."""
    from responder.corrections import Corrections
    from yuqing.app import ready, wiring
    from yuqing.app.cli.lines import write_lines
    from yuqing.app.settings import load_settings

    settings = load_settings()
    ready.require_tables(settings)
    kept = Corrections(wiring.tickets_engine(settings)).every(jurisdiction or None)
    write_lines(_lines(one for one in kept if one.changed or not changed))


def _lines(found: Iterator[Correction]) -> Iterator[bytes]:
    import orjson

    from responder.corrections import as_gold

    for one in found:
        yield orjson.dumps(as_gold(one))
