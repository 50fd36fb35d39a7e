"""A search as people type it, parsed once, meaning the same in every index and watchlist."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yuqing.domain.text import tokens

_PART = re.compile(r'(-?)(?:"([^"]*)"|([^\s|"]+))|(\|)')


@dataclass(frozen=True, slots=True)
class Query:
    """Every group must match, by any one of its phrases; no phrase of `none` may.

    A phrase is a tuple of tokens (see `yuqing.domain.text.tokens`) that must follow one another.
    An empty query matches everything.
    """

    groups: tuple[tuple[tuple[str, ...], ...], ...] = ()
    none: tuple[tuple[str, ...], ...] = ()

    def matches(self, text: str) -> bool:
        """True when `text` satisfies the query; the truth both indexes are tested against."""
        words = tokens(text)
        return all(any(_follows(p, words) for p in group) for group in self.groups) and not any(
            _follows(p, words) for p in self.none
        )


def parse_query(typed: str) -> Query:
    """Spaces mean and, `|` means or, a leading `-` excludes, double quotes keep words together.

    Never fails: what holds no letter, digit or Han character is ignored.
    """
    groups: list[list[tuple[str, ...]]] = []
    none: list[tuple[str, ...]] = []
    joining = False
    for minus, quoted, bare, bar in _PART.findall(typed):
        if bar:
            joining = True
            continue
        phrase = tuple(tokens(quoted or bare))
        if phrase and minus:
            none.append(phrase)
        elif phrase and joining and groups:
            groups[-1].append(phrase)
        elif phrase:
            groups.append([phrase])
        joining = False
    return Query(tuple(tuple(group) for group in groups), tuple(none))


def _follows(phrase: tuple[str, ...], words: list[str]) -> bool:
    size = len(phrase)
    return any(tuple(words[i : i + size]) == phrase for i in range(len(words) - size + 1))
