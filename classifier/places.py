"""Find the named places of the gazetteers in a post, and so the governments it concerns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from classifier.rules.folding import Folded, fold
from classifier.rules.lexicon import Lexicon
from yuqing.domain.jurisdiction import Place


@dataclass(frozen=True, slots=True)
class Named:
    """A place of `jurisdiction`'s gazetteer, by its canonical `name`, at [start, end)."""

    jurisdiction: str
    name: str
    start: int
    end: int


class Gazetteers:
    """The places of every jurisdiction served, found in one pass, longest name first."""

    def __init__(self, places: Mapping[str, Sequence[Place]]) -> None:
        self._lexicon: Lexicon[tuple[str, str]] = Lexicon(_spellings(places))

    def find(self, folded: Folded, only: Collection[str] = ()) -> tuple[Named, ...]:
        """The places named in `folded`, in its own positions; `only` narrows to jurisdictions."""
        return tuple(
            Named(jurisdiction, name, hit.start, hit.end)
            for hit in self._lexicon.find(folded.text)
            for jurisdiction, name in hit.means
            if not only or jurisdiction in only
        )


def _spellings(
    places: Mapping[str, Sequence[Place]],
) -> dict[str, tuple[tuple[str, str], ...]]:
    spelled: dict[str, tuple[tuple[str, str], ...]] = {}
    for jurisdiction, listed in sorted(places.items()):
        for place in listed:
            for word in dict.fromkeys(fold(w).text for w in (place.name, *place.aliases)):
                spelled[word] = (*spelled.get(word, ()), (jurisdiction, place.name))
    return spelled
