"""The service behind the console under test, for what happens while people look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from responder.console.beats import STAGES
from responder.desk import Desk, NewCase, TicketFilter
from responder.handlers import watch_handler
from responder.people import Person, Role
from responder.readmodels import TicketLine, TicketPage
from responder.watchlists import Watchlists
from stream.messages import Judged
from stream.pulse import Kind
from tests.responder_world import judged, post, recorded
from yuqing.app import wiring
from yuqing.app.settings import Settings
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Evidence

HOME = "qingting"
PASSWORD = "narrow-river-41"
ROOT = Person("guanli", "管理员甲", Role.ADMIN)
UNIT = Person("yingji", "应急局丁", Role.UNIT, HOME, "emergency")


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
        return wiring.desk(self.settings)

    def now(self) -> datetime:
        """The moment of the watched world."""
        return wiring.clock(self.settings).now()

    def report_in(self) -> None:
        """Every stage and source lives, and will for days."""
        pulse, now, days = wiring.pulse(self.settings), self.now(), timedelta(days=9)
        for kind, name in STAGES:
            pulse.beat(name, kind, now, days)
        for name in wiring.source_names(self.settings):
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

    def case(self, title: str, *, assigned: bool = True) -> str:
        """The number of a case of its own, with the emergency unit if `assigned`."""
        desk = self.desk
        case = NewCase(HOME, title, "来电反映", "work_safety", 1, emergency=False)
        line = desk.open_by_hand(ROOT, case, self.now())
        if assigned:
            self.act(line.ticket_id, "assign", {"unit": "emergency"})
        return line.ticket_id

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
        return max((line for line in found if line.emergency), key=lambda line: line.version)
