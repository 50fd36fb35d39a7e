"""Why somebody is pushed, and the step of a chain, or the reminder, that is pushed for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from yuqing.domain.roster import Contact

_NEVER = datetime.max.replace(tzinfo=UTC)


class Cause(StrEnum):
    """Why somebody is pushed."""

    UNASSIGNED = "unassigned"
    UNACKNOWLEDGED = "unacknowledged"
    STALLED = "stalled"
    UNREPORTED = "unreported"
    CLOCK_SOON = "clock_soon"
    CLOCK_LATE = "clock_late"
    RELEASE_OWED = "release_owed"
    RELEASE_LATE = "release_late"


REMINDERS = frozenset({Cause.CLOCK_SOON, Cause.RELEASE_OWED})
"""What calls to mind what is not late yet."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step that became due at `due_at` (aware, UTC).

    `key` is stable within the ticket: written once, never repeated, whatever the sweep's rhythm.
    `unit` is the code of the unit whose `contacts` are pushed, `target` the chain's word for it,
    `step` counts from 0; without contacts nobody was available, and the next step came at once.
    `reason` is Chinese, `remark` what it says besides of who is reached. `clock` names the clock,
    None where it is not about one; `assignment` is the position of the act that waits to be
    acknowledged. From `moot_from` on it says nothing new.
    """

    key: str
    cause: Cause
    step: int
    target: str
    unit: str
    contacts: tuple[Contact, ...]
    reason: str
    due_at: datetime
    clock: str | None = None
    assignment: int | None = None
    moot_from: datetime = _NEVER
    remark: str = ""
