"""Find the official refutation whose claim a post repeats: shared character runs, or key words.

Containment, not similarity: a post may say much besides the claim, and the claim may be told in
other words around the same core. A match raises a risk; whether the claim is false is the
official source's word, which is shown with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifier.rules.folding import fold

RUN = 3  # characters of a run
ENOUGH = 0.6  # share of a claim's runs that a post must hold
_LEAST = 5  # runs of a claim; a shorter one is found by its key words only


@dataclass(frozen=True, slots=True)
class Debunk:
    """One official refutation. `claims` are the false claims, in the words people spread them;
    `keys` are groups of words, of each group one must stand in a post for a match. Texts are
    public; `source` is who refuted, `date` when, as they were given."""

    id: str
    title: str
    claims: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    source: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The refutation a post repeats, the share of its claim that was found, and about where."""

    debunk: Debunk
    share: float
    start: int
    end: int


class Debunks:
    """The library, indexed by the runs of its claims; immutable once built."""

    def __init__(self, listed: Iterable[Debunk]) -> None:
        self._listed = tuple(listed)
        self._claims = [
            (debunk, runs)
            for debunk in self._listed
            for claim in debunk.claims
            if len(runs := frozenset(_runs(fold(claim).text))) >= _LEAST
        ]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for at, (_, runs) in enumerate(self._claims):
            for run in runs:
                self._holding[run].append(at)
        self._keyed = [
            (d, [[fold(word).text for word in group] for group in d.keys])
            for d in self._listed
            if d.keys
        ]

    def __len__(self) -> int:
        return len(self._listed)

    def match(self, text: str) -> Match | None:
        """The refutation that a folded `text` repeats most clearly, None when it repeats none."""
        if not self._listed:
            return None
        found = [*self._by_claim(text), *self._by_key(text)]
        return max(found, key=lambda m: (m.share, m.debunk.id), default=None)

    def _by_claim(self, text: str) -> Iterable[Match]:
        counted = Counter(at for run in set(_runs(text)) for at in self._holding.get(run, ()))
        for at, count in counted.items():
            debunk, runs = self._claims[at]
            share = count / len(runs)
            if share >= ENOUGH:
                yield Match(debunk, share, *_where(text, runs))

    def _by_key(self, text: str) -> Iterable[Match]:
        for debunk, groups in self._keyed:
            first = [next((w for w in group if w in text), None) for group in groups]
            words = [word for word in first if word]
            if len(words) == len(groups):
                start = min(text.index(word) for word in words)
                yield Match(debunk, 1.0, start, max(text.index(w) + len(w) for w in words))


def _runs(text: str) -> list[str]:
    letters = "".join(c for c in text if c.isalnum())
    return [letters[i : i + RUN] for i in range(len(letters) - RUN + 1)]


def _where(text: str, runs: frozenset[str]) -> tuple[int, int]:
    """From the first to the last character of `text` that belongs to one of `runs`."""
    places = [i for i, c in enumerate(text) if c.isalnum()]
    letters = "".join(text[i] for i in places)
    hits = [i for i in range(len(letters) - RUN + 1) if letters[i : i + RUN] in runs]
    return places[hits[0]], places[hits[-1] + RUN - 1] + 1


def best_known(listed: Sequence[Debunk]) -> dict[str, Debunk]:
    """The refutations by id; a later one with the same id replaces the earlier."""
    return {debunk.id: debunk for debunk in listed}
