"""Whether a published post is likely the answer to a matter: topic, place and words together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from yuqing.domain.post import Post
from yuqing.domain.text import tokens
from yuqing.domain.verdict import Verdict

LIKELY = 0.55
LEAST_WORDS = 0.2
_CONFERENCE = ("新闻发布会", "新闻通气会", "媒体通气会")


@dataclass(frozen=True, slots=True)
class Matter:
    """What a ticket is about, as far as matching needs it; `texts` are of its title and posts."""

    ticket_id: str
    topic: str
    places: tuple[str, ...]
    first_posted_at: datetime
    texts: tuple[str, ...]


def likeness(post: Post, verdict: Verdict, matter: Matter) -> tuple[float, tuple[str, ...]]:
    """How likely `post` answers `matter`, 0..1, and why; 0 for what was published before it."""
    if post.first_known_at < matter.first_posted_at:
        return 0.0, ()
    words = max((shared(text, post.text) for text in matter.texts), default=0.0)
    if words < LEAST_WORDS:
        return 0.0, ()
    score, reasons = 0.4 * min(words / 0.6, 1.0), [f"用语相近 {words:.0%}"]
    if matter.topic in {verdict.topic.value, *(topic.value for topic in verdict.also)}:
        score, reasons = score + 0.25, [*reasons, "主题相同"]
    common = [place for place in matter.places if place in verdict.places or place in post.text]
    if common:
        score, reasons = score + 0.35, [*reasons, f"涉及同一地点：{'、'.join(common)}"]
    return score, tuple(reasons)


def shared(asked: str, answer: str) -> float:
    """The share of the token pairs of `asked` that `answer` has too, 0..1."""
    pairs = _pairs(asked)
    return len(pairs & _pairs(answer)) / len(pairs) if pairs else 0.0


def kind_of(post: Post) -> str:
    """`press_conference` when the post tells of one, else `publish`."""
    return "press_conference" if any(word in post.text for word in _CONFERENCE) else "publish"


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    # Every official post is held against the same open tickets.
    return frozenset(pairwise(tokens(text)))
