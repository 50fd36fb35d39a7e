"""What was told to people and how it went: pushes, the log of all, the console's own notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PushLine:
    """One push of a ticket; `state`: pending, sent, console (no channel), cancelled, failed.

    `via` is the channel that took it, `error` what those that did not said; `acknowledged_at`
    when its link was used.
    """

    push_id: int
    purpose: str
    target: str
    target_zh: str
    title: str
    due_at: datetime
    state: str
    state_zh: str
    attempts: int
    delivered_at: datetime | None
    error: str | None
    via: str = ""
    purpose_zh: str = ""
    next_try_at: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One push in the log of all: `push`, the ticket it is about if any, and to whom by name."""

    push: PushLine
    ticket_id: str | None
    recipient: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """An in-console notification of one person; `link` is a path of the console."""

    notice_id: int
    title: str
    body: str
    link: str
    ticket_id: str | None
    at: datetime
    read: bool
