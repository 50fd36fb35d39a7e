"""What the responder does with each message of the stream; every handler may see one twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from responder.act import Act
from responder.answers import Offers
from responder.copies import event_in, put_event
from responder.labels import MACHINE
from responder.opening import of_event
from responder.store import Change, TicketStore
from responder.stored import Stored, graded_by_human
from responder.watchlists import Watchlists
from stream.messages import EventChanged, Judged, Message, Relevant
from stream.sql import failures_named
from yuqing.domain.clock import Clock
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.event import Event
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.verdict import Severity

Handle = Callable[[Message], None]
"""What the message causes is written through before it returns; it publishes nothing itself: what
must reach the bus leaves by the outbox. Raises InvalidMessage or RetryLater."""


def respond_handler(
    store: TicketStore, jurisdictions: Mapping[str, Jurisdiction], clock: Clock
) -> Handle:
    """For topic `events`, group `respond`: copy the event, open its one ticket, keep its grade."""
    offers = Offers(store.engine)

    def handle(message: Message) -> None:
        if not isinstance(message, EventChanged):
            raise InvalidMessage("field kind: the topic events carries event_changed only")
        jurisdiction = jurisdictions.get(message.event.jurisdiction)
        if jurisdiction is None:
            raise InvalidMessage(f"field jurisdiction: unknown {message.event.jurisdiction!r}")
        event = _keep(store, message, clock)
        stored = store.of_event(event.event_id) or _open(store, event, jurisdiction, clock)
        if stored is not None:
            _regrade(store, stored, event, clock)
            offers.put(stored.ticket_id, (one.post for one in message.added), clock.now())

    return handle


def watch_handler(watchlists: Watchlists, clock: Clock) -> Handle:
    """For topic `posts.judged`, group `watch`: note hits and alert the people named."""

    def handle(message: Message) -> None:
        if isinstance(message, Judged) and watchlists.record([message], clock.now()):
            watchlists.alert_due(clock.now())

    return handle


def answers_handler(store: TicketStore, clock: Clock) -> Handle:
    """For topic `posts.relevant`, group `answers`: offer official posts to the tickets they fit."""
    offers = Offers(store.engine)

    def handle(message: Message) -> None:
        if not isinstance(message, Relevant):
            raise InvalidMessage("field kind: the topic posts.relevant carries relevant only")
        offers.match(message, clock.now())

    return handle


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


def _regrade(store: TicketStore, stored: Stored, event: Event, clock: Clock) -> None:
    """While only the machine has graded, what has become graver is graded up."""

    def decide(current: Stored, acts: Sequence[Act]) -> Change:
        if not _graver(current, event) or graded_by_human(acts):
            return Change()
        data: dict[str, object] = {
            "grade": max(int(event.severity), int(current.ticket.grade)),
            "emergency": event.emergency is not None or current.ticket.emergency,
            "reason": f"系统研判：事件升至第 {event.version} 版",
        }
        return Change((Act(clock.now(), MACHINE, "grade", data),))

    if _graver(stored, event):
        store.change(stored.ticket_id, decide)


def _graver(stored: Stored, event: Event) -> bool:
    ticket = stored.ticket
    newly_emergency = event.emergency is not None and not ticket.emergency
    return ticket.is_open and (event.severity > ticket.grade or newly_emergency)
