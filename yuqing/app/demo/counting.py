"""What a demo saw, counted from what its stages left behind."""

from __future__ import annotations

from sqlalchemy import func, select

from responder import schema
from stream.index import Search
from stream.sql import reading
from stream.topics import DEAD, POSTS_JUDGED, POSTS_RAW
from yuqing.app import wiring
from yuqing.app.settings import Settings

MUST_BE_SEEN = ("crawled", "judged", "indexed", "events", "tickets", "escalations")
_ALL = 10_000_000


def seen(settings: Settings) -> dict[str, int]:
    """How much was crawled, judged, indexed, grouped, opened, escalated and refused."""
    bus, index = wiring.bus(settings), wiring.index(settings)
    try:
        counts = {
            "crawled": len(bus.read(POSTS_RAW.name, {}, _ALL)),
            "judged": len(bus.read(POSTS_JUDGED.name, {}, _ALL)),
            "indexed": index.search(Search(size=1, facets=False)).total,
            "dead": len(bus.read(DEAD.name, {}, _ALL)),
        }
    finally:
        index.close()
        bus.close()
    return counts | _tickets(settings)


def _tickets(settings: Settings) -> dict[str, int]:
    escalated = schema.ticket_events.c.action == "escalate"
    asked = {
        "events": select(func.count()).select_from(schema.event_copies),
        "tickets": select(func.count()).select_from(schema.tickets),
        "escalations": select(func.count()).select_from(schema.ticket_events).where(escalated),
    }
    with reading(wiring.tickets_engine(settings)).begin() as connection:
        return {name: int(connection.execute(q).scalar_one()) for name, q in asked.items()}
