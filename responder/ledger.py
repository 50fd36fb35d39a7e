"""What the clocks need of a history, taken in act by act, so that no question walks it again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from responder.act import Act
from responder.evidence import STEPS, Piece, piece_of
from responder.fields import Data, flag, grade_in, moment, moment_or_none, whole, word, word_or_none
from responder.promises import PROMISE_ACTIONS, promise_name
from responder.transitions import ROUND_ENDS, Action
from yuqing.domain.jurisdiction import ClockRule, Policy, StoppedBy

_LAST = 1 << 62
_NEVER = datetime.max.replace(tzinfo=UTC)


class Mark(NamedTuple):
    """A place in the history: the moment and the position of an act, in that order."""

    at: datetime
    position: int


@dataclass(slots=True)
class Spell:
    """A stretch of a round during which a clock is asked for; `end` is None while it lasts."""

    begun: Mark
    end: Mark | None = None


@dataclass(slots=True)
class Round:
    """One round: when it began and ended, its assignments, and when which clock was asked for."""

    number: int
    begun: Mark
    assigns: list[Mark] = field(default_factory=list)
    spells: dict[str, list[Spell]] = field(default_factory=dict)
    waived: set[str] = field(default_factory=set)
    evidence: set[int] = field(default_factory=set)

    def asks(self, clock: str) -> bool:
        """True while `clock` is asked for."""
        spells = self.spells.get(clock, [])
        return bool(spells) and spells[-1].end is None


class Shelf:
    """The evidence on record that may stop clocks, by kind, each in order of its own time."""

    def __init__(self, kinds: Iterable[StoppedBy]) -> None:
        self._kinds: dict[StoppedBy, list[Mark]] = {kind: [] for kind in kinds}

    def add(self, piece: Piece) -> None:
        """Puts on record what may count; a piece from after its own recording never does."""
        if piece.timely:
            for kind, marks in self._kinds.items():
                if piece.stops(kind):
                    insort(marks, Mark(piece.at, piece.position))

    def add_step(self, kind: StoppedBy, mark: Mark) -> None:
        """Puts on record an internal step, for the local clocks that one stops."""
        if kind in self._kinds:
            self._kinds[kind].append(mark)

    def strike(self, piece: Piece) -> None:
        """Takes `piece` from every clock."""
        mark = Mark(piece.at, piece.position)
        for marks in self._kinds.values():
            index = bisect_left(marks, mark)
            if index < len(marks) and marks[index] == mark:
                del marks[index]

    def first(self, kind: StoppedBy, start: Mark, frozen: Mark | None) -> Mark | None:
        """The earliest of `kind` from `start` on that was recorded before `frozen`."""
        marks = self._kinds[kind]
        index = bisect_left(marks, start)
        while index < len(marks):
            mark = marks[index]
            if frozen is None or mark.position < frozen.position:
                return mark
            # What is later than the freezing was recorded later still; of those with one
            # time the first was recorded first, so the others need no look.
            if mark.at > frozen.at:
                return None
            index = bisect_right(marks, Mark(mark.at, _LAST))
        return None

    def every(self, kind: StoppedBy, start: Mark, frozen: Mark | None) -> Sequence[Mark]:
        """All of `kind` from `start` on that were recorded before `frozen`, by their own time."""
        marks = self._kinds[kind]
        begin = bisect_left(marks, start)
        if frozen is None:
            return marks[begin:]
        end = bisect_right(marks, Mark(frozen.at, _LAST))
        return [mark for mark in marks[begin:end] if mark.position < frozen.position]

    def latest(self, kind: StoppedBy, start: Mark) -> tuple[int, Mark] | None:
        """How many of `kind` there are from `start` on, and the latest of them."""
        marks = self._kinds[kind]
        count = len(marks) - bisect_left(marks, start)
        return (count, marks[-1]) if count else None


class Ledger:
    """The digest of a history. `record` takes its acts in order, each already admitted.

    `first_posted` and `discovered` are those of the first round, with the act that told them;
    `unsettled` names the promises that are neither waived nor both kept and published.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rules = {rule.name: rule for rule in policy.clocks}
        self.shelf = Shelf({rule.stopped_by for rule in policy.clocks})
        self.rounds: list[Round] = []
        self.pieces: dict[int, Piece] = {}
        # By clock, round and the position of the act (or piece) that the clock runs from (one
        # piece may start a number in two rounds): each new due time with its granting act.
        self.extensions: dict[tuple[str, int, int], list[Mark]] = {}
        self.first_posted, self.discovered = Mark(_NEVER, 0), Mark(_NEVER, 0)
        self._grade, self._emergency = 0, False
        self._origin: str | None = None
        self._promises: dict[str, set[Action]] = {}
        self.unsettled: dict[str, None] = {}

    @property
    def round(self) -> Round:
        """The standing round, or the last one."""
        return self.rounds[-1]

    def record(self, position: int, act: Act, action: Action) -> None:
        """Takes in one act; an extension needs `extend` besides, which knows its clock.

        Raises InvalidMessage when data that the clocks use is missing or wrong.
        """
        mark = Mark(act.at, position)
        if action in (Action.OPEN, Action.GRADE):
            self._grade, self._emergency = grade_in(act.data), flag(act.data, "emergency")
        if action is Action.OPEN:
            moment(act.data, "discovered_at")
            self._origin = word_or_none(act.data, "origin")
        if action in (Action.OPEN, Action.ABSORB):
            self._discover(position, act.data)
        if action in (Action.OPEN, Action.REOPEN):
            self.rounds.append(Round(len(self.rounds) + 1, mark))
        if action in (Action.OPEN, Action.GRADE, Action.REOPEN):
            self._ask(mark)
        elif action in ROUND_ENDS:
            self._drop(self.rules, mark)
        elif action in (Action.ASSIGN, Action.REASSIGN):
            self.round.assigns.append(mark)
        else:
            self._record_proof(mark, act, action)

    def extend(self, clock: str, runs_from: int, due: Mark) -> None:
        """Gives this round's clock that runs from act or piece `runs_from` a later due time."""
        key = (clock, self.round.number, runs_from)
        self.extensions.setdefault(key, []).append(due)

    def _record_proof(self, mark: Mark, act: Act, action: Action) -> None:
        piece = piece_of(mark.position, act, action)
        if piece:
            self.pieces[mark.position] = piece
            self.round.evidence.add(mark.position)
            self.shelf.add(piece)
        elif action in STEPS:
            self.shelf.add_step(STEPS[action], mark)
        elif action is Action.STRIKE:
            self._strike(whole(act.data, "event"))
        elif action is Action.WAIVE:
            self.round.waived.add(word(act.data, "clock"))
            self._drop((word(act.data, "clock"),), mark)
        elif action in PROMISE_ACTIONS:
            self._promise(promise_name(act.data), action)

    def _promise(self, name: str, action: Action) -> None:
        ends = self._promises.setdefault(name, set())
        ends.add(action)
        if _settled(ends):
            self.unsettled.pop(name, None)
        else:
            self.unsettled[name] = None

    def _discover(self, position: int, data: Data) -> None:
        # Where nobody knows the first posting, the discovery is the earliest trace of it.
        discovered = moment_or_none(data, "discovered_at") or _NEVER
        first_posted = moment_or_none(data, "first_posted_at") or discovered
        self.discovered = min(self.discovered, Mark(discovered, position))
        self.first_posted = min(self.first_posted, Mark(first_posted, position))

    def _ask(self, mark: Mark) -> None:
        for name, rule in self.rules.items():
            if not self._asked(rule):
                self._drop((name,), mark)
            elif name not in self.round.waived and not self.round.asks(name):
                self.round.spells.setdefault(name, []).append(Spell(mark))

    def _asked(self, rule: ClockRule) -> bool:
        if rule.origins and self._origin not in rule.origins:
            return False
        return any(
            when.emergency == self._emergency and self._grade in when.grades
            for when in rule.asked_when
        )

    def _drop(self, clocks: Iterable[str], mark: Mark) -> None:
        for name in clocks:
            if self.round.asks(name):
                self.round.spells[name][-1].end = mark

    def _strike(self, position: int) -> None:
        self.shelf.strike(self.pieces[position])
        self.round.evidence.discard(position)


def _settled(ends: set[Action]) -> bool:
    kept = {Action.PROMISE_KEPT, Action.PROMISE_PUBLISHED} <= ends
    return kept or Action.PROMISE_WAIVED in ends or Action.PROMISE not in ends
