"""Shown text as escaped HTML, the words that carried the verdict marked by head.

Spans may overlap: the text is cut at every end of a span, and a piece that speaks for several
heads wears the gravest one's colour and says all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from responder.explanation import HEADS, Shown, Span

STRONG = frozenset({"severity", "emergency", "rumour_risk"})
_MARK = Markup('<mark class="{}" title="{}" aria-description="{}">{}</mark>')
_RANK = {what: rank for rank, what in enumerate(HEADS)}


def title_of(one: Shown) -> Markup:
    """The title, marked."""
    return marked(one.text, one.spans, 0, one.title)


def body_of(one: Shown) -> Markup:
    """The body, marked."""
    return marked(one.text, one.spans, one.body, len(one.text))


def marked(text: str, spans: Sequence[Span], start: int, end: int) -> Markup:
    """`text[start:end]`, escaped, with the parts of `spans` that lie within."""
    within = [one for one in spans if one.start < end and one.end > start]
    cuts = {start, end} | {min(end, max(start, at)) for s in within for at in (s.start, s.end)}
    pieces = [
        _piece(text[left:right], [one for one in within if one.start <= left < one.end])
        for left, right in pairwise(sorted(cuts))
    ]
    return Markup("").join(pieces)


def _piece(text: str, spans: Sequence[Span]) -> Markup:
    if not spans:
        return escape(text)
    ranked = sorted(spans, key=lambda one: _RANK.get(one.what, len(_RANK)))
    heads = list(dict.fromkeys(one.what for one in ranked))
    said = "；".join(dict.fromkeys(one.said_zh for one in ranked))
    known = [what for what in heads if what in HEADS]
    look = [f"m-{known[0]}"] if known else []
    look += ["strong"] if STRONG.intersection(heads) else []
    look += ["several"] if len(heads) > 1 else []
    return _MARK.format(" ".join(look), said, said, text)
