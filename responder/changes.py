"""What is to be written to the ticket store: a case to open, or what one ticket's acts, pushes and
next look become, as whoever read it under its lock decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from responder.act import Act
from responder.outbox import Push
from responder.roster import Handover
from responder.stored import Stored
from responder.undelivered import Unheard
from responder.waits import Waits
from yuqing.domain.jurisdiction import Policy

Announce = Callable[[Stored, Sequence[Act], int, Sequence[Handover]], Sequence[Push]]
"""(the ticket afterwards, its whole history, position of the first new act, handovers that nobody
has taken yet) to pushes."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to open: `act` is its `open` act, `follow` what the machine does with it at once."""

    jurisdiction: str
    zone: str
    title: str
    topic: str
    disposition: str
    places: tuple[str, ...]
    policy: Policy
    routing: tuple[str, ...]
    act: Act
    event_id: str | None = None
    origin: str | None = None
    follow: tuple[Act, ...] = ()
    announce: Announce | None = None
    waits: Waits | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What to write to one ticket together. `cancels` names purposes whose pending pushes lapse,
    `announce` says whom the new acts concern, `waits` whom the ticket then waits for (without it
    as before, until the sweep says).

    Only the sweep sets `swept_at`, and then `next_look` is when it must look again (None: never,
    until another act), and `moot` names pending pushes that say nothing any more: those whose key
    begins with one of the first within the ticket, but with none of the second. Any other change
    makes the sweep look at once.
    """

    acts: tuple[Act, ...] = ()
    pushes: tuple[Push, ...] = ()
    cancels: tuple[str, ...] = ()
    announce: Announce | None = None
    waits: Waits | None = None
    swept_at: datetime | None = None
    next_look: datetime | None = None
    moot: tuple[Sequence[str], Sequence[str]] = ((), ())


Decide = Callable[[Stored, Sequence[Act]], Change]
Look = Callable[[Stored, Sequence[Act], Sequence[Unheard]], Change]
"""As `Decide`, told besides which pushes about the ticket finally reached nobody."""
Beside = Callable[[Connection, Stored], None]
