"""How an offered publication becomes evidence: at its own time, with its copy, by a human."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from responder.act import Act
from responder.answers import Offer, decide
from responder.copies import plain
from responder.filled import text_of
from responder.people import Person
from responder.stored import Stored


def evidence_of_offer(
    offer: Offer, person: Person, speaker: str, principal: bool, kind: str, now: datetime
) -> Act:
    """The act that puts an accepted offer on record; `principal`: 主要负责人 spoke in person."""
    post = offer.post
    own_time = "held_at" if kind == "press_conference" else "published_at"
    data: dict[str, object] = {
        own_time: post.first_known_at.isoformat(),
        "channel": post.source,
        "official": True,
        "speaker": text_of("speaker", speaker, 100),
        "principal": principal,
        "url": post.url,
        "snapshot": plain(post),
        "sha256": offer.sha256,
        "offer": offer.offer_id,
    }
    return Act(now, person.login, kind, data)


def settling(
    offer: Offer, person: Person, now: datetime, state: str = "accepted"
) -> Callable[[Connection, Stored], None]:
    """What settles `offer` as `state` in the transaction that records its act."""

    def beside(connection: Connection, stored: Stored) -> None:
        position = stored.version - 1
        decide(connection, offer.offer_id, state, person.login, now, position)

    return beside
