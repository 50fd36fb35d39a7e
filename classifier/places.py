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
    """The places of every jurisdiction served, longest name first. Each gazetteer is searched by
    itself, so that one government's longer alias never hides another's place."""

    def __init__(self, places: Mapping[str, Sequence[Place]]) -> None:
        self._lexicons = {code: Lexicon(_spellings(places[code])) for code in sorted(places)}

    def find(self, folded: Folded, only: Collection[str] = ()) -> tuple[Named, ...]:
        """The places named in `folded`, in its own positions; `only` narrows to jurisdictions."""
        return tuple(
            Named(jurisdiction, name, hit.start, hit.end)
            for jurisdiction, lexicon in self._lexicons.items()
            if not only or jurisdiction in only
            for hit in lexicon.find(folded.text)
            for name in hit.means
        )


def _spellings(listed: Sequence[Place]) -> dict[str, tuple[str, ...]]:
    spelled: dict[str, tuple[str, ...]] = {}
    for place in listed:
        for word in dict.fromkeys(fold(w).text for w in (place.name, *place.aliases)):
            spelled[word] = (*spelled.get(word, ()), place.name)
    return spelled
