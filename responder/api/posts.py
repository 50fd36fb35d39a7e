"""A post as the API shows it: personal numbers masked, its verdict beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from responder.explanation import Span, shown
from responder.labels import GRADES, TOPICS, named
from responder.lines.masking import shown_places
from stream.messages import Judged


@dataclass(frozen=True, slots=True)
class PostFound:
    """One post of a search, personal numbers masked."""

    post_id: str
    source: str
    owner: str
    title: str
    body: str
    url: str
    published_at: datetime
    relevant: bool
    topic: str
    topic_zh: str
    severity: int
    severity_zh: str
    rumour_risk: float
    places: tuple[str, ...]
    likes: int | None
    reposts: int | None
    comments: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a post. `also`: further topics; `emergency` is natural, accident, health,
    social or null; `confirmed_by` is null while only the machine has judged. `spans` point into
    title, line break, body (the title alone where there is no body)."""

    relevant: bool
    topic: str
    also: tuple[str, ...]
    severity: int
    emergency: str | None
    disposition: str
    places: tuple[str, ...]
    rumour_risk: float
    confidence: float
    model: str
    confirmed_by: str | None
    confirmed_at: datetime | None
    spans: tuple[Span, ...]


def post_found(hit: Judged) -> PostFound:
    """One hit of the index."""
    post, verdict, sighting = hit.post, hit.verdict, hit.sighting
    told = shown(post, ())
    return PostFound(
        post_id=post.post_id,
        source=post.source,
        owner=post.owner,
        title=told.text[: told.title],
        body=told.text[told.body :],
        url=post.url,
        published_at=post.first_known_at,
        relevant=verdict.relevant,
        topic=verdict.topic,
        topic_zh=named(TOPICS, verdict.topic),
        severity=int(verdict.severity),
        severity_zh=GRADES[verdict.severity],
        rumour_risk=verdict.rumour_risk,
        places=shown_places(verdict.places),
        likes=sighting.likes,
        reposts=sighting.reposts,
        comments=sighting.comments,
    )


def verdict_shown(judged: Judged) -> Verdict:
    """The whole verdict, and the words that carried it."""
    said = judged.verdict
    return Verdict(
        relevant=said.relevant,
        topic=said.topic,
        also=said.also,
        severity=int(said.severity),
        emergency=said.emergency,
        disposition=said.disposition,
        places=shown_places(said.places),
        rumour_risk=said.rumour_risk,
        confidence=said.confidence,
        model=said.model,
        confirmed_by=said.confirmed_by,
        confirmed_at=said.confirmed_at,
        spans=shown(judged.post, said.evidence).spans,
    )
