"""值班: who is on duty, handing over with acknowledgement, and trying a contact's channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from responder.audit import Entry
from responder.audit import note as noted
from responder.desk_reading import page_size
from responder.filled import text_of
from responder.handovers import HandoverLine, Handovers
from responder.outbox import Push, put_pushes
from responder.people import Person, Role
from responder.roster import everybody_of, on_duty
from stream.sql import failures_named
from yuqing.domain.errors import NotAllowed, NotFound
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.roster import Contact

DUTY_ROLES = frozenset({Role.MONITOR, Role.ANALYST, Role.UNIT, Role.ADMIN})
"""Who hands over and tries channels."""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Who of one unit is on duty now; `waiting` is the taker who has not acknowledged yet.
    `mute` are those of its contacts that no channel reaches."""

    unit: str
    unit_zh: str
    on_duty: tuple[str, ...]
    contacts: tuple[str, ...]
    mute: tuple[str, ...]
    waiting: str | None


class DutyDesk:
    """The duty roster at the same door as everything else."""

    _engine: Engine
    _jurisdictions: Mapping[str, Jurisdiction]

    def roster(self, person: Person, jurisdiction: str, now: datetime) -> tuple[DutyLine, ...]:
        """Who is on duty; a person of role unit sees the own unit."""
        home = self._home(person, jurisdiction)
        waiting = Handovers(self._engine).waiting(now).get(home.code, ())
        takers = {handover.unit: handover.taker for handover in waiting}
        lines = []
        for unit in home.units:
            if person.role is Role.UNIT and unit.code != person.unit:
                continue
            contacts = [one for code, one in everybody_of(home) if code == unit.code]
            line = DutyLine(
                unit=unit.code,
                unit_zh=unit.name,
                on_duty=tuple(one.name for one in on_duty(home, unit, now, waiting)),
                contacts=tuple(dict.fromkeys(one.name for one in contacts)),
                mute=tuple(dict.fromkeys(one.name for one in contacts if not one.channels)),
                waiting=takers.get(unit.code),
            )
            lines.append(line)
        return tuple(lines)

    def hand_over(
        self,
        person: Person,
        jurisdiction: str,
        unit: str,
        people: tuple[str, str],
        note: str,
        now: datetime,
    ) -> HandoverLine:
        """Hand the duty of `unit` over: `people` are the names of giver and taker."""
        home = self._acting(person, jurisdiction, unit)
        giver, taker = (_contact(home, unit, name) for name in people)
        said = text_of("note", note or "无遗留事项", 1000)
        record = Handovers(self._engine)
        return record.give(home, unit, (giver.name, taker), said, person.login, now)

    def take_over(self, person: Person, handover_id: int, now: datetime) -> HandoverLine:
        """Acknowledge a handover; whoever gave it cannot."""
        record = Handovers(self._engine)
        line = record.get(handover_id)
        self._acting(person, line.jurisdiction, line.unit)
        if record.given_by(handover_id) == person.login:
            raise NotAllowed("交班人不能代接班人签收")
        return record.take(handover_id, person.login, now)

    def handovers(
        self, person: Person, jurisdiction: str, size: int = 50, after: str | None = None
    ) -> tuple[HandoverLine, ...]:
        """The latest handovers that the person may see, newest first; a person of role unit sees
        those of the own unit. `after` as for offers."""
        home = self._home(person, jurisdiction)
        unit = (person.unit or "") if person.role is Role.UNIT else None
        return Handovers(self._engine).recent(home.code, unit, page_size(size), after)

    def test_push(
        self, person: Person, jurisdiction: str, unit: str, contact: str, now: datetime
    ) -> None:
        """Send a contact a test message, by the way that every push takes."""
        home = self._acting(person, jurisdiction, unit)
        one = _contact(home, unit, contact)
        push = Push(
            key=f"test:{home.code}:{unit}:{one.name}:{now.isoformat()}"[:190],
            purpose="test",
            audience=f"unit:{unit}",
            jurisdiction=home.code,
            title="推送测试",
            body=f"这是发给{one.name}的测试消息，收到即表示推送正常。",
            link="/notices",
            due_at=now,
            recipients=((one.name, one.channels),),
        )
        with failures_named(), self._engine.begin() as connection:
            put_pushes(connection, [push], now)
            subject = f"contact:{home.code}/{unit}"
            noted(connection, Entry(now, person.login, "push_tested", subject))

    def _home(self, person: Person, jurisdiction: str) -> Jurisdiction:
        home = self._jurisdictions.get(jurisdiction)
        if home is None or person.jurisdiction not in (None, jurisdiction):
            raise NotFound(f"没有辖区 {jurisdiction}")
        return home

    def _acting(self, person: Person, jurisdiction: str, unit: str) -> Jurisdiction:
        home = self._home(person, jurisdiction)
        if home.unit(unit) is None or (person.role is Role.UNIT and person.unit != unit):
            raise NotFound(f"{home.name}没有单位 {unit}")
        if person.role not in DUTY_ROLES:
            raise NotAllowed("您的角色不能进行此操作")
        return home


def _contact(home: Jurisdiction, unit: str, name: str) -> Contact:
    found = (one for code, one in everybody_of(home) if (code, one.name) == (unit, name))
    contact = next(found, None)
    if contact is None:
        raise NotFound(f"该单位没有联系人 {name}")
    return contact
