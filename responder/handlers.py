"""What the responder does with each message of the stream; every handler may see one twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from responder.act import Act
from responder.announce import announcer
from responder.answers import Offers
from responder.copies import event_in, put_event
from responder.labels import MACHINE
from responder.opening import of_event
from responder.store import Change, TicketStore
from responder.stored import Stored, graded_by_human
from responder.watchlists import Watchlists
from stream.bus import Outgoing, Record
from stream.codec import decode
from stream.handling import Handler, Outcome, Refusal, each
from stream.messages import EventChanged, Judged, Message, Relevant
from stream.sql import failures_named
from yuqing.domain.clock import Clock
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.event import Event
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.verdict import Severity


def respond_handler(
    store: TicketStore, jurisdictions: Mapping[str, Jurisdiction], clock: Clock
) -> Handler:
    """For topic `events`, group `respond`: copy the event, open its one ticket, keep its grade.

    It publishes nothing itself: what must reach the bus leaves by the outbox.
    """
    offers = Offers(store.engine)

    def handle(message: Message, _record: Record) -> Sequence[Outgoing]:
        if not isinstance(message, EventChanged):
            raise InvalidMessage("field kind: the topic events carries event_changed only")
        jurisdiction = jurisdictions.get(message.event.jurisdiction)
        if jurisdiction is None:
            raise InvalidMessage(f"field jurisdiction: unknown {message.event.jurisdiction!r}")
        event = _keep(store, message, clock)
        stored = store.of_event(event.event_id) or _open(store, event, jurisdiction, clock)
        if stored is not None:
            _regrade(store, stored, event, jurisdiction, clock)
            offers.put(stored.ticket_id, (one.post for one in message.added), clock.now())
        return ()

    return each(handle)


def watch_handler(watchlists: Watchlists, clock: Clock) -> Handler:
    """For topic `posts.judged`, group `watch`: note the hits of a batch and alert those named."""

    def handle(records: Sequence[Record]) -> Outcome:
        judged: list[Judged] = []
        refused: list[Refusal] = []
        for record in records:
            try:
                message = decode(record.value)
            except InvalidMessage as error:
                refused.append(Refusal(record, str(error)))
                continue
            if isinstance(message, Judged):
                judged.append(message)
        if watchlists.record(judged, clock.now()):
            watchlists.alert_due(clock.now())
        return Outcome(refused=tuple(refused))

    return handle


def answers_handler(store: TicketStore, clock: Clock) -> Handler:
    """For topic `posts.relevant`, group `answers`: offer official posts to the tickets they fit."""
    offers = Offers(store.engine)

    def handle(message: Message, _record: Record) -> Sequence[Outgoing]:
        if not isinstance(message, Relevant):
            raise InvalidMessage("field kind: the topic posts.relevant carries relevant only")
        offers.match(message, clock.now())
        return ()

    return each(handle)


def _keep(store: TicketStore, message: EventChanged, clock: Clock) -> Event:
    """The newest known state of the event, which a redelivered older one does not undo."""
    event = message.event
    with failures_named(), store.engine.begin() as connection:
        put_event(connection, event, message.added, clock.now())
        return event_in(connection, event.event_id) or event


def _open(
    store: TicketStore, event: Event, jurisdiction: Jurisdiction, clock: Clock
) -> Stored | None:
    if event.severity < max(jurisdiction.opens_from, Severity.ORDINARY):
        return None
    stored, _new = store.open(of_event(event, jurisdiction, clock.now()))
    return stored


def _regrade(
    store: TicketStore, stored: Stored, event: Event, jurisdiction: Jurisdiction, clock: Clock
) -> None:
    """While only the machine has graded, what has become graver is graded up."""

    def decide(current: Stored, acts: Sequence[Act]) -> Change:
        if not _graver(current, event) or graded_by_human(acts):
            return Change()
        data: dict[str, object] = {
            "grade": max(int(event.severity), int(current.ticket.grade)),
            "emergency": event.emergency is not None or current.ticket.emergency,
            "reason": f"系统研判：事件升至第 {event.version} 版",
        }
        act = Act(clock.now(), MACHINE, "grade", data)
        return Change((act,), announce=announcer(jurisdiction))

    if _graver(stored, event):
        store.change(stored.ticket_id, decide)


def _graver(stored: Stored, event: Event) -> bool:
    ticket = stored.ticket
    newly_emergency = event.emergency is not None and not ticket.emergency
    return ticket.is_open and (event.severity > ticket.grade or newly_emergency)
