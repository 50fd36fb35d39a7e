"""第一新闻发言人: who should speak in person, and whether the one who spoke is that person."""

from __future__ import annotations

from collections.abc import Sequence

from responder.routing import territories_of
from responder.ticket import Ticket
from yuqing.domain.jurisdiction import Contact, Jurisdiction
from yuqing.domain.text import normalise


def first_spokespeople(
    jurisdiction: Jurisdiction, ticket: Ticket, places: Sequence[str] = ()
) -> tuple[Contact, ...]:
    """Who should speak, the first to be asked first.

    The principal of the responsible unit (of the coordinator while none is assigned); for a
    grave emergency before that the principal of each place concerned, or of the coordinator
    where no place is known.
    """
    coordinator = jurisdiction.unit(jurisdiction.coordinator)
    responsible = jurisdiction.unit(ticket.unit) if ticket.unit else None
    units = [responsible or coordinator]
    if ticket.grave_emergency:
        units = [*(territories_of(jurisdiction, places) or (coordinator,)), *units]
    return tuple(dict.fromkeys(unit.principal for unit in units if unit))


def speaks_as_principal(
    jurisdiction: Jurisdiction, ticket: Ticket, speaker: str, places: Sequence[str] = ()
) -> bool:
    """True when `speaker`, as recorded, is one of the first spokespeople, by name.

    A delegate is on record under their own name and does not count.
    """
    said = normalise(speaker)
    people = first_spokespeople(jurisdiction, ticket, places)
    return bool(said) and any(normalise(person.name) == said for person in people)
