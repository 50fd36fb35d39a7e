"""What the engine refuses, act by act; who may act and whether review is done is the desk's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from responder.act import Act
from responder.fields import located, moment, whole, word
from responder.ledger import Ledger, Mark
from responder.refusals import Refusal, Refused
from responder.spans import standing
from responder.ticket import checked
from responder.transitions import TABLE, Action, State
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import ClockRule, Numbering, Policy


def admitted(acts: Sequence[Act], policy: Policy) -> Ledger:
    """The ledger of `acts`, every one held to the rules.

    Raises NotAllowed (a Refused) naming the position from 0, InvalidMessage for wrong data.
    """
    ledger = Ledger(policy)
    state: State | None = None
    last: datetime | None = None
    for position, act in enumerate(acts):
        action = checked(position, state, last, act)
        with located(position, action):
            _RULES.get(action, _fine)(ledger, position, act)
            ledger.record(position, act, action)
        state, last = TABLE[state, action], act.at
    if state is None:
        raise NotAllowed("a history begins with an open event; this one is empty")
    return ledger


def _fine(_ledger: Ledger, _position: int, _act: Act) -> None:
    return


def _settle(ledger: Ledger, position: int, _act: Act) -> None:
    if not ledger.round.evidence:
        raise Refused(Refusal.NO_EVIDENCE, position, Action.SETTLE)


def _close(ledger: Ledger, position: int, _act: Act) -> None:
    for name, rule in ledger.rules.items():
        if rule.numbering is not Numbering.CADENCE and standing(ledger, name):
            raise Refused(Refusal.CLOCK_OPEN, position, Action.CLOSE, clock=rule)
    for promise in ledger.unsettled:
        raise Refused(Refusal.PROMISE_OPEN, position, Action.CLOSE, promise=promise)


def _extend(ledger: Ledger, position: int, act: Act) -> None:
    name, due = word(act.data, "clock"), moment(act.data, "due")
    span, shown = standing(ledger, name), _shown(ledger, name)
    if span is None:
        raise Refused(Refusal.NOT_RUNNING, position, Action.EXTEND, clock=shown)
    if act.at >= span.due:
        raise Refused(Refusal.DUE_PASSED, position, Action.EXTEND, clock=shown)
    if due <= span.due:
        raise Refused(Refusal.DUE_NOT_LATER, position, Action.EXTEND, clock=shown)
    _approved_by_another(position, act)
    ledger.extend(name, span.runs_from, Mark(due, position))


def _waive(ledger: Ledger, position: int, act: Act) -> None:
    name = word(act.data, "clock")
    if standing(ledger, name) is None:
        raise Refused(Refusal.NOT_WAIVABLE, position, Action.WAIVE, clock=_shown(ledger, name))
    _approved_by_another(position, act)


def _strike(ledger: Ledger, position: int, act: Act) -> None:
    event = whole(act.data, "event")
    if event not in ledger.pieces:
        raise Refused(Refusal.NOT_EVIDENCE, position, Action.STRIKE, event=event)


def _approved_by_another(position: int, act: Act) -> None:
    # Who is missing here was asked for at the door; only the asker's own approval is refused.
    if act.data.get("approver") == act.who:
        raise Refused(Refusal.OWN_APPROVER, position, act.action)


def _shown(ledger: Ledger, name: str) -> ClockRule | str:
    return ledger.rules.get(name, name)


_RULES: Mapping[Action, Callable[[Ledger, int, Act], None]] = MappingProxyType(
    {
        Action.SETTLE: _settle,
        Action.CLOSE: _close,
        Action.EXTEND: _extend,
        Action.WAIVE: _waive,
        Action.STRIKE: _strike,
    }
)
