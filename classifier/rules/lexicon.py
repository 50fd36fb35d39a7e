"""Find the words of a lexicon in a text, longest first, in one pass whatever the lexicon's size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from operator import add
from typing import Generic, TypeVar

from classifier.rules.mark_words import MARK_WORDS, Mark
from classifier.rules.topic_words import TOPIC_WORDS
from yuqing.domain.verdict import Topic

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A word of the lexicon found at [start, end), with what it stands for."""

    start: int
    end: int
    word: str
    means: tuple[T, ...]


class Lexicon(Generic[T]):
    """Words of two characters or more, each with what it stands for; immutable once built."""

    def __init__(self, words: Mapping[str, tuple[T, ...]]) -> None:
        self._means = {word: means for word, means in words.items() if len(word) > 1}
        by_head: dict[str, set[int]] = {}
        for word in self._means:
            by_head.setdefault(word[:2], set()).add(len(word))
        self._lengths = {head: tuple(sorted(s, reverse=True)) for head, s in by_head.items()}

    def may_find(self, pairs: Set[str]) -> bool:
        """False when `find` finds nothing in a text of which `pairs` are the pairs of neighbouring
        characters: of many lexicons, each of few words, most need no pass."""
        return not self._lengths.keys().isdisjoint(pairs)

    def find(self, text: str) -> list[Hit[T]]:
        """At every position the longest word that begins there; words inside words are left out."""
        hits: list[Hit[T]] = []
        covered = 0
        for start, head in enumerate(map(add, text, text[1:])):
            if head not in self._lengths:
                continue
            word = self._longest(text, start, head)
            if word is not None and start + len(word) > covered:
                covered = start + len(word)
                hits.append(Hit(start, covered, word, self._means[word]))
        return hits

    def _longest(self, text: str, start: int, head: str) -> str | None:
        for size in self._lengths[head]:
            word = text[start : start + size]
            if word in self._means:
                return word
        return None


def inverted(lists: Iterable[tuple[T, Iterable[str]]]) -> dict[str, tuple[T, ...]]:
    """From lists of words to each word's meanings, in the order the lists come."""
    words: dict[str, tuple[T, ...]] = {}
    for means, spelled in lists:
        for word in spelled:
            words[word] = (*words.get(word, ()), means)
    return words


def product_lexicon() -> Lexicon[Topic | Mark]:
    """The lexicon of topics and marks that ships with the product."""
    topics: list[tuple[Topic | Mark, Iterable[str]]] = [*TOPIC_WORDS.items()]
    return Lexicon(inverted([*topics, *MARK_WORDS.items()]))
