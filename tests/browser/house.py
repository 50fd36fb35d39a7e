"""The service behind the console under test, for what happens while people look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry

from classifier.events.handlers import decisions_handler
from responder.console.beats import STAGES
from responder.desk import Desk, NewCase, TicketFilter
from responder.handlers import respond_handler, watch_handler
from responder.outbox import send_due
from responder.people import Person, Role
from responder.push import Delivery
from responder.readmodels.tickets import TicketLine, TicketPage
from responder.reviewing import review_handler
from responder.reviews import Reviews
from responder.watchlists import Watchlists
from stream.indexing import settling
from stream.messages import Judged, Relevant
from stream.metrics import StageMetrics
from stream.pulse import Kind
from stream.topics import DECISIONS, EVENTS
from stream.worker import drain
from tests.responder_world import changed, judged, post, recorded
from yuqing.app import configuration, serving, wiring
from yuqing.app.settings import Settings
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Evidence

HOME = "qingting"
PASSWORD = "narrow-river-41"
ROOT = Person("guanli", "管理员甲", Role.ADMIN)
UNIT = Person("yingji", "应急局丁", Role.UNIT, HOME, "emergency")


class Telephone:
    """A channel that takes everything."""

    def push(self, *_message: object) -> Delivery:
        return Delivery(None)


@dataclass(slots=True)
class House:
    """Talks to the same stores as the console's process does."""

    settings: Settings
    posted: int = 0

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def desk(self) -> Desk:
        """The desk behind the console."""
        return serving.desk(self.settings)

    def now(self) -> datetime:
        """The moment of the watched world."""
        return wiring.clock(self.settings).now()

    def report_in(self) -> None:
        """Every stage and source lives, and will for days."""
        pulse, now, days = wiring.pulse(self.settings), self.now(), timedelta(days=9)
        for kind, name in STAGES:
            pulse.beat(name, kind, now, days)
        for name in configuration.source_names(self.settings):
            pulse.beat(name, Kind.SOURCE, now, days)

    def publish(
        self, title: str, body: str = "", evidence: tuple[Evidence, ...] = (), severity: int = 2
    ) -> Judged:
        """A citizen's post that has just been judged, in the index and past the watchlists."""
        self.posted += 1
        made = post(90_000 + self.posted, title, body, owner=Owner.CITIZEN, at=self.now())
        made = replace(made, source="tingsheng-bbs", jurisdictions=(HOME,))
        one = judged(made, severity=severity, emergency=None)
        one = replace(one, jurisdictions=(HOME,), verdict=replace(one.verdict, evidence=evidence))
        index = wiring.index(self.settings)
        index.put([one])
        index.close()
        engine, clock = wiring.tickets_engine(self.settings), wiring.clock(self.settings)
        watch_handler(Watchlists(engine), clock)(recorded(one))
        return one

    def wait_for_review(self, judged: Judged, confidence: float = 0.4) -> Judged:
        """`judged` is in the queue, as the machine would have put it there when unsure."""
        unsure = replace(judged, verdict=replace(judged.verdict, confidence=confidence))
        engine = wiring.tickets_engine(self.settings)
        reviews = Reviews(engine, self.settings.review_below)
        assert review_handler(reviews, wiring.clock(self.settings))(recorded(unsure)).refused == ()
        return unsure

    def carry_decisions(self) -> None:
        """What people decided reaches the index, the events and the tickets."""
        settings, clock = self.settings, wiring.clock(self.settings)
        bus, index = wiring.bus(settings), wiring.index(settings)
        grouping, tickets = wiring.grouping_store(settings), wiring.ticket_store(settings)
        metrics = StageMetrics(CollectorRegistry())
        homes = configuration.jurisdictions(settings)
        send_due(tickets.engine, Telephone(), bus.publish, clock, 500)
        for topic, name, handler in (
            (DECISIONS, "index-decisions", settling(index)),
            (DECISIONS, "group-decisions", decisions_handler(grouping)),
            (EVENTS, "respond", respond_handler(tickets, homes, clock)),
        ):
            drain(bus, topic.name, name, handler, metrics, clock)
        for one in (grouping, index, bus):
            one.close()

    def case(self, title: str, *, assigned: bool = True) -> str:
        """The number of a case of its own, with the emergency unit if `assigned`."""
        desk = self.desk
        case = NewCase(HOME, title, "来电反映", "work_safety", 1, emergency=False)
        line = desk.open_by_hand(ROOT, case, self.now())
        if assigned:
            self.act(line.ticket_id, "assign", {"unit": "emergency"})
        return line.ticket_id

    def event_of(self, judged: Judged) -> TicketLine:
        """The ticket of an event that `judged` founds, as the stages would have made both."""
        post = replace(judged.post, seen_at=judged.post.first_known_at)
        one = Relevant(HOME, post, judged.sighting, judged.verdict)
        found = changed(one)
        event = replace(found.event, jurisdiction=HOME)
        store, homes = (
            wiring.ticket_store(self.settings),
            configuration.jurisdictions(self.settings),
        )
        handle = respond_handler(store, homes, wiring.clock(self.settings))
        assert handle(recorded(replace(found, event=event))).refused == ()
        mine = TicketFilter(event_id=event.event_id)
        (line,) = self.desk.tickets(ROOT, mine, self.now()).lines
        return line

    def act(self, ticket: str, action: str, data: dict[str, object], who: Person = ROOT) -> None:
        """Somebody else acts on `ticket` meanwhile."""
        version = self.page(ticket).line.version
        self.desk.act(who, ticket, version, action, data, self.now())

    def page(self, ticket: str) -> TicketPage:
        """All of `ticket`."""
        return self.desk.ticket(ROOT, ticket, self.now())

    def accident(self) -> TicketLine:
        """The ticket of the great accident."""
        found = self.desk.tickets(ROOT, TicketFilter(grade_min=3), self.now(), size=200).lines
        return max(
            (line for line in found if line.emergency and line.event_id),
            key=lambda line: line.version,
        )
