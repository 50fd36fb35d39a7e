"""From an offered answer to what is shown to whoever decides on it."""

from __future__ import annotations

from responder.answers import Offer
from responder.readmodels.offers import OfferLine
from yuqing.domain.text import discreet


def offer_line(offer: Offer, ticket_title: str) -> OfferLine:
    """One offer, for whoever decides on it."""
    post = offer.post
    return OfferLine(
        offer_id=offer.offer_id,
        ticket_id=offer.ticket_id,
        ticket_title=discreet(ticket_title),
        kind=offer.kind,
        score=offer.score,
        reasons=offer.reasons,
        post_id=post.post_id,
        source=post.source,
        title=discreet(post.title),
        body=discreet(post.body),
        url=post.url,
        author=discreet(post.author),
        published_at=post.first_known_at,
        state=offer.state,
        offered_at=offer.offered_at,
        decided_by=offer.decided_by,
        decided_at=offer.decided_at,
    )
