"""What the clocks of a ticket say: a pure function of its history, its policy, and now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from responder.act import Act
from responder.admission import admitted
from responder.spans import Span, every_span
from responder.ticket import Ticket, replay
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import Policy

# The smallest step of time that a datetime knows: a clock is late from one tick after due.
_TICK = timedelta.resolution


class Status(StrEnum):
    """How a clock stands."""

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
    position from 0), InvalidMessage for wrong data, NotAllowed for a `now` before the last act.
    """
    if acts and now < acts[-1].at:
        raise NotAllowed("now is before the last event")
    spans = every_span(admitted(acts, policy))
    return in_order(reading_of(span, now.astimezone(UTC)) for span in spans)


def in_order(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """By round, start, name and seq."""
    return tuple(sorted(readings, key=lambda r: (r.round, r.start, r.name, r.seq or 0)))


def admit(acts: Sequence[Act], act: Act, policy: Policy) -> Ticket:
    """The ticket after `act` has been appended to `acts`.

    Raises NotAllowed (a Refused, its `chinese` fit for the console) when the engine refuses
    `act`, InvalidMessage when its data is missing or wrong.
    """
    history = (*acts, act)
    admitted(history, policy)
    return replay(history)


def next_moment(acts: Sequence[Act], policy: Policy, after: datetime) -> datetime | None:
    """The first instant later than `after` at which a running clock becomes late, if any.

    `after` is not before the last act.
    """
    spans = every_span(admitted(acts, policy))
    return min((s.due + _TICK for s in spans if s.open and s.due >= after), default=None)


def reading_of(span: Span, now: datetime) -> Reading:
    """How a clock stands at `now` (UTC)."""
    until = span.until or now
    return Reading(
        name=span.rule.name,
        round=span.round,
        seq=span.seq,
        start=span.start,
        due=span.due,
        stopped_at=span.stop.at if span.stop else None,
        status=_status(span, until),
        late_seconds=max(0, (until - span.due) // timedelta(seconds=1)),
        national=span.rule.national,
        title=span.rule.title,
    )


def _status(span: Span, until: datetime) -> Status:
    if span.stop is None and span.frozen is not None:
        return Status.SUPERSEDED
    if until > span.due:
        return Status.BREACHED
    return Status.MET if span.stop else Status.RUNNING
