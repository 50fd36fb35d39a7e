"""Judged posts as the console shows them: masked, in Chinese, with what the verdict rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from responder.labels import EMERGENCIES, GRADES, TOPICS, named
from stream.messages import Judged
from yuqing.domain.post import Sighting
from yuqing.domain.text import clean, mask
from yuqing.domain.verdict import Evidence

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
    fresh: bool = False


def card_of(judged: Judged, sources: Mapping[str, str], whole: bool = False) -> PostCard:
    """`judged` as a card; the body cut to 400 characters unless `whole`."""
    post, verdict = judged.post, judged.verdict
    split = len(post.title) + 1 if post.title and post.body else 0
    title = _marked(post.title, verdict.evidence, 0) if post.title else Markup("")
    body = post.body if whole else post.body[:LONGEST]
    return PostCard(
        post_id=post.post_id,
        source=sources.get(post.source, post.source),
        owner=post.owner.value,
        author=mask(clean(post.author)),
        title=title,
        body=_marked(body, verdict.evidence, split if post.title else 0),
        published_at=post.first_known_at,
        seen_at=post.seen_at,
        relevant=verdict.relevant,
        topic_zh=named(TOPICS, verdict.topic.value),
        severity=int(verdict.severity),
        severity_zh=GRADES[int(verdict.severity)],
        emergency_zh=named(EMERGENCIES, verdict.emergency and verdict.emergency.value),
        rumour=int(verdict.rumour_risk * 100) if verdict.rumour_risk >= 0.5 else 0,
        revised=post.revises is not None,
        counts=_counts(judged.sighting),
        why="、".join(dict.fromkeys(e.rule for e in verdict.evidence if e.what == "severity")),
    )


def _counts(sighting: Sighting) -> str:
    pairs = (("赞", sighting.likes), ("转", sighting.reposts), ("评", sighting.comments))
    return " · ".join(f"{name} {count}" for name, count in pairs if count)


def _marked(text: str, evidence: tuple[Evidence, ...], offset: int) -> Markup:
    """`text` masked and escaped, with the spans of `evidence` that fall into it marked."""
    hidden = mask(text)
    cuts = sorted(
        (max(0, e.start - offset), min(len(text), e.end - offset), e.rule)
        for e in evidence
        if e.start - offset < len(text) and e.end - offset > 0
    )
    out, at = Markup(""), 0
    for start, end, rule in cuts:
        if start < at:
            continue
        out += escape(clean(hidden[at:start]))
        out += Markup('<mark title="{}">{}</mark>').format(rule, clean(hidden[start:end]))
        at = end
    return out + escape(clean(hidden[at:]))
