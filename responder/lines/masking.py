"""Personal numbers masked in what people, places and records say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yuqing.domain.text import clean, discreet


def shown_places(places: Sequence[str]) -> tuple[str, ...]:
    """Names of places as people may see them: what a person typed may be anything."""
    return tuple(discreet(place) for place in places)


def masked(value: Any) -> Any:
    """JSON values with personal numbers masked in every text; what hides none stays as it is to
    the letter, for its hash must still fit."""
    if isinstance(value, str):
        told = discreet(value)
        return value if told == clean(value) else told
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list) else value
