"""Whom a ticket waits for: reviewers, units asked in a 会商, who publishes, who reports up.

A queue is only where to look: who may do what, the history and the jurisdiction say at that moment.
Pure but for `keep_waits`, which writes the queues beside the act that changed them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from responder.act import Act
from responder.consultation import consultations
from responder.people import Person, Role
from responder.reporting import told
from responder.review import WITHOUT_STEPS, Review, review_of
from responder.schema_lists import ticket_waits
from responder.stored import Stored
from responder.transitions import State
from responder.voice import releasing_unit
from yuqing.domain.jurisdiction import Jurisdiction

REVIEW, OPINION, PUBLISH, REPORT, RECEIPT = "review", "opinion", "publish", "report", "receipt"
Waits = Callable[[Stored, Sequence[Act]], frozenset[str]]
"""(the ticket, its whole history) to whom it waits for."""


def waits_in(jurisdiction: Jurisdiction) -> Waits:
    """What `jurisdiction` asks of people at each moment of a ticket's life."""

    def found(stored: Stored, acts: Sequence[Act]) -> frozenset[str]:
        return frozenset(_waits(stored, acts, jurisdiction)) if stored.ticket.is_open else _NONE

    return found


def queues_of(person: Person, kind: str) -> tuple[str, ...]:
    """Where what waits for `person` is to be found."""
    whom = [] if person.role is Role.UNIT else [person.role.value]
    whom += [f"unit:{person.unit}"] if person.unit else []
    names = [kind] if kind in (REPORT, RECEIPT) else [f"{kind}:{one}" for one in whom]
    return tuple(_queue(person.jurisdiction, name) for name in names)


def keep_waits(
    connection: Connection, stored: Stored, opened_at: datetime, found: frozenset[str]
) -> None:
    """Renew the ticket's queues, within the caller's transaction."""
    wanted = {_queue(home, name) for home in (None, stored.jurisdiction) for name in found}
    mine = ticket_waits.c.ticket_id == stored.ticket_id
    known = set(connection.execute(select(ticket_waits.c.queue).where(mine)).scalars())
    if gone := known - wanted:
        connection.execute(delete(ticket_waits).where(mine, ticket_waits.c.queue.in_(gone)))
    if new := sorted(wanted - known):
        rest = {"ticket_id": stored.ticket_id, "opened_at": opened_at}
        connection.execute(insert(ticket_waits), [{"queue": queue} | rest for queue in new])


_NONE: frozenset[str] = frozenset()


def _queue(jurisdiction: str | None, name: str) -> str:
    return f"{jurisdiction or ''}!{name}"


def _waits(stored: Stored, acts: Sequence[Act], home: Jurisdiction) -> Iterator[str]:
    ticket = stored.ticket
    if ticket.state is State.IN_REVIEW and (review := review_of(ticket, acts, home.review)):
        yield from _reviewers(stored, acts, review)
    rounds = consultations(acts)
    if rounds and rounds[-1].open:
        yield from (f"{OPINION}:unit:{unit}" for unit in rounds[-1].silent)
    reports = [one for one in told(stored, acts, home) if one.required]
    if any(one.position is None for one in reports):
        yield REPORT
    if any(one.position is not None and not one.receipt for one in reports):
        yield RECEIPT


def _reviewers(stored: Stored, acts: Sequence[Act], review: Review) -> Iterator[str]:
    ticket, step = stored.ticket, review.next_step
    if review.complete:
        yield f"{PUBLISH}:unit:{releasing_unit(ticket, acts)}"
    elif step is None:
        yield from (f"{REVIEW}:{role.value}" for role in WITHOUT_STEPS)
    elif step.by == Role.UNIT.value:
        yield from (f"{REVIEW}:unit:{unit}" for unit in (ticket.unit, *ticket.co_units) if unit)
    else:
        # A step is for a role or for a unit; which of the two a code is, the reader's own tells.
        yield from (f"{REVIEW}:{step.by}", f"{REVIEW}:unit:{step.by}")
