"""From the copies of events and posts to what is shown of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from responder import labels
from responder.copies import event_of, post_of, verdict_of
from responder.corrections import Correction
from responder.explanation import shown
from responder.lines.masking import shown_places
from responder.readmodels.events import EventLine, PostLine
from yuqing.domain.decision import confirmed
from yuqing.domain.text import discreet


def event_line(snapshot: Any, ticket_id: str | None) -> EventLine:
    """One event from its copy."""
    event = event_of(snapshot)
    return EventLine(
        event_id=event.event_id,
        jurisdiction=event.jurisdiction,
        version=event.version,
        title=discreet(event.title),
        topic=event.topic.value,
        topic_zh=labels.named(labels.TOPICS, event.topic),
        severity=int(event.severity),
        severity_zh=labels.GRADES[event.severity],
        emergency=event.emergency,
        emergency_zh=labels.named(labels.EMERGENCIES, event.emergency),
        disposition_zh=labels.named(labels.DISPOSITIONS, event.disposition),
        rumour_risk=event.rumour_risk,
        places=shown_places(event.places),
        posts=len(event.post_ids),
        first_posted_at=event.first_posted_at,
        first_seen_at=event.first_seen_at,
        last_posted_at=event.last_posted_at,
        heat=event.heat,
        ticket_id=ticket_id,
    )


def post_line(row: Row[Any], said: Correction | None = None) -> PostLine:
    """One copied post, and what people `said` of it since."""
    post, verdict = post_of(row.post), verdict_of(row.verdict)
    if said is not None:
        verdict = confirmed(verdict, said.after, said.who, said.at)
    told = shown(post, verdict.evidence)
    return PostLine(
        post_id=post.post_id,
        source=post.source,
        owner=post.owner,
        title=told.text[: told.title],
        body=told.text[told.body :],
        url=post.url,
        author=discreet(post.author),
        published_at=post.published_at,
        seen_at=post.seen_at,
        topic_zh=labels.named(labels.TOPICS, verdict.topic),
        severity=int(verdict.severity),
        severity_zh=labels.GRADES[verdict.severity],
        sha256=row.sha256,
        relevant=verdict.relevant,
        spans=told.spans,
        confirmed_by=verdict.confirmed_by or "",
    )
