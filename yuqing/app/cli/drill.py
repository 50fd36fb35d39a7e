"""`yuqing drill`: rehearse an incident on a clock that jumps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drill")(drill)


def drill(
    scenario: Annotated[str, typer.Argument(help="accident or silence")],
    jurisdiction: Annotated[
        str, typer.Option(help="Code of one of yours or of those shipped, or a YAML file.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole record.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option(help="Keep the drill here; one that was cut off goes on from where it stood."),
    ] = None,
) -> None:
    """Rehearse an incident: every push, acknowledgement and escalation, to the end.

    Nothing is sent and nothing of the service is touched. `accident`: a fire of grade 3 from the
    first call to the closing. `silence`: nobody ever answers.
    """
    from yuqing.app.drill.record import record, timeline
    from yuqing.app.drill.run import rehearsing
    from yuqing.app.drill.script import SCENARIOS
    from yuqing.app.settings import load_settings

    if scenario not in SCENARIOS:
        raise typer.BadParameter(f"no drill {scenario!r}; there are {', '.join(SCENARIOS)}")
    with rehearsing(load_settings(), jurisdiction, scenario, folder) as rehearsal:
        with Console(stderr=True).status("演练"):
            ticket_id = rehearsal.play()
        found = record(rehearsal, ticket_id)
        lines = [json.dumps(found, ensure_ascii=False)] if as_json else timeline(rehearsal, found)
        for line in lines:
            typer.echo(line)
        if not as_json:
            typer.echo(json.dumps(found["summary"]))
