"""Numbers of tickets without counting them: read from the tallies that every act keeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, select

from responder.schema_lists import ticket_tallies
from responder.transitions import OPEN_STATES


@dataclass(frozen=True, slots=True)
class Tallies:
    """Of one scope: `tickets` by state and grade, `clocks` of the open tickets' present rounds by
    status as they were last read."""

    tickets: Counter[tuple[str, int]]
    clocks: Counter[str]

    def by_state(self) -> Counter[str]:
        """Tickets by state, whatever their grade."""
        found: Counter[str] = Counter()
        for (state, _grade), number in self.tickets.items():
            found[state] += number
        return found

    def by_grade(self) -> Counter[int]:
        """Open tickets by grade."""
        found: Counter[int] = Counter()
        for (state, grade), number in self.tickets.items():
            if state in OPEN_STATES:
                found[grade] += number
        return found

    def number(self, open_only: bool | None, states: tuple[str, ...], grade_min: int) -> int:
        """How many are open (or not), in one of `states` if any are named, and graded so."""
        return sum(
            number
            for (state, grade), number in self.tickets.items()
            if open_only in (None, state in OPEN_STATES)
            and (not states or state in states)
            and grade >= grade_min
        )


def tallies_of(connection: Connection, scope: str | None) -> Tallies:
    """The tallies of a scope; of none, nothing."""
    found: Tallies = Tallies(Counter(), Counter())
    if scope is None:
        return found
    for row in connection.execute(select(ticket_tallies).where(ticket_tallies.c.scope == scope)):
        if row.number and row.kind == "state":
            found.tickets[row.name, row.grade] = row.number
        elif row.number:
            found.clocks[row.name] = row.number
    return found
