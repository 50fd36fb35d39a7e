"""A search as people type it, parsed once, meaning the same in every index and watchlist."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from yuqing.domain.text import tokens

_PART = re.compile(r'(-?)(?:"([^"]*)"|([^\s|"]+))|(\|)')
# What a Chinese keyboard types for the four signs of the syntax.
_SIGNS = str.maketrans("“”＂｜－", '"""|-')

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Every group must match, by any one of its phrases; no phrase of `none` may.

    A phrase is a tuple of tokens (see `yuqing.domain.text.tokens`) that must follow one another.
    An empty query matches everything.
    """

    groups: tuple[tuple[Phrase, ...], ...] = ()
    none: tuple[Phrase, ...] = ()

    def matches(self, text: str) -> bool:
        """True when `text` satisfies the query; the truth both indexes are tested against."""
        return self.matches_tokens(tokens(text))

    def matches_tokens(self, words: Sequence[str]) -> bool:
        """As `matches`, of a text already cut into `words` (`tokens(text)`)."""
        return self.matches_line(token_line(words))

    def matches_line(self, line: str) -> bool:
        """As `matches`, of a `token_line`: for one text and hundreds of watchlists."""
        return all(any(_line(p) in line for p in group) for group in self.groups) and not any(
            _line(p) in line for p in self.none
        )


def token_line(words: Sequence[str]) -> str:
    """`words` with one space before, between and after: a phrase is found as a substring."""
    return f" {' '.join(words)} "


@lru_cache(maxsize=4096)
def _line(phrase: Phrase) -> str:
    return token_line(phrase)


def parse_query(typed: str) -> Query:
    """Spaces mean and, `|` means or, a leading `-` excludes, double quotes keep words together.

    Full-width signs count as their plain ones. Never fails: what holds no letter, digit or Han
    character is ignored, and so is what only repeats.
    """
    groups: list[list[Phrase]] = []
    none: list[Phrase] = []
    joining = False
    for minus, quoted, bare, bar in _PART.findall(typed.translate(_SIGNS)):
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
    once = dict.fromkeys(tuple(dict.fromkeys(group)) for group in groups)
    return Query(tuple(once), tuple(dict.fromkeys(none)))
