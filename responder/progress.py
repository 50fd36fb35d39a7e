"""进展后续发布: after each recorded step of progress the public is owed a further word.

It is a duty beside the clocks: nothing here starts, stops or reads one. What is owed follows from
the history and the jurisdiction alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from responder.act import Act
from responder.evidence import Piece
from responder.ticket import Ticket
from responder.transitions import ACTION_TITLES, Action
from yuqing.domain.conduct import ProgressRelease
from yuqing.domain.jurisdiction import StoppedBy

_ROUND_BEGINS = (Action.OPEN, Action.REOPEN)
PROGRESS = "progress"
"""The field by which a note says that it tells progress."""


@dataclass(frozen=True, slots=True)
class Step:
    """A recorded step of progress that no release has followed yet; `position` is its act's.

    The release is owed from `at` on and late after `due`. Both aware, UTC.
    """

    position: int
    at: datetime
    due: datetime
    title: str


def owed_release(
    ticket: Ticket, acts: Sequence[Act], rule: ProgressRelease | None
) -> tuple[Step, ...]:
    """The steps of this round that await a release, the earliest first.

    Nothing is owed before the first release of the round, which the clocks ask for, nor by what
    is settled for good. A release counts by its own time: it follows the steps recorded before.
    """
    if rule is None or not ticket.is_open or not _asked(ticket, rule):
        return ()
    begun = max(i for i, act in enumerate(acts) if act.action in _ROUND_BEGINS)
    # What was published of a case before it was opened here belongs to its first round.
    former = acts[begun].at if ticket.round > 1 else None
    released = [one.at for one in ticket.evidence if _counts(one, rule, former)]
    if not released:
        return ()
    first, last = min(released), max(released)
    return tuple(step for step in _steps(acts, begun, rule) if first <= step.at and last < step.at)


def _asked(ticket: Ticket, rule: ProgressRelease) -> bool:
    return ticket.emergency == rule.emergency and int(ticket.grade) in rule.grades


def _counts(piece: Piece, rule: ProgressRelease, former: datetime | None) -> bool:
    """A press conference is a release in any case; of publications perhaps the official ones."""
    if not piece.timely or (former is not None and piece.at < former):
        return False
    kind = StoppedBy.OFFICIAL_PUBLICATION if rule.official else StoppedBy.ANY_PUBLICATION
    return piece.stops(kind) or piece.stops(StoppedBy.PRESS_CONFERENCE)


def _steps(acts: Sequence[Act], begun: int, rule: ProgressRelease) -> Iterator[Step]:
    for position, act in enumerate(acts):
        if position > begun and _tells(act):
            title = ACTION_TITLES[Action(act.action)]
            yield Step(position, act.at, act.at + rule.within, title)


def _tells(act: Act) -> bool:
    """A verification, or a note that says it is progress; what is planned or agreed is none."""
    noted = act.action == Action.NOTE and act.data.get(PROGRESS) is True
    return noted or act.action == Action.VERIFY
