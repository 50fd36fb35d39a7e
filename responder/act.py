"""One entry of a ticket's history; everything else about a ticket is computed from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from yuqing.domain.errors import InvalidMessage


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what, and when it was recorded.

    `at` must be aware (InvalidMessage otherwise) and is kept in UTC. `action` is a value of
    `responder.transitions.Action` (a plain string will do; an unknown one is refused on replay).
    `data` holds JSON values; its times are ISO 8601 text with an offset (aware datetimes are
    taken too), so it can be stored as it is.
    """

    at: datetime
    who: str
    action: str
    data: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise InvalidMessage(f"at must say its offset from UTC: {self.at}")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
