"""A ticket as shown: in a list, at work, on its page, and all of them counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.readmodels.conduct import ConsultationView, OwedLine, ReportLine, ReviewLine
from responder.readmodels.events import EventLine, PostLine
from responder.readmodels.offers import OfferLine
from responder.readmodels.pushes import PushLine


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock of a ticket at the moment asked for; `status` as DESIGN names it."""

    name: str
    title: str
    round: int
    seq: int | None
    start: datetime
    due: datetime
    stopped_at: datetime | None
    status: str
    status_zh: str
    late_seconds: int
    national: bool
    basis: str


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One ticket in a list. `due_at` is the earliest due time of a running clock; `clocks` are
    those of the present round."""

    ticket_id: str
    jurisdiction: str
    event_id: str | None
    title: str
    topic: str
    topic_zh: str
    state: str
    state_zh: str
    open: bool
    grade: int
    grade_zh: str
    emergency: bool
    unit: str | None
    unit_zh: str
    version: int
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    clocks: tuple[ClockView, ...]
    breached: int


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """Tickets that wait for the same thing of one person; `next_zh` says what to do with them."""

    title: str
    next_zh: str
    lines: tuple[TicketLine, ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One act of a ticket's history; `summary_zh` says it in a sentence."""

    position: int
    at: datetime
    who: str
    who_zh: str
    action: str
    action_zh: str
    from_state: str | None
    to_state: str
    summary_zh: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TicketPage:
    """All of one ticket: every round's clocks, whole history, pushes, offers, what it rests on.

    `proposal_zh` is the machine's other opinion after a human has graded, empty if none.
    """

    line: TicketLine
    round: int
    clocks: tuple[ClockView, ...]
    history: tuple[HistoryLine, ...]
    pushes: tuple[PushLine, ...]
    offers: tuple[OfferLine, ...]
    event: EventLine | None
    posts: tuple[PostLine, ...]
    co_units_zh: tuple[str, ...]
    places: tuple[str, ...]
    disposition_zh: str
    routing_zh: tuple[str, ...]
    coordinator_zh: str
    spokesperson: str | None
    first_posted_at: datetime | None
    discovered_at: datetime
    graded_by_human: bool
    proposal_zh: str
    policy_name: str
    approved_line: str = ""
    releasing_unit_zh: str = ""
    review: tuple[ReviewLine, ...] = ()
    reports: tuple[ReportLine, ...] = ()
    origin_zh: str = ""
    reference: str = ""
    consultations: tuple[ConsultationView, ...] = ()
    owed: tuple[OwedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers at the top of the console, for one jurisdiction or all."""

    open_tickets: int
    by_state: tuple[tuple[str, int], ...]
    by_grade: tuple[tuple[int, int], ...]
    clocks_running: int
    clocks_breached: int
    due_within_hour: int
    waiting_triage: int
    offers_waiting: int
    events_today: int
    pushes_failed: int
