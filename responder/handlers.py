"""What the responder does with each message of the stream; every handler may see one twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, select

from responder.act import Act
from responder.announce import announcer
from responder.answers import Offers
from responder.changes import Change
from responder.copies import leave_others, put_event, put_posts
from responder.labels import MACHINE
from responder.mergers import absorbed_of, merge_tickets, put_absorbed
from responder.opening import of_event
from responder.schema import tickets
from responder.store import TicketStore
from responder.stored import Stored, graded_by_human
from responder.waits import waits_in
from responder.watchlists import Watchlists
from stream.bus import Record
from stream.codec import decode
from stream.handling import Handler, Outcome, Refusal
from stream.messages import EventChanged, Judged, Message, Relevant
from stream.sql import failures_named
from yuqing.domain.clock import Clock
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.event import Event
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.post import Post
from yuqing.domain.verdict import Severity

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """As much of an event's ticket as tells whether a message asks for anything."""

    ticket_id: str
    open: bool
    grade: int
    emergency: bool
    graded_by_human: bool = False

    def asks_person(self, event: Event) -> bool:
        """True when a person's word on a post of the event decides the grade that so far only the
        machine has given: it fell by that word, or that word is the grave grade itself."""
        if not self.open or self.graded_by_human or event.decided_by is None:
            return False
        less = event.severity < self.grade or (self.emergency and event.emergency is None)
        same = event.decided_severity == event.severity >= max(Severity.MAJOR, self.grade)
        return less or same

    def outdone_by(self, event: Event) -> bool:
        """True when the event is graver than the ticket has it."""
        newly_emergency = event.emergency is not None and not self.emergency
        return self.open and (event.severity > self.grade or newly_emergency)


def respond_handler(
    store: TicketStore, jurisdictions: Mapping[str, Jurisdiction], clock: Clock
) -> Handler:
    """For topic `events`, group `respond`: copy the event, open its one ticket, keep its grade.

    It publishes nothing itself: what must reach the bus leaves by the outbox. Copies are written
    a batch at a time; what concerns tickets goes message by message, so that the record does not
    depend on how the bus cut its batches.
    """
    offers = Offers(store.engine)

    def handle(records: Sequence[Record]) -> Outcome:
        changes, refused = _read(records, partial(_change, jurisdictions))
        known, before = _keep(store, changes, clock)
        gone = set(before)
        answers = list[tuple[str, Post]]()
        for message in changes:
            event = message.event
            home = jurisdictions[event.jurisdiction]
            if event.event_id in gone:
                continue
            ticket = known.get(event.event_id) or _opened(store, message, home, clock)
            if ticket is None:
                continue
            known[event.event_id] = ticket
            _merge(store, event, known, clock)
            gone.update(event.absorbed)
            if ticket.asks_person(event):
                known[event.event_id] = _decided(store, ticket.ticket_id, event, home, clock)
            elif ticket.outdone_by(event):
                known[event.event_id] = _regraded(store, ticket.ticket_id, event, home, clock)
            answers += [(ticket.ticket_id, one.post) for one in message.added]
        offers.put(answers, clock.now())
        return Outcome(refused=refused)

    return handle


def watch_handler(watchlists: Watchlists, clock: Clock) -> Handler:
    """For topic `posts.judged`, group `watch`: note the hits of a batch and alert those named."""

    def handle(records: Sequence[Record]) -> Outcome:
        messages, refused = _read(records, lambda message: message)
        judged = [message for message in messages if isinstance(message, Judged)]
        if watchlists.record(judged, clock.now()):
            watchlists.alert_due(clock.now())
        return Outcome(refused=refused)

    return handle


def answers_handler(store: TicketStore, clock: Clock) -> Handler:
    """For topic `posts.relevant`, group `answers`: offer official posts to the tickets they fit."""
    offers = Offers(store.engine)

    def handle(records: Sequence[Record]) -> Outcome:
        posts, refused = _read(records, _relevant)
        offers.match(posts, clock.now())
        return Outcome(refused=refused)

    return handle


def _read(
    records: Sequence[Record], take: Callable[[Message], T]
) -> tuple[list[T], tuple[Refusal, ...]]:
    """What `take` makes of the messages, and the records that are wrong."""
    found: list[T] = []
    refused: list[Refusal] = []
    for record in records:
        try:
            found.append(take(decode(record.value)))
        except InvalidMessage as error:
            refused.append(Refusal(record, str(error)))
    return found, tuple(refused)


def _relevant(message: Message) -> Relevant:
    if not isinstance(message, Relevant):
        raise InvalidMessage("field kind: the topic posts.relevant carries relevant only")
    return message


def _change(jurisdictions: Mapping[str, Jurisdiction], message: Message) -> EventChanged:
    if not isinstance(message, EventChanged):
        raise InvalidMessage("field kind: the topic events carries event_changed only")
    if message.event.jurisdiction not in jurisdictions:
        raise InvalidMessage(f"field jurisdiction: unknown {message.event.jurisdiction!r}")
    return message


def _keep(
    store: TicketStore, changes: Sequence[EventChanged], clock: Clock
) -> tuple[dict[str, Known], Mapping[str, str]]:
    """Copy the events (an older one that comes again undoes nothing).

    Returns their tickets so far, those of what they absorbed included, and which of the events
    were known to be absorbed before: of those nothing more is kept but the posts.
    """
    if not changes:
        return {}, {}
    newest = {change.event.event_id: change.event for change in changes}
    for change in changes:
        if change.event.version > newest[change.event.event_id].version:
            newest[change.event.event_id] = change.event
    with failures_named(), store.engine.begin() as connection:
        gone = absorbed_of(connection, list(newest))
        for change in changes:
            event_id = gone.get(change.event.event_id, change.event.event_id)
            put_posts(connection, event_id, change.added, clock.now())
            if change.event.decided_by is not None:
                leave_others(connection, event_id, change)
        left = [event for event in newest.values() if event.event_id not in gone]
        absorbed = {one for event in left for one in event.absorbed}
        for event in left:
            put_event(connection, event)
        for event in left:
            if event.event_id not in absorbed:
                put_absorbed(connection, event)
        asked = {*newest, *absorbed}
        return _tickets(connection, sorted(asked)), gone


def _merge(store: TicketStore, event: Event, known: dict[str, Known], clock: Clock) -> None:
    """Merge the tickets of what `event` absorbed into its own."""
    into = known[event.event_id]
    for gone in event.absorbed:
        ticket = known.get(gone)
        if (
            ticket is not None
            and ticket.open
            and into.open
            and merge_tickets(store, ticket.ticket_id, into.ticket_id, clock.now())
        ):
            known[gone] = replace(ticket, open=False)


def _tickets(connection: Connection, event_ids: Sequence[str]) -> dict[str, Known]:
    columns = (tickets.c.event_id, tickets.c.ticket_id, tickets.c.open, tickets.c.grade)
    query = select(*columns, tickets.c.emergency, tickets.c.graded_by_human)
    rows = connection.execute(query.where(tickets.c.event_id.in_(event_ids)))
    return {
        r.event_id: Known(r.ticket_id, r.open, r.grade, r.emergency, r.graded_by_human)
        for r in rows
    }


def _opened(
    store: TicketStore, message: EventChanged, jurisdiction: Jurisdiction, clock: Clock
) -> Known | None:
    event = message.event
    if event.severity < max(jurisdiction.opens_from, Severity.ORDINARY):
        return None
    opening = of_event(event, jurisdiction, clock.now(), _guessed(message))
    stored, _new = store.open(opening)
    return _known(stored)


def _guessed(message: EventChanged) -> str | None:
    """The kind of unit that most of the posts point to; of several the first in the alphabet."""
    guesses = Counter(one.verdict.unit_kind_guess for one in message.added)
    ranked = sorted((-count, kind) for kind, count in guesses.items() if kind is not None)
    return ranked[0][1] if ranked else None


def _regraded(
    store: TicketStore, ticket_id: str, event: Event, jurisdiction: Jurisdiction, clock: Clock
) -> Known:
    """While only the machine has graded, what has become graver is graded up."""

    def decide(current: Stored, acts: Sequence[Act]) -> Change:
        if graded_by_human(acts) or not _known(current).outdone_by(event):
            return Change()
        data: dict[str, object] = {
            "grade": max(int(event.severity), int(current.ticket.grade)),
            "emergency": event.emergency is not None or current.ticket.emergency,
            "reason": f"系统研判：事件升至第 {event.version} 版",
        }
        act = Act(clock.now(), MACHINE, "grade", data)
        return Change((act,), announce=announcer(jurisdiction), waits=waits_in(jurisdiction))

    return _known(store.change(ticket_id, decide))


def _decided(
    store: TicketStore, ticket_id: str, event: Event, jurisdiction: Jurisdiction, clock: Clock
) -> Known:
    """Who settled the posts has settled the grade, and the record names that person; a ticket is
    never below 一般, so what fell to no risk at all is for people to dismiss."""

    def decide(current: Stored, acts: Sequence[Act]) -> Change:
        if not _known(current, acts).asks_person(event):
            return Change()
        lower = event.severity < current.ticket.grade
        data: dict[str, object] = {
            "grade": max(int(event.severity), int(Severity.ORDINARY)),
            "emergency": event.emergency is not None,
            "reason": "更正帖文研判后，事件等级随之调整" if lower else "复核帖文时确认等级",
        }
        act = Act(clock.now(), str(event.decided_by), "grade", data)
        return Change((act,), announce=announcer(jurisdiction), waits=waits_in(jurisdiction))

    stored = store.change(ticket_id, decide)
    return replace(_known(stored), graded_by_human=True)


def _known(stored: Stored, acts: Sequence[Act] = ()) -> Known:
    ticket, by_human = stored.ticket, graded_by_human(acts)
    return Known(stored.ticket_id, ticket.is_open, int(ticket.grade), ticket.emergency, by_human)
