"""Fold hostile spelling away while every character still knows where it stood in the post.

Rules and gazetteers read folded text (full-width digits, traditional characters, zero-width
joiners undone); evidence must point into the text as it was published.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from yuqing.domain.text import clean, simplify


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` as rules read it; `origin[i]` is where its character i stands in `source`.

    `origin` is None while both have the same positions.
    """

    source: str
    text: str
    origin: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of `source` that gave `text[start:end]` (start < end)."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


@lru_cache(maxsize=1)
def _single_forms() -> dict[int, int]:
    """Characters of the basic plane whose compatibility form is one other character."""
    forms = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x80, 0x10000)}
    table = {code: ord(f) for code, f in forms.items() if len(f) == 1 and ord(f) != code}
    return table | {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(source: str) -> Folded:
    """`source` in compatibility form, simplified, lower case, without invisible characters."""
    plain = source.translate(_single_forms())
    if unicodedata.is_normalized("NFKC", plain) and len(clean(plain)) == len(plain):
        return Folded(source, _simplify(plain).lower() if plain.isascii() else _lower(plain))
    pieces = [(i, c) for i, char in enumerate(plain) for c in _fold_char(char)]
    return Folded(source, _lower("".join(c for _, c in pieces)), [i for i, _ in pieces])


def _fold_char(char: str) -> str:
    return clean(unicodedata.normalize("NFKC", char))


def _lower(text: str) -> str:
    simple = _simplify(text)
    lowered = simple.lower()
    return lowered if len(lowered) == len(text) else simple


def _simplify(text: str) -> str:
    """Simplified, never shorter or longer: phrase conversions that change the length are cut up."""
    simple = simplify(text)
    if len(simple) == len(text):
        return simple
    return "".join(s if len(s := simplify(char)) == 1 else char for char in text)
