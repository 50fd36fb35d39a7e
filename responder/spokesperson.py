"""第一新闻发言人: who should speak in person, and whether the one who spoke is that person."""

from __future__ import annotations

from collections.abc import Sequence

from responder.routing import territories_of
from responder.ticket import Ticket
from yuqing.domain.conduct import Voice
from yuqing.domain.jurisdiction import Jurisdiction, Unit
from yuqing.domain.roster import Contact
from yuqing.domain.text import normalise


def first_spokespeople(
    jurisdiction: Jurisdiction,
    ticket: Ticket,
    places: Sequence[str] = (),
    topic: str | None = None,
) -> tuple[Contact, ...]:
    """Who should speak, the first to be asked first.

    The principal of the responsible unit (of the coordinator while none is assigned), or whom the
    file names instead for this unit or `topic`; for a grave emergency before that the principal
    of each place concerned, or of the whole government where no place is known. Where the file
    says `street_principal_always` a grave emergency is the head's alone.
    """
    conduct, coordinator = jurisdiction.spokespeople, jurisdiction.unit(jurisdiction.coordinator)
    unit = (jurisdiction.unit(ticket.unit) if ticket.unit else None) or coordinator
    usual = [_voice(conduct.voices, unit, topic)] if unit else []
    if not ticket.grave_emergency:
        return tuple(usual)
    if conduct.street_principal_always and conduct.head:
        return (conduct.head,)
    places_own = [one.principal for one in territories_of(jurisdiction, places)]
    head = conduct.head or (coordinator.principal if coordinator else None)
    first = places_own or ([head] if head else [])
    return tuple(dict.fromkeys((*first, *usual)))


def speaks_as_principal(
    jurisdiction: Jurisdiction,
    ticket: Ticket,
    speaker: str,
    places: Sequence[str] = (),
    topic: str | None = None,
) -> bool:
    """True when `speaker`, as recorded, is one of the first spokespeople, by name.

    A delegate is on record under their own name and does not count.
    """
    said = normalise(speaker)
    people = first_spokespeople(jurisdiction, ticket, places, topic)
    return bool(said) and any(normalise(person.name) == said for person in people)


def _voice(voices: Sequence[Voice], unit: Unit, topic: str | None) -> Contact:
    """The most particular exception: for unit and topic, for the unit, for the topic."""
    fitting = [
        voice
        for voice in voices
        if voice.unit in (None, unit.code) and voice.topic in (None, topic)
    ]
    fitting.sort(key=lambda voice: (voice.unit is None, voice.topic is None))
    return fitting[0].contact if fitting else unit.principal
