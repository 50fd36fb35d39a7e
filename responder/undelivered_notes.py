"""The machine's note on a ticket's record that a push finally reached nobody: the next step of the
chain falls due by it, so it is read from the history like all else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from responder.act import Act
from responder.labels import MACHINE
from responder.transitions import Action

UNDELIVERED = "undelivered"
"""In the machine's note that a push finally reached nobody: the key of that push."""


def unheard_in(acts: Sequence[Act]) -> Mapping[str, datetime]:
    """When it was put on record of which push (by its key within the ticket) that it finally
    reached nobody."""
    noted = (act for act in acts if act.action == Action.NOTE and act.who == MACHINE)
    return {str(act.data[UNDELIVERED]): act.at for act in noted if UNDELIVERED in act.data}
