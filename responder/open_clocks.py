"""Which clocks still wait for something, and the keys that name their due times: what is pushed
about one is told apart from what was pushed before its extension, or about its namesakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from responder.act import Act
from responder.clocks import Reading, Status
from responder.transitions import Action

# Its lateness is the acknowledgement's, which has steps of its own.
ACKNOWLEDGE_CLOCK = "acknowledge"


def is_open(reading: Reading) -> bool:
    """Whether the clock is asked for and has not stopped."""
    return reading.status in (Status.RUNNING, Status.BREACHED) and not reading.stopped_at


def unstopped(reading: Reading) -> bool:
    """As `is_open`, of clocks whose lateness is their own matter."""
    return is_open(reading) and reading.name != ACKNOWLEDGE_CLOCK


def clock_key(acts: Sequence[Act], reading: Reading) -> str:
    """Names one due time of one clock: a granted extension makes the steps due afresh."""
    granted = sum(1 for _ in _extensions(acts, reading))
    which = f"{reading.start:%Y%m%dT%H%M%S%f}" if reading.seq is not None else "0"
    return f"clock:{reading.name}:{reading.round}:{which}:{granted}"


def granted_at(acts: Sequence[Act], reading: Reading) -> datetime | None:
    """When the clock was last extended, if it was."""
    return max((act.at for act in _extensions(acts, reading)), default=None)


def _extensions(acts: Sequence[Act], reading: Reading) -> Iterator[Act]:
    named = (act for act in acts if act.action == Action.EXTEND)
    yield from (act for act in named if act.data.get("clock") == reading.name)
