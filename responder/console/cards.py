"""Judged posts as the console shows them: masked, in Chinese, with what the verdict rests on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from responder.labels import EMERGENCIES, GRADES, TOPICS, named
from stream.messages import Judged
from yuqing.domain.post import Sighting
from yuqing.domain.text import clean, mask
from yuqing.domain.verdict import Evidence, Verdict

LONGEST = 400
BEYOND = 40  # a number that the cut would halve is masked whole
STRONG = frozenset({"severity", "emergency", "rumour_risk"})
WHAT = {
    "severity": "等级依据",
    "emergency": "突发事件依据",
    "rumour_risk": "不实风险依据",
    "topic": "议题依据",
    "disposition": "处置分类依据",
    "place": "地点",
    "relevant": "无关依据",
}
_MARK = Markup('<mark class="{}" title="{}">{}</mark>')


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
    title = _marked(post.title, verdict.evidence, 0, len(post.title)) if post.title else Markup("")
    most = len(post.body) if whole else LONGEST
    return PostCard(
        post_id=post.post_id,
        source=sources.get(post.source, post.source),
        owner=post.owner.value,
        author=mask(clean(post.author)),
        title=title,
        body=_marked(post.body, verdict.evidence, split, most),
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
    )


def _grounds(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """What the grade rests on: a rule by its name, a word by itself."""
    for one in evidence:
        if one.what == "severity":
            word = one.rule.startswith("词表:")
            yield f"“{mask(clean(one.text))}”" if word else one.rule


def _shown_risk(verdict: Verdict) -> int:
    """The risk in per cent where it is worth a look: of what concerns the government, from half."""
    return int(verdict.rumour_risk * 100) if verdict.relevant and verdict.rumour_risk >= 0.5 else 0


def _counts(sighting: Sighting) -> str:
    pairs = (("赞", sighting.likes), ("转", sighting.reposts), ("评", sighting.comments))
    return " · ".join(f"{name} {count}" for name, count in pairs if count)


def _marked(text: str, evidence: tuple[Evidence, ...], offset: int, most: int) -> Markup:
    """The first `most` characters of `text`, masked and escaped, with the spans of `evidence` that
    fall into them marked."""
    shown, kept = _visible(text[: most + BEYOND])
    hidden = mask(shown)[:most]
    out, at = Markup(""), 0
    for one in sorted(evidence, key=lambda e: (e.start, e.what != "severity", -e.end)):
        start, end = (bisect_left(kept, max(0, x - offset)) for x in (one.start, one.end))
        if start >= min(end, len(hidden)) or start < at:
            continue
        out += escape(hidden[at:start]) + _MARK.format(
            "strong" if one.what in STRONG else "", why_zh(one), hidden[start:end]
        )
        at = end
    return out + escape(hidden[at:])


def _visible(text: str) -> tuple[str, Sequence[int]]:
    # Invisible characters go before masking: they must not hide a telephone number from it.
    shown = clean(text)
    if shown == text:
        return text, range(len(text))
    kept = [i for i, character in enumerate(text) if clean(character)]
    return "".join(text[i] for i in kept), kept


def why_zh(evidence: Evidence) -> str:
    """What a mark speaks for, in words: 等级依据：…"""
    head = WHAT.get(evidence.what, "依据")
    kind, colon, code = evidence.rule.partition(":")
    if not colon:
        return f"{head}：{evidence.rule}"
    said = TOPICS.get(code) or EMERGENCIES.get(code) or (code if kind == "地名" else "")
    return f"{head}：{kind}{f'（{said}）' if said else ''}"
