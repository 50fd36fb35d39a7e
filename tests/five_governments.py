"""A desk for one of the shipped governments, with people of every role, for walking its duties."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

import jurisdictions
from responder.clocks import Reading, read_clocks
from responder.desk import Desk
from responder.opening import NewCase, by_hand
from responder.origins import Origin
from responder.people import People, Person, Role
from responder.routing import route
from responder.store import TicketStore
from responder.stored import Stored
from responder.sweep import sweep_due
from stream.sql import open_engine
from tests.responder_world import NOON, SetClock
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.verdict import Severity, Topic
from yuqing.files.jurisdiction import load_jurisdiction

SHIPPED = Path(jurisdictions.__file__).parent
CODES = ("dagang", "handian", "jinghai", "lianhuashan", "qixingguan")


def government(code: str) -> Jurisdiction:
    """The shipped file of that code."""
    return load_jurisdiction(SHIPPED / f"{code}.yaml")


class House:
    """One ticket at a time; `hours` count from its discovery."""

    def __init__(self, home: Jurisdiction, store: TicketStore, people: People) -> None:
        self.home, self.store = home, store
        self.desk = Desk(store.engine, {home.code: home})
        self._people = people
        self.monitor = self.person("monitor", Role.MONITOR)
        self.analyst = self.person("analyst", Role.ANALYST)
        self.leader = self.person("leader", Role.LEADER)
        self.ticket_id = ""

    def person(self, login: str, role: Role, unit: str | None = None) -> Person:
        """An account that is there from now on."""
        one = Person(login, f"账号{login}", role, self.home.code, unit)
        self._people.create(one, "quiet-lake-77")
        return one

    def open(
        self,
        title: str,
        topic: Topic,
        grade: int = 1,
        emergency: bool = False,
        places: tuple[str, ...] = (),
        origin: Origin = Origin.OTHER,
    ) -> Stored:
        """A case entered by hand, and charged as routing proposes."""
        case = NewCase(self.home.code, title, title, topic.value, grade, emergency, places)
        opening = by_hand(replace(case, origin=origin), self.monitor, self.home, NOON)
        stored, _new = self.store.open(opening)
        self.ticket_id = stored.ticket_id
        routed = route(self.home, topic, places, Severity(grade))
        self.act(0, self.analyst, "assign", unit=routed.unit, co_units=list(routed.co_units))
        return self.stored()

    def act(self, hours: float, person: Person, action: str, **data: object) -> None:
        """One act through the door."""
        version = self.stored().version
        self.desk.act(person, self.ticket_id, version, action, data, at(hours))

    def reported(self, hours: float) -> None:
        """Told to everybody whom the file names, as the draft says."""
        draft = self.desk.draft_report(self.analyst, self.ticket_id)
        to = [code for code, _name in draft.to]
        self.desk.report(
            self.analyst, self.ticket_id, draft.version, to, dict(draft.parts), at(hours)
        )

    def receipted(self, hours: float) -> None:
        """What everybody who was told answered."""
        for one in self.desk.ticket(self.analyst, self.ticket_id, at(hours)).reports:
            assert one.position is not None
            self.desk.record_receipt(
                self.analyst,
                self.ticket_id,
                self.stored().version,
                one.position,
                "收悉",
                at(hours),
                at(hours),
            )

    def stored(self) -> Stored:
        """The ticket as it stands."""
        return self.store.get(self.ticket_id)

    def clocks(self, hours: float) -> dict[str, Reading]:
        """The last number of each clock by name."""
        stored, acts = self.store.history(self.ticket_id)
        return {one.name: one for one in read_clocks(acts, stored.policy, at(hours))}

    def owed(self, hours: float) -> list[tuple[str, datetime, datetime, bool]]:
        """The further releases that the ticket's page says are owed."""
        page = self.desk.ticket(self.analyst, self.ticket_id, at(hours))
        return [(one.step_zh, one.at, one.due, one.late) for one in page.owed]

    def swept(self, hours: float) -> list[str]:
        """The headings of all pushes, after a sweep at this hour."""
        sweep_due(self.store, {self.home.code: self.home}, at(hours))
        page = self.desk.ticket(self.analyst, self.ticket_id, at(hours))
        return [one.title for one in page.pushes]

    def worked(self, hours: float) -> Person:
        """Acknowledged and started by somebody of the unit in charge, who is given back."""
        unit = self.stored().ticket.unit
        one = self.person(f"unit-{unit}", Role.UNIT, unit)
        self.act(hours, one, "acknowledge")
        self.act(hours, one, "start")
        return one


def at(hours: float) -> datetime:
    """So many hours after the discovery."""
    return NOON + timedelta(hours=hours)


def told(hours: float) -> str:
    """The same as a form sends it."""
    return at(hours).isoformat()


@contextmanager
def house(code: str, folder: Path) -> Iterator[House]:
    """The desk of a shipped government on a store of its own."""
    engine = open_engine(f"sqlite:///{folder / 'tickets.db'}", durable=True)
    store = TicketStore(engine)
    store.migrate()
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    yield House(government(code), store, People(engine, SetClock(), quick))
    engine.dispose()
