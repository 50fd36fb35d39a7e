"""Judged posts as the console shows them: masked, in Chinese, with what the verdict rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from responder.console.marks import body_of, title_of
from responder.explanation import shown
from responder.labels import DISPOSITIONS, EMERGENCIES, GRADES, TOPICS, named
from stream.messages import Judged
from yuqing.domain.post import Sighting
from yuqing.domain.text import discreet
from yuqing.domain.verdict import Evidence, Verdict

LONGEST = 400


@dataclass(frozen=True, slots=True)
class PostCard:
    """One post ready to show; `title` and `body` are escaped HTML with the evidence marked."""

    post_id: str
    source: str
    owner: str
    author: str
    title: Markup
    body: Markup
    published_at: datetime
    seen_at: datetime
    relevant: bool
    topic_zh: str
    severity: int
    severity_zh: str
    emergency_zh: str
    rumour: int
    revised: bool
    counts: str
    why: str
    also_zh: str
    disposition_zh: str
    places: str
    confidence: int
    risk: int
    confirmed_by: str
    fresh: bool = False


def card_of(judged: Judged, sources: Mapping[str, str], whole: bool = False) -> PostCard:
    """`judged` as a card; the body cut to 400 characters unless `whole`."""
    post, verdict = judged.post, judged.verdict
    told = shown(post, verdict.evidence, None if whole else LONGEST)
    return PostCard(
        post_id=post.post_id,
        source=sources.get(post.source, post.source),
        owner=post.owner.value,
        author=discreet(post.author),
        title=title_of(told),
        body=body_of(told),
        published_at=post.first_known_at,
        seen_at=post.seen_at,
        relevant=verdict.relevant,
        topic_zh=named(TOPICS, verdict.topic.value),
        severity=int(verdict.severity),
        severity_zh=GRADES[int(verdict.severity)],
        emergency_zh=named(EMERGENCIES, verdict.emergency and verdict.emergency.value),
        rumour=_shown_risk(verdict),
        revised=post.revises is not None,
        counts=_counts(judged.sighting),
        why="、".join(dict.fromkeys(_grounds(verdict.evidence))),
        also_zh="、".join(named(TOPICS, topic.value) for topic in verdict.also),
        disposition_zh=named(DISPOSITIONS, verdict.disposition.value),
        places="、".join(discreet(place) for place in verdict.places),
        confidence=int(verdict.confidence * 100),
        risk=int(verdict.rumour_risk * 100),
        confirmed_by=verdict.confirmed_by or "",
    )


def _grounds(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """What the grade rests on: a rule by its name, a word by itself."""
    for one in evidence:
        if one.what == "severity":
            word = one.rule.startswith("词表:")
            yield f"“{discreet(one.text)}”" if word else one.rule


def _shown_risk(verdict: Verdict) -> int:
    """The risk in per cent where it is worth a look: of what concerns the government, from half."""
    return int(verdict.rumour_risk * 100) if verdict.relevant and verdict.rumour_risk >= 0.5 else 0


def _counts(sighting: Sighting) -> str:
    pairs = (("赞", sighting.likes), ("转", sighting.reposts), ("评", sighting.comments))
    return " · ".join(f"{name} {count}" for name, count in pairs if count)
