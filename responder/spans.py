"""One clock from its start to its stop or its freezing, as the ledger has it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from responder.ledger import Ledger, Mark, Round, Spell
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.jurisdiction import ClockRule, ClockStart, Numbering, StoppedBy

_STEP_KINDS = frozenset({StoppedBy.ACKNOWLEDGE, StoppedBy.VERIFY})


@dataclass(frozen=True, slots=True)
class Span:
    """`runs_from` is the position of the act or piece that starts it, `stop` the piece or step
    that stops it (at its own time), `frozen` the act that dropped it."""

    rule: ClockRule
    round: int
    seq: int | None
    runs_from: int
    start: datetime
    due: datetime
    stop: Mark | None
    frozen: Mark | None

    @property
    def open(self) -> bool:
        """True when it is asked for and not stopped."""
        return self.stop is None and self.frozen is None

    @property
    def until(self) -> datetime | None:
        """When it stopped, or else was dropped; None while it is open."""
        ended = self.stop or self.frozen
        return ended.at if ended else None


def every_span(ledger: Ledger) -> Iterator[Span]:
    """Every clock that was ever asked for and has started, round by round."""
    for round_ in ledger.rounds:
        for name, spells in round_.spells.items():
            rule = ledger.rules[name]
            if rule.numbering is Numbering.ONCE:
                yield from _once(ledger, round_, rule, spells)
            elif rule.numbering is Numbering.PER_ASSIGNMENT:
                yield from _assigned(ledger, round_, rule, spells)
            else:
                yield from _cadence(ledger, round_, rule, spells)


def standing(ledger: Ledger, name: str) -> Span | None:
    """The clock `name` that is asked for and unstopped now, None when there is none such."""
    rule, round_ = ledger.rules.get(name), ledger.round
    if rule is None or not round_.asks(name):
        return None
    spells = round_.spells[name]
    if rule.numbering is Numbering.ONCE:
        span = next(_once(ledger, round_, rule, spells), None)
    elif rule.numbering is Numbering.PER_ASSIGNMENT:
        count = len(round_.assigns)
        span = _numbered(ledger, round_, rule, count, spells[-1]) if count else None
    else:
        span = _last_of_cadence(ledger, round_, rule, spells)
    return span if span and span.open else None


def _once(ledger: Ledger, round_: Round, rule: ClockRule, spells: list[Spell]) -> Iterator[Span]:
    start = _start(ledger, round_, rule, spells)
    if start is None:
        return
    begun = round_.assigns[0] if rule.start is ClockStart.ASSIGNED else round_.begun
    frozen = spells[-1].end
    if frozen and frozen.position < begun.position:
        return  # dropped before it had begun, so it stays as absent as it was
    stop = ledger.shelf.first(rule.stopped_by, _from(rule, start, begun), frozen)
    # An extension belongs to the clock of this round, wherever a merger has moved its start.
    yield _span(ledger, round_, rule, None, Mark(start, round_.begun.position), stop, frozen)


def _start(ledger: Ledger, round_: Round, rule: ClockRule, spells: list[Spell]) -> datetime | None:
    if rule.start is ClockStart.ASSIGNED:
        return round_.assigns[0].at if round_.assigns else None
    if round_.number > 1:
        return round_.begun.at
    if rule.start is ClockStart.GRADED:
        return spells[0].begun.at
    first_posted = rule.start is ClockStart.FIRST_POSTED
    return (ledger.first_posted if first_posted else ledger.discovered).at


def _from(rule: ClockRule, start: datetime, begun: Mark) -> Mark:
    # Evidence counts by its own time alone; a step only when taken after what asked for it.
    return Mark(start, begun.position if rule.stopped_by in _STEP_KINDS else -1)


def _assigned(
    ledger: Ledger, round_: Round, rule: ClockRule, spells: list[Spell]
) -> Iterator[Span]:
    begins = [spell.begun.position for spell in spells]
    ends = [mark.position for mark in round_.assigns[1:]]
    for number, until in enumerate((*ends, None), start=1):
        last = len(begins) if until is None else bisect_left(begins, until)
        if number <= len(round_.assigns) and last:
            span = _numbered(ledger, round_, rule, number, spells[last - 1])
            if span:
                yield span


def _numbered(
    ledger: Ledger, round_: Round, rule: ClockRule, number: int, spell: Spell
) -> Span | None:
    """Number `number` of a clock that runs anew with each assignment; `spell` is the last one
    that began before the next assignment. None when it was not asked for meanwhile."""
    begun = round_.assigns[number - 1]
    if spell.end and spell.end.position < begun.position:
        return None
    superseded = round_.assigns[number] if number < len(round_.assigns) else None
    ends = [mark for mark in (superseded, spell.end) if mark]
    frozen = min(ends, key=lambda mark: mark.position, default=None)
    stop = ledger.shelf.first(rule.stopped_by, _from(rule, begun.at, begun), frozen)
    return _span(ledger, round_, rule, number, begun, stop, frozen)


def _cadence(ledger: Ledger, round_: Round, rule: ClockRule, spells: list[Spell]) -> Iterator[Span]:
    start = _start(ledger, round_, rule, spells)
    if start is None:
        return
    frozen = spells[-1].end
    marks = ledger.shelf.every(rule.stopped_by, Mark(start, -1), frozen)
    for number, mark in enumerate(marks, start=1):
        stop = marks[number] if number < len(marks) else None
        yield _span(ledger, round_, rule, number, mark, stop, frozen)


def _last_of_cadence(
    ledger: Ledger, round_: Round, rule: ClockRule, spells: list[Spell]
) -> Span | None:
    start = _start(ledger, round_, rule, spells)
    latest = start and ledger.shelf.latest(rule.stopped_by, Mark(start, -1))
    return _span(ledger, round_, rule, latest[0], latest[1], None, None) if latest else None


def _span(
    ledger: Ledger,
    round_: Round,
    rule: ClockRule,
    seq: int | None,
    begun: Mark,
    stop: Mark | None,
    frozen: Mark | None,
) -> Span:
    return Span(
        rule=rule,
        round=round_.number,
        seq=seq,
        runs_from=begun.position,
        start=begun.at,
        due=_due(ledger, round_, rule, begun),
        stop=stop,
        frozen=frozen,
    )


def _due(ledger: Ledger, round_: Round, rule: ClockRule, begun: Mark) -> datetime:
    granted = ledger.extensions.get((rule.name, round_.number, begun.position))
    try:
        return granted[-1].at if granted else ledger.policy.due(rule, begun.at)
    except OverflowError as error:
        raise InvalidMessage(f"{rule.name} would be due after the year 9999") from error
