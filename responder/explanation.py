"""Why the judge said it: the words of a post that carried each head, ready to be shown.

Text and spans are made together, since what is shown is not what was judged: invisible characters
are gone (they must not hide a telephone number from the mask) and numbers are masked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from responder.labels import DISPOSITIONS, EMERGENCIES, TOPICS
from yuqing.domain.post import Post
from yuqing.domain.text import clean, discreet, mask
from yuqing.domain.verdict import Evidence

HEADS: dict[str, str] = {
    "severity": "等级",
    "emergency": "突发事件",
    "rumour_risk": "不实风险",
    "topic": "议题",
    "disposition": "处置分类",
    "place": "地点",
    "watch_kinds": "重点类别",
    "relevant": "无关",
}
"""The heads that evidence speaks for, the gravest first."""
BEYOND = 40  # a number that the cut would halve is masked whole


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of the shown text speak for the head `what`; `said_zh` tells how."""

    what: str
    start: int
    end: int
    said_zh: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A post's text as people may see it: the title is [0, title), the body [body, end)."""

    text: str
    title: int
    body: int
    spans: tuple[Span, ...]


def shown(post: Post, evidence: Sequence[Evidence], most: int | None = None) -> Shown:
    """`post` with its `evidence`; of the body at most the first `most` characters."""
    before = len(post.title) + 1 if post.title and post.body else len(post.title)
    cut = len(post.text) if most is None else before + most
    visible, kept = _visible(post.text[: cut + BEYOND])
    end, title, body = (bisect_left(kept, at) for at in (cut, len(post.title), before))
    text = mask(visible)[:end]
    placed = (_span(one, kept, len(text)) for one in evidence)
    return Shown(text, title, body, tuple(one for one in placed if one.start < one.end))


def said_zh(evidence: Evidence) -> str:
    """What a mark speaks for, in words: 等级依据：…"""
    head = f"{HEADS[evidence.what]}依据" if evidence.what in HEADS else "依据"
    kind, colon, code = evidence.rule.partition(":")
    if not colon:
        return f"{head}：{discreet(evidence.rule)}"
    said = _code_zh(code) or ("" if kind == "词表" else discreet(code))
    return f"{head}：{kind}{f'（{said}）' if said else ''}"


def _code_zh(code: str) -> str:
    for names in (TOPICS, EMERGENCIES, DISPOSITIONS):
        if code in names:
            return names[code]
    return ""


def _span(evidence: Evidence, kept: Sequence[int], longest: int) -> Span:
    start, end = (min(longest, bisect_left(kept, at)) for at in (evidence.start, evidence.end))
    return Span(evidence.what, start, end, said_zh(evidence))


def _visible(text: str) -> tuple[str, Sequence[int]]:
    if clean(text) == text:
        return text, range(len(text))
    kept = [i for i, character in enumerate(text) if clean(character)]
    return "".join(text[i] for i in kept), kept
