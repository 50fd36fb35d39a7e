"""漂移: how far the shares of a judge's answers have moved from a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOTICEABLE, MOVED = 0.1, 0.25
"""The usual readings of the population stability index: below 0.1 still, from 0.25 on moved."""


@dataclass(frozen=True, slots=True)
class Move:
    """One class whose share changed from `before` to `after`, both within 0..1."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class HeadDrift:
    """One head: `psi` (population stability index) and `divergence` (Jensen-Shannon, 0..1 bits),
    both None where a side has too few posts; `moves` are the classes that changed most."""

    head: str
    posts: int
    psi: float | None
    divergence: float | None
    moves: tuple[Move, ...]

    @property
    def level(self) -> str:
        """unknown, still, noticeable or moved."""
        if self.psi is None:
            return "unknown"
        if self.psi >= MOVED:
            return "moved"
        return "noticeable" if self.psi >= NOTICEABLE else "still"


@dataclass(frozen=True, slots=True)
class Drift:
    """What `model` said in the last days against what `reference` (a model's name) did."""

    model: str
    reference: str
    heads: tuple[HeadDrift, ...]

    @property
    def moved(self) -> Sequence[HeadDrift]:
        """The heads that moved."""
        return [one for one in self.heads if one.level == "moved"]
