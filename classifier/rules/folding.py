"""Fold hostile spelling away while every character still knows where it stood in the post.

Rules and gazetteers read folded text (full-width digits, traditional characters, zero-width
joiners undone); evidence must point into the text as it was published.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from yuqing.domain.text import clean, simplify
from yuqing.domain.verdict import Evidence

_BASIC_PLANE = "\uffff"  # its last character


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

    def evidence(self, what: str, start: int, end: int, rule: str) -> Evidence:
        """The words of `source` at `text[start:end]` as evidence for the head `what`."""
        left, right = self.span(start, end)
        return Evidence(what, left, right, self.source[left:right], rule)


def fold(source: str) -> Folded:
    """`source` in compatibility form, simplified, lower case, without invisible characters."""
    forms, plain, uneven = _forms(), source, {}
    for char in sorted(_odd().intersection(source)):  # few, each of them many times
        if len(form := forms[char]) == 1:
            plain = plain.replace(char, form)
        else:
            uneven[char] = form
    if not unicodedata.is_normalized("NFKC", plain):
        uneven |= {c: form for c in plain if c > _BASIC_PLANE and (form := _form(c)) != c}
    if not uneven:
        return Folded(source, _lower(plain))
    return Folded(source, _lower(_replaced(plain, uneven)), _origin(plain, uneven))


@lru_cache(maxsize=1)
def _forms() -> dict[str, str]:
    """How the characters of the basic plane are read that are read as others, or not at all."""
    forms = {char: _form(char) for char in map(chr, range(ord(_BASIC_PLANE) + 1))}
    capitals = {char: char.lower() for char in string.ascii_uppercase}
    return {char: form for char, form in forms.items() if form != char} | capitals


@lru_cache(maxsize=1)
def _odd() -> frozenset[str]:
    return frozenset(_forms())


def _form(char: str) -> str:
    return clean(unicodedata.normalize("NFKC", char))


def _replaced(text: str, forms: Mapping[str, str]) -> str:
    for char, form in forms.items():
        text = text.replace(char, form)
    return text


def _origin(plain: str, uneven: Mapping[str, str]) -> list[int]:
    """Where each character stood before those of `uneven` were replaced."""
    origin: list[int] = []
    start = 0
    for at, form in [(i, uneven[char]) for i, char in enumerate(plain) if char in uneven]:
        origin += range(start, at)
        origin += [at] * len(form)
        start = at + 1
    return [*origin, *range(start, len(plain))]


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
