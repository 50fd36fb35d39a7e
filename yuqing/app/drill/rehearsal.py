"""Plays a drill: at each moment the script's lines, the sweep and the outbox; then time jumps.

What has been played is read from the ticket itself (every line leaves one act of a person), so
after a power cut the same moment is played to its end, and the record comes out the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from responder.act import Act
from responder.claims import let_go, next_due
from responder.desk import Desk, NewCase
from responder.labels import MACHINE
from responder.link_tokens import LASTS, token_of
from responder.opening import of_event
from responder.outbox import send_due
from responder.people import Person, Role
from responder.phone_links import PhoneLinks
from responder.routing import Routed, Wording, route
from responder.schema import outbox, tickets
from responder.store import TicketStore
from responder.stored import Stored
from responder.sweep import sweep_due
from responder.transitions import Action
from stream.bus import Outgoing
from stream.sql import reading
from yuqing.app.drill.cast import DrillPhone, person
from yuqing.app.drill.folder import StoredClock
from yuqing.app.drill.script import REPORTED, SCENARIOS, TITLE, Line, Scene
from yuqing.domain.errors import InvalidMessage, NotAllowed, RetryLater
from yuqing.domain.event import Event
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

_CONSOLE = "https://drill.example"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One drill in one folder; `start` is when its world begins."""

    scenario: str
    home: Jurisdiction
    store: TicketStore
    clock: StoredClock
    start: datetime
    secret: str

    def play(self) -> str:
        """To the end, from wherever it stands; returns the ticket's id."""
        script = SCENARIOS[self.scenario](self.home, bool(self._routed().co_units))
        let_go(self.store.engine)  # whoever held them was this drill, before it was cut off
        ticket_id = self._ticket() or self._opened(script)
        while True:
            following = self._moment(ticket_id, script)
            if following is None:
                return ticket_id
            if following <= self.clock.now():
                raise RetryLater(f"the drill does not get beyond {following.isoformat()}")
            self.clock.move(following)

    def _moment(self, ticket_id: str, script: Sequence[Line]) -> datetime | None:
        """Play the present moment; returns the next one."""
        now, engine = self.clock.now(), self.store.engine
        for line in script[self._played(ticket_id) :]:
            if self.start + line.after > now:
                break
            self._speak(ticket_id, line)
        while sweep_due(self.store, {self.home.code: self.home}, now):
            pass
        while send_due(engine, DrillPhone(), _nowhere, self.clock, 200, _CONSOLE, self.secret):
            pass
        left = script[self._played(ticket_id) :]
        moments = [self.start + left[0].after] if left else []
        moments += [one for one in (self.store.next_look(), next_due(engine)) if one]
        return min(moments, default=None)

    def _speak(self, ticket_id: str, line: Line) -> None:
        """Do what the line says; what the rules refuse goes on record as such."""
        stored = self.store.get(ticket_id)
        who = self._who(line, stored)
        try:
            self._act(stored, line, who)
        except (NotAllowed, InvalidMessage) as error:
            text = f"演练脚本的“{line.action}”未被接受：{error}"
            note = Act(self.clock.now(), who.login, Action.NOTE.value, {"text": text})
            self.store.append(ticket_id, stored.version, [note])

    def _act(self, stored: Stored, line: Line, who: Person) -> None:
        now, scene = self.clock.now(), Scene(self.home, stored, self.clock.now())
        desk, ticket_id = self._desk(), stored.ticket_id
        if line.action == "link" and (token := self._link(stored)):
            PhoneLinks(self.store, self.secret).acknowledge(token, now)
            return
        if line.action in ("report", "receipt"):
            self._report(stored, line, who, str(line.data(scene)["to"]))
            return
        action = "acknowledge" if line.action == "link" else line.action
        data = self._charge() if action == "assign" else line.data(scene)
        desk.act(who, ticket_id, stored.version, action, data, now)

    def _report(self, stored: Stored, line: Line, who: Person, to: str) -> None:
        """The report as it is drafted, confirmed; or what came back to it."""
        desk, now, ticket_id = self._desk(), self.clock.now(), stored.ticket_id
        if line.action == "report":
            parts = dict(desk.draft_report(who, ticket_id).parts) | {"asked": "请增派消防力量"}
            desk.report(who, ticket_id, stored.version, [to], parts, now)
            return
        acts = self.store.history(ticket_id)[1]
        told = next(p for p, act in enumerate(acts) if act.data.get("to") == to)
        desk.record_receipt(who, ticket_id, stored.version, told, "收悉，请续报", now, now)

    def _charge(self) -> dict[str, object]:
        routed = self._routed()
        return {"unit": routed.unit, "co_units": list(routed.co_units)}

    def _routed(self) -> Routed:
        topic, wording = Topic.WORK_SAFETY, Wording(TITLE)
        return route(self.home, topic, self._places(), Severity.MAJOR, wording)

    def _who(self, line: Line, stored: Stored) -> Person:
        unit = stored.ticket.unit if line.role is Role.UNIT else line.unit
        return person(self.home, line.role, unit, line.number)

    def _link(self, stored: Stored) -> str | None:
        """The link of the last message that reached the unit: whoever reads it taps it."""
        asked = (outbox.c.ticket_id == stored.ticket_id) & outbox.c.assignment.is_not(None)
        query = select(outbox).where(asked, outbox.c.state == "sent").order_by(outbox.c.outbox_id)
        with reading(self.store.engine).begin() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return None
        until = rows[-1].delivered_at + LASTS
        return token_of(self.secret, rows[-1].outbox_id, rows[-1].key, until)

    def _played(self, ticket_id: str) -> int:
        """How many lines left their act; the machine's opening is none of them."""
        _stored, acts = self.store.history(ticket_id)
        return sum(act.who != MACHINE for act in acts)

    def _ticket(self) -> str | None:
        with reading(self.store.engine).begin() as connection:
            return connection.execute(select(tickets.c.ticket_id)).scalar()

    def _opened(self, script: Sequence[Line]) -> str:
        now = self.clock.now()
        if script[0].action != "open":
            return self.store.open(of_event(self._event(), self.home, now))[0].ticket_id
        topic, places = Topic.WORK_SAFETY.value, self._places()
        case = NewCase(self.home.code, TITLE, REPORTED, topic, 3, True, places)
        return self._desk().open_by_hand(person(self.home, Role.MONITOR), case, now).ticket_id

    def _event(self) -> Event:
        return Event(
            event_id="drill",
            jurisdiction=self.home.code,
            version=1,
            title=TITLE,
            topic=Topic.WORK_SAFETY,
            severity=Severity.MAJOR,
            emergency=Emergency.ACCIDENT,
            disposition=Disposition.UNCLEAR,
            rumour_risk=0.1,
            places=self._places(),
            first_posted_at=self.start,
            first_seen_at=self.start,
            last_posted_at=self.start,
            post_ids=(),
            heat=(),
        )

    def _places(self) -> tuple[str, ...]:
        """One place that a unit other than the coordinator holds, if there is one."""
        others = (unit for unit in self.home.units if unit.code != self.home.coordinator)
        return next(((unit.territory[0],) for unit in others if unit.territory), ())

    def _desk(self) -> Desk:
        return Desk(self.store.engine, {self.home.code: self.home})


def _nowhere(_messages: Sequence[Outgoing]) -> None:
    """A drill tells no other part of the service."""
