"""A ticket (台账条目) is the fold of its acts: nothing about it is stored that they do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from responder.act import Act
from responder.evidence import Piece, piece_of
from responder.fields import flag, grade_in, located, moment, moment_or_none, whole, word_or_none
from responder.promises import Promise, promises_of
from responder.refusals import Refusal, Refused
from responder.transitions import EVIDENCE_ACTIONS, OPEN_STATES, TABLE, Action, State, actions_from
from yuqing.domain.errors import NotAllowed
from yuqing.domain.verdict import Severity

__all__ = ["Act", "Action", "Promise", "State", "Ticket", "allowed", "checked", "replay"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where a ticket stands after its last act. All times aware, UTC.

    `round` counts from 1. `returns` counts the returns of this round. `evidence` is what is on
    record of all rounds, without what was struck. `unit`, `assigned_at` and `acknowledged_at`
    are those of the standing assignment; a reopening clears them. `first_posted_at` is None
    while unknown. `promises` are of all rounds. `acts` is the length of the history: a store
    uses it as the version.
    """

    state: State
    round: int
    grade: Severity
    emergency: bool
    event: str | None
    first_posted_at: datetime | None
    discovered_at: datetime
    opened_at: datetime
    last_at: datetime
    acts: int
    unit: str | None = None
    co_units: tuple[str, ...] = ()
    assigned_at: datetime | None = None
    acknowledged_at: datetime | None = None
    returns: int = 0
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    evidence: tuple[Piece, ...] = ()
    promises: tuple[Promise, ...] = ()

    @property
    def is_open(self) -> bool:
        """Open is every state but closed, evaluated, merged and dismissed."""
        return self.state in OPEN_STATES

    @property
    def grave_emergency(self) -> bool:
        """True for a 突发事件 of grade 重大 or 特别重大."""
        return self.emergency and self.grade >= Severity.MAJOR


def checked(position: int, state: State | None, previous: datetime | None, act: Act) -> Action:
    """The action of `act`, when the table and the order of time allow it after `previous`.

    Raises NotAllowed (a Refused) naming the position, from 0, and the action.
    """
    try:
        action = Action(act.action)
    except ValueError:
        raise Refused(Refusal.UNKNOWN_ACTION, position, str(act.action)) from None
    if (state, action) not in TABLE:
        raise Refused(Refusal.NOT_IN_TABLE, position, action, state=state)
    if previous is not None and act.at < previous:
        raise Refused(Refusal.BACK_IN_TIME, position, action)
    return action


def replay(acts: Sequence[Act]) -> Ticket:
    """The ticket that `acts` make; holds them to the table and to the order of time.

    Raises NotAllowed naming the position (from 0) of the first act that cannot be, InvalidMessage
    when needed data is missing or wrong. What concerns clocks is refused by `clocks.admit`.
    """
    ticket: Ticket | None = None
    for position, act in enumerate(acts):
        state, last = (ticket.state, ticket.last_at) if ticket else (None, None)
        action = checked(position, state, last, act)
        with located(position, action):
            ticket = _after(ticket, act, action) if ticket else _opened(act)
    if ticket is None:
        raise NotAllowed("a history begins with an open event; this one is empty")
    return replace(ticket, acts=len(acts), evidence=evidence_of(acts), promises=promises_of(acts))


def allowed(ticket: Ticket) -> tuple[Action, ...]:
    """The actions that the table allows next."""
    return actions_from(ticket.state)


def evidence_of(acts: Sequence[Act]) -> tuple[Piece, ...]:
    """All evidence on record that no strike has taken away, in the order of recording."""
    struck = {whole(act.data, "event") for act in acts if act.action == Action.STRIKE}
    pieces = (
        _piece(position, act)
        for position, act in enumerate(acts)
        if act.action in EVIDENCE_ACTIONS and position not in struck
    )
    return tuple(piece for piece in pieces if piece)


def _piece(position: int, act: Act) -> Piece | None:
    action = Action(act.action)
    with located(position, action):
        return piece_of(position, act, action)


def _opened(act: Act) -> Ticket:
    return Ticket(
        state=State.TRIAGE,
        round=1,
        grade=Severity(grade_in(act.data)),
        emergency=flag(act.data, "emergency"),
        event=word_or_none(act.data, "event"),
        first_posted_at=moment_or_none(act.data, "first_posted_at"),
        discovered_at=moment(act.data, "discovered_at"),
        opened_at=act.at,
        last_at=act.at,
        acts=1,
    )


def _after(ticket: Ticket, act: Act, action: Action) -> Ticket:
    state = TABLE[ticket.state, action]
    changed = replace(ticket, state=state, last_at=act.at, acts=ticket.acts + 1)
    change = _CHANGES.get(action)
    return change(changed, act) if change else changed


def _graded(ticket: Ticket, act: Act) -> Ticket:
    grade, emergency = Severity(grade_in(act.data)), flag(act.data, "emergency")
    return replace(ticket, grade=grade, emergency=emergency)


def _assigned(ticket: Ticket, act: Act) -> Ticket:
    co_units = act.data.get("co_units")
    names = co_units if isinstance(co_units, list | tuple) else ticket.co_units
    return replace(
        ticket,
        unit=word_or_none(act.data, "unit"),
        co_units=tuple(str(name) for name in names),
        assigned_at=act.at,
        acknowledged_at=None,
    )


def _reopened(ticket: Ticket, _act: Act) -> Ticket:
    fresh = replace(ticket, round=ticket.round + 1, returns=0, merged_into=None)
    return replace(fresh, unit=None, co_units=(), assigned_at=None, acknowledged_at=None)


def _absorbing(ticket: Ticket, act: Act) -> Ticket:
    theirs, ours = moment_or_none(act.data, "first_posted_at"), ticket.first_posted_at
    known = [time for time in (ours, theirs) if time is not None]
    discovered = moment_or_none(act.data, "discovered_at") or ticket.discovered_at
    return replace(
        ticket,
        first_posted_at=min(known, default=None),
        discovered_at=min(ticket.discovered_at, discovered),
        absorbed=(*ticket.absorbed, word_or_none(act.data, "from") or ""),
    )


def _acknowledged(ticket: Ticket, act: Act) -> Ticket:
    return replace(ticket, acknowledged_at=act.at)


def _returned(ticket: Ticket, _act: Act) -> Ticket:
    return replace(ticket, returns=ticket.returns + 1)


def _merged(ticket: Ticket, act: Act) -> Ticket:
    return replace(ticket, merged_into=word_or_none(act.data, "into"))


_CHANGES: Mapping[Action, Callable[[Ticket, Act], Ticket]] = MappingProxyType(
    {
        Action.GRADE: _graded,
        Action.ASSIGN: _assigned,
        Action.REASSIGN: _assigned,
        Action.ACKNOWLEDGE: _acknowledged,
        Action.RETURN: _returned,
        Action.REOPEN: _reopened,
        Action.MERGE: _merged,
        Action.ABSORB: _absorbing,
    }
)
