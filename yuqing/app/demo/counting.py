"""What a demo saw, counted from what its stages left behind."""

from __future__ import annotations

from sqlalchemy import func, select

from responder import schema
from stream.bus import Bus
from stream.codec import decode
from stream.dead import list_dead, read_all
from stream.index import Search
from stream.messages import Seen
from stream.sql import reading
from stream.topics import POSTS_JUDGED, POSTS_RAW
from yuqing.app import wiring
from yuqing.app.settings import Settings

MUST_BE_SEEN = ("crawled", "judged", "indexed", "events", "tickets", "escalations")
_ALL = 10_000_000


def seen(settings: Settings) -> dict[str, int]:
    """How much was crawled, judged, indexed, grouped, opened, escalated and refused."""
    bus, index = wiring.bus(settings), wiring.index(settings)
    try:
        counts = {
            "crawled": _posts(bus, POSTS_RAW.name),
            "judged": _posts(bus, POSTS_JUDGED.name),
            "indexed": index.search(Search(size=1, facets=False)).total,
            "dead": len(list_dead(bus, _ALL)),
        }
    finally:
        index.close()
        bus.close()
    return counts | _tickets(settings)


def _posts(bus: Bus, topic: str) -> int:
    """Posts and revisions on `topic`; further sightings of a known post are not counted."""
    values = (record.value for record in read_all(bus, topic))
    return sum(not isinstance(decode(value), Seen) for value in values)


def _tickets(settings: Settings) -> dict[str, int]:
    escalated = schema.ticket_events.c.action == "escalate"
    asked = {
        "events": select(func.count()).select_from(schema.event_copies),
        "tickets": select(func.count()).select_from(schema.tickets),
        "escalations": select(func.count()).select_from(schema.ticket_events).where(escalated),
    }
    with reading(wiring.tickets_engine(settings)).begin() as connection:
        return {name: int(connection.execute(q).scalar_one()) for name, q in asked.items()}
