"""What the clocks of a ticket say: a pure function of its history, its policy, and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from responder.act import Act
from responder.ticket import Ticket
from yuqing.domain.jurisdiction import Policy


class Status(StrEnum):
    """How a clock stands; the last two words of DESIGN's table of words for a clock's end."""

    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock as it stands. Times aware, UTC; `round` and `seq` count from 1.

    `seq` is None for a clock that is not numbered. `stopped_at` is the evidence's own time.
    `late_seconds` is never negative. `national` tells 国家规定 from a local rule.
    """

    name: str
    round: int
    seq: int | None
    start: datetime
    due: datetime
    stopped_at: datetime | None
    status: Status
    late_seconds: int
    national: bool
    title: str


def read_clocks(acts: Sequence[Act], policy: Policy, now: datetime) -> tuple[Reading, ...]:
    """Every clock ever asked for, ordered by round, start, name and seq.

    Holds the whole history to the engine's rules: raises NotAllowed (a Refused naming the
    position from 0) or InvalidMessage for wrong data, NotAllowed for a `now` before the last act.
    """
    raise NotImplementedError


def admit(acts: Sequence[Act], act: Act, policy: Policy) -> Ticket:
    """The ticket after `act` has been appended to `acts`.

    Raises NotAllowed (a Refused, its `chinese` fit for the console) when the engine refuses
    `act`, InvalidMessage when its data is missing or wrong.
    """
    raise NotImplementedError


def next_moment(acts: Sequence[Act], policy: Policy, after: datetime) -> datetime | None:
    """The first instant later than `after` at which a running clock becomes late, if any."""
    raise NotImplementedError
