"""What may be the answer to a ticket, as shown to whoever decides on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A published post that may be the answer; a human accepts or refuses it."""

    offer_id: int
    ticket_id: str
    ticket_title: str
    kind: str
    score: float
    reasons: tuple[str, ...]
    post_id: str
    source: str
    title: str
    body: str
    url: str
    author: str
    published_at: datetime
    state: str
    offered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
