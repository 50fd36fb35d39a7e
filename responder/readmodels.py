"""What the console, the API and the reports show: frozen values, phone and ID numbers masked.

`*_zh` fields are ready to show. Times are aware, UTC; the jurisdiction's zone is the shower's
business. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.explanation import Span


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
class PostLine:
    """A copied post with what is said of it by now; `sha256` is of its canonical JSON, as it was
    when copied. `spans` point into `text`: title, line break, body. `confirmed_by` is the login of
    who confirmed or corrected the verdict, empty when only the machine has judged."""

    post_id: str
    source: str
    owner: str
    title: str
    body: str
    url: str
    author: str
    published_at: datetime | None
    seen_at: datetime
    topic_zh: str
    severity: int
    severity_zh: str
    sha256: str
    relevant: bool = True
    spans: tuple[Span, ...] = ()
    confirmed_by: str = ""

    @property
    def text(self) -> str:
        """The text that `spans` point into."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A published post that may be the answer; a human accepts or refuses it."""

    offer_id: int
    ticket_id: str
    ticket_title: str
    kind: str
    score: float
    reasons: tuple[str, ...]
    post_id: str
    source: str
    title: str
    body: str
    url: str
    author: str
    published_at: datetime
    state: str
    offered_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One step that the newest draft needs; `who` approved it, None while nobody has; `by_zh` is
    the role or unit that it is for."""

    code: str
    name: str
    basis: str
    who: str | None
    by_zh: str = ""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One body that is to be told of the ticket: `position` is the history entry that told it,
    `receipt` what it answered."""

    to: str
    to_zh: str
    duty_zh: str
    required: bool
    position: int | None
    at: datetime | None
    receipt: str | None
    receipt_at: datetime | None


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One thing an action asks for. `kind`: text, longtext, datetime, unit, units, grade, bool,
    clock, promise, position, ticket, url, approver, choice, step, gates. `choices` are (value,
    label); where there are any, the answer is one of them (of `units` and `gates`: some)."""

    name: str
    label_zh: str
    kind: str
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ActionOffer:
    """An action that state and role allow; `next_zh` says what happens after the click."""

    action: str
    label_zh: str
    fields: tuple[FieldSpec, ...]
    next_zh: str
    weight: str = "plain"


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event in a list; `heat` is (start of the hour, posts), ascending, gaps left out."""

    event_id: str
    jurisdiction: str
    version: int
    title: str
    topic: str
    topic_zh: str
    severity: int
    severity_zh: str
    emergency: str | None
    emergency_zh: str
    disposition_zh: str
    rumour_risk: float
    places: tuple[str, ...]
    posts: int
    first_posted_at: datetime
    first_seen_at: datetime
    last_posted_at: datetime
    heat: tuple[tuple[datetime, int], ...]
    ticket_id: str | None


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event with its copied posts, newest first."""

    line: EventLine
    posts: tuple[PostLine, ...]


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """One round of 会商; `opinions` are (unit, what it said), `absent_zh` who said nothing (so
    far, while `conclusion` is empty)."""

    number: int
    opened_at: datetime
    question: str
    units_zh: tuple[str, ...]
    opinions: tuple[tuple[str, str], ...]
    concluded_at: datetime | None
    conclusion: str
    absent_zh: tuple[str, ...]
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A step of progress that a public release must follow until `due`."""

    step_zh: str
    at: datetime
    due: datetime
    late: bool
    basis: str


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
class WatchlistView:
    """监测方案: a saved query with exclusions, and whom its hits alert."""

    watchlist_id: int
    jurisdiction: str
    name: str
    query: str
    topics: tuple[str, ...]
    severity_min: int
    owner: str
    notify: tuple[str, ...]
    every_minutes: int
    active: bool
    version: int
    hits: int
    last_hit_at: datetime | None


@dataclass(frozen=True, slots=True)
class HitLine:
    """One post that a watchlist caught."""

    watchlist_id: int
    post_id: str
    title: str
    url: str
    source: str
    severity: int
    severity_zh: str
    published_at: datetime
    at: datetime


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
