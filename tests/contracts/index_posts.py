"""Posts for the tests and the benchmark of the index: short to write, and any number of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from stream.messages import Judged, Seen
from yuqing.domain.post import Owner, Post, Sighting
from yuqing.domain.verdict import Disposition, Severity, Topic, Verdict

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)


def judged(
    post_id: str,
    text: str = "清水镇的路灯坏了",
    at: datetime = NOON,
    *,
    title: str = "",
    source: str = "forum",
    owner: Owner = Owner.CITIZEN,
    topic: Topic = Topic.URBAN,
    severity: Severity = Severity.ORDINARY,
    relevant: bool = True,
    jurisdictions: tuple[str, ...] = ("qingshui",),
) -> Judged:
    """A judged post published at `at`, seen a minute later with 1 like."""
    place = f"{source}:{post_id}"
    seen_at = at + timedelta(minutes=1)
    url = f"http://127.0.0.1/{post_id}"
    post = Post(post_id, place, source, owner, title, text, url, "路人", at, seen_at, jurisdictions)
    verdict = Verdict(
        post_id=post_id,
        relevant=relevant,
        topic=topic,
        also=(),
        severity=severity,
        emergency=None,
        disposition=Disposition.NONE,
        rumour_risk=0.25,
        confidence=0.5,
        evidence=(),
        places=(),
        unit_kind_guess=None,
        model="test",
    )
    return Judged(post, Sighting(post_id, place, seen_at, likes=1), verdict, jurisdictions)


def seen(post: Judged, minutes: int, likes: int) -> Seen:
    """The same post seen again `minutes` after it was published."""
    at = post.post.first_known_at + timedelta(minutes=minutes)
    return Seen(replace(post.sighting, seen_at=at, likes=likes))
