"""A push that finally reached nobody: on record once, and the next step comes at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from responder.act import Act
from responder.announce import announcer
from responder.changes import Change
from responder.claims import ATTEMPTS, next_due
from responder.desk import Desk
from responder.desk_deliveries import DeliveryFilter
from responder.opening import NewCase, by_hand
from responder.outbox import send_due
from responder.people import Person, Role
from responder.push import ApprisePusher, Delivery
from responder.schema import outbox
from responder.store import TicketStore
from responder.sweep import sweep_due
from stream.bus import Outgoing
from tests.desk_world import BOTH, store_on
from tests.five_governments import house as government
from tests.responder_world import HOUR, MINUTE, NOON, SetClock, district
from yuqing.domain.jurisdiction import ChainStep, Jurisdiction, Unit
from yuqing.domain.roster import Contact, QuietHours
from yuqing.domain.verdict import Severity, Topic

LIN = Person("lin", "林一", Role.MONITOR, "qinghe")


def phoned(name: str) -> Contact:
    return Contact(name, "", (f"json://127.0.0.1/{name}",))


def calling(unit: Unit) -> Unit:
    duty, principal = phoned(f"{unit.name}值班"), phoned(f"{unit.name}负责人")
    return replace(unit, duty=(duty,), principal=principal)


PLAIN = district()
HOME = replace(
    PLAIN,
    units=tuple(calling(unit) for unit in PLAIN.units),
    chains=tuple(
        (
            Severity(grade),
            (
                ChainStep(0 * MINUTE, "duty"),
                ChainStep(4 * HOUR, "principal"),
                ChainStep(12 * HOUR, "coordinator"),
            ),
        )
        for grade in (1, 2, 3, 4)
    ),
    acknowledge_within=2 * HOUR,
)


@dataclass
class Chat:
    """A third party's chat: refuses what goes to one of `down`."""

    down: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:  # noqa: ARG002
        name = channels[0].rpartition("/")[2]
        if name in self.down:
            return Delivery("HTTP 500")
        self.taken.append(name)
        return Delivery(None, "回调")


def nowhere(_messages: Sequence[Outgoing]) -> None:
    """Changes of the ticket are of no interest here."""


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with store_on(request, tmp_path) as made:
        yield made


class House:
    """One ticket, assigned at NOON, with a chat and a clock."""

    def __init__(self, engine: Engine, home: Jurisdiction = HOME, grade: int = 1) -> None:
        self.engine, self.home, self.store = engine, home, TicketStore(engine)
        self.chat, self.clock = Chat(), SetClock()
        case = NewCase("qinghe", "路灯不亮", "南湖路", "urban", grade, False)
        self.id = self.store.open(by_hand(case, LIN, home, NOON))[0].ticket_id
        self.act("assign", unit="yingji")

    def act(self, action: str, who: str = "ana", **data: object) -> None:
        one, announce = Act(self.clock.now(), who, action, data), announcer(self.home)
        self.store.change(self.id, lambda _s, _a: Change((one,), announce=announce))

    def sweep(self) -> None:
        sweep_due(self.store, {"qinghe": self.home}, self.clock.now())

    def send(self) -> None:
        send_due(self.engine, self.chat, nowhere, self.clock)

    def given_up(self, *names: str) -> None:
        """Whatever waits is tried until it is given up, within the hour."""
        self.chat.down |= set(names)
        for _ in range(ATTEMPTS):
            self.send()
            following = next_due(self.engine)
            self.clock.set(max(self.clock.now(), following or self.clock.now()))

    def steps(self) -> list[str]:
        acts = self.store.history(self.id)[1]
        return [str(one.data["target"]) for one in acts if one.action == "escalate"]

    def notes(self) -> list[Act]:
        acts = self.store.history(self.id)[1]
        return [one for one in acts if one.action == "note" and "undelivered" in one.data]


def test_an_assignment_that_reached_nobody_is_told_to_the_principal_at_once(
    engine: Engine,
) -> None:
    house = House(engine, replace(HOME, acknowledge_within=100 * HOUR))
    house.sweep()
    house.given_up("应急局值班")
    house.sweep()
    (note,) = house.notes()
    assert (note.who, note.data["undelivered"]) == ("machine", "act:1:yingji")
    assert str(note.data["text"]).startswith("推送最终未送达（应急局值班，各渠道均未接受）：请签收")
    # whoever could not be reached is not waited for
    assert house.steps() == ["duty", "principal"]
    acts = house.store.history(house.id)[1]
    assert str(acts[-1].data["reason"]).endswith("（上一步无人收到，提前催办）")
    house.send()
    assert house.chat.taken == ["政府办值班", "应急局负责人"]


def test_a_step_that_reached_nobody_brings_the_next_one_forward(engine: Engine) -> None:
    house = House(engine)
    house.send()
    house.clock.set(NOON + 2 * HOUR + MINUTE)
    house.sweep()
    assert house.steps() == ["duty"]
    house.given_up("应急局值班")
    assert house.clock.now() < NOON + 6 * HOUR  # the principal's own time
    house.sweep()
    assert house.steps() == ["duty", "principal"]
    house.given_up("应急局负责人")
    house.sweep()
    assert house.steps() == ["duty", "principal", "coordinator"]
    assert house.clock.now() < NOON + 14 * HOUR
    assert len(house.notes()) == 2


def test_it_is_noted_and_answered_once_however_often_somebody_looks(engine: Engine) -> None:
    house = House(engine)
    house.given_up("应急局值班")
    for _ in range(3):
        house.sweep()
        house.store.look(house.id, house.clock.now(), lambda _s, _a, lost: _nothing(lost))
        house.sweep()
    assert len(house.notes()) == 1
    assert house.steps() == ["duty", "principal"]


def _nothing(lost: Sequence[object]) -> Change:
    assert len(lost) == 1
    return Change()


def test_one_of_several_who_was_reached_is_enough(engine: Engine) -> None:
    units = tuple(
        replace(one, duty=(*one.duty, phoned("备班"))) if one.code == "yingji" else one
        for one in HOME.units
    )
    house = House(engine, replace(HOME, units=units))
    house.given_up("应急局值班")
    house.sweep()
    assert house.notes() == []
    assert house.steps() == []


def test_an_acknowledgement_in_the_meantime_ends_it(engine: Engine) -> None:
    house = House(engine)
    house.given_up("应急局值班")
    house.act("acknowledge", "chen")
    house.sweep()
    assert len(house.notes()) == 1
    assert house.steps() == []


def test_quiet_hours_hold_the_next_step_of_a_small_matter_only(engine: Engine) -> None:
    # NOON is noon in Beijing; some fifty minutes go by until a push is given up
    quiet = QuietHours(time(12, 30), time(20), (Severity.ORDINARY, Severity.MAJOR))
    small, grave = House(engine, replace(HOME, quiet_hours=quiet)), House(engine, HOME, 3)
    for house in (small, grave):
        house.home = replace(HOME, quiet_hours=quiet)
        house.given_up("应急局值班", "应急局负责人")
        house.sweep()
    assert (small.steps(), grave.steps()[:2]) == ([], ["duty", "principal"])
    small.clock.set(NOON + 8 * HOUR)
    small.sweep()
    assert small.steps()[:2] == ["duty", "principal"]


def test_a_reminder_that_reached_nobody_on_duty_goes_to_the_principal(engine: Engine) -> None:
    house = House(engine)
    house.send()
    house.act("acknowledge", "chen")
    house.clock.set(NOON + 24 * HOUR)
    house.home = replace(HOME, reminders=(0.5,))
    house.sweep()
    house.given_up("应急局值班")
    house.sweep()
    house.send()
    assert house.chat.taken[-1] == "应急局负责人"
    house.sweep()
    assert house.steps() == ["duty", "principal"]


def test_an_address_that_can_never_take_anything_is_given_up_at_once(engine: Engine) -> None:
    real = ApprisePusher(lambda: NOON)
    assert real.push(["nonsense://x"], "题", "文").hopeless
    assert not real.push(["json://127.0.0.1:9/x", "nonsense://x"], "题", "文").hopeless
    broken = Contact("应急局值班", "", ("nonsense://x",))
    units = tuple(
        replace(one, duty=(broken,)) if one.code == "yingji" else one for one in HOME.units
    )
    house = House(engine, replace(HOME, units=units))
    mine = outbox.c.purpose == "acknowledge"
    send_due(engine, real, nowhere, house.clock)
    with engine.connect() as link:
        assert link.execute(select(outbox.c.state).where(mine)).scalars().all() == ["failed"]
    house.sweep()
    assert house.steps() == ["duty", "principal"]


def test_a_grave_matter_does_not_wait_for_who_has_no_phone(engine: Engine) -> None:
    units = tuple(
        replace(one, duty=(Contact("应急局值班", ""),)) if one.code == "yingji" else one
        for one in HOME.units
    )
    home = replace(HOME, units=units)
    small, grave = House(engine, home), House(engine, home, 3)
    for house in (small, grave):
        house.clock.set(NOON + 2 * HOUR + MINUTE)
        house.sweep()
    assert (small.steps(), grave.steps()) == (["duty"], ["duty", "principal"])
    acts = [one for one in grave.store.history(grave.id)[1] if one.action == "escalate"]
    assert str(acts[0].data["reason"]).endswith("（没有推送地址，同时催办下一级）")


def test_the_log_says_what_became_of_it(engine: Engine) -> None:
    house = House(engine)
    house.given_up("应急局值班")
    desk, root = Desk(engine, {"qinghe": HOME}), Person("root", "管理员", Role.ADMIN)
    (failed,) = desk.deliveries(root, DeliveryFilter(state="failed")).lines
    assert (failed.push.state_zh, failed.recipient) == ("发送失败", "应急局值班")
    assert failed.push.attempts == ATTEMPTS


def test_down_for_any_time_the_same_steps_come_once(engine: Engine) -> None:
    def told(pauses: Sequence[int]) -> list[str]:
        house = House(engine)
        house.given_up("应急局值班")
        for minutes in pauses:
            house.clock.pass_by(minutes * MINUTE)
            house.sweep()
        return house.steps()

    often = told([10] * 120)
    assert sorted(often) == sorted(set(often))
    for pauses in ([1200], [1, 1199], [300, 300, 600], [0, 0, 1200]):
        assert sorted(told(pauses)) == sorted(often)


def test_at_night_the_charge_of_a_small_matter_waits_and_that_of_a_grave_one_never(
    engine: Engine,
) -> None:
    quiet = QuietHours(time(12), time(20), (Severity.ORDINARY,))
    home = replace(HOME, quiet_hours=quiet)
    small = House(engine, home)
    small.send()
    assert small.chat.taken == []
    grave = House(engine, home, 3)
    grave.send()
    assert "应急局值班" in grave.chat.taken
    small.clock.set(NOON + 8 * HOUR)
    small.send()
    assert small.chat.taken == ["政府办值班", "应急局值班"]


def test_what_a_stop_or_work_has_overtaken_is_called_off_while_it_waits(engine: Engine) -> None:
    home = replace(HOME, stalls_after=((Severity.ORDINARY, 3 * HOUR),), reminders=(0.1,))
    house = House(engine, home)
    house.act("acknowledge", "chen")
    house.clock.set(NOON + 5 * HOUR)
    house.sweep()  # nobody sends: the way out is broken

    def waiting() -> set[str]:
        mine = (outbox.c.purpose == "clock") & (outbox.c.state == "pending")
        with engine.connect() as link:
            keys = link.execute(select(outbox.c.key).where(mine)).scalars()
            return {key.removeprefix(f"{house.id}:").split(":")[0] for key in keys}

    assert waiting() == {"clock", "stalled"}
    house.act("start", "chen")
    house.sweep()
    assert waiting() == {"clock"}
    answered = {"answered_at": house.clock.now().isoformat(), "to": "来电人", "file": "回访"}
    house.act("answer", "chen", **answered)
    house.sweep()
    assert waiting() == set()


def test_a_reminder_waits_on_while_it_is_true_and_a_report_that_is_made_calls_off_its_push(
    tmp_path: Path,
) -> None:
    def reached(contact: Contact) -> Contact:
        return replace(contact, channels=(f"json://127.0.0.1/{contact.name}",))

    with government("jinghai", tmp_path) as told:
        units = (
            replace(u, principal=reached(u.principal), duty=tuple(map(reached, u.duty)))
            for u in told.home.units
        )
        told.home = replace(told.home, units=tuple(units))
        told.desk = Desk(told.store.engine, {told.home.code: told.home})
        told.open("粮库坍塌", Topic.WORK_SAFETY, 3, True, ("静海镇",))

        def waiting() -> set[str]:
            mine = (outbox.c.purpose.in_(("acknowledge", "clock"))) & (outbox.c.state == "pending")
            with told.store.engine.connect() as link:
                keys = link.execute(select(outbox.c.key).where(mine)).scalars()
                parts = [key.removeprefix(f"{told.ticket_id}:").split(":") for key in keys]
            return {":".join(part[: 2 if part[0] == "clock" else 1]) for part in parts}

        for minutes in (16, 25, 29):  # nobody sends: the way out is broken
            told.swept(minutes / 60)
            assert "clock:acknowledge" in waiting()
        told.swept(0.6)
        assert "unreported" in waiting()
        told.reported(0.7)
        told.worked(0.7)
        told.swept(0.7)
        assert waiting() == set()


def test_a_call_to_report_that_reached_nobody_brings_the_chain_forward(tmp_path: Path) -> None:
    with government("jinghai", tmp_path) as told:
        told.open("粮库坍塌", Topic.WORK_SAFETY, 3, True, ("静海镇",))
        call = outbox.c.key.startswith(f"{told.ticket_id}:report:")
        with told.store.engine.begin() as link:
            link.execute(update(outbox).where(call).values(state="failed"))
        titles = told.swept(0.1)
    assert [one for one in titles if "未上报" in one]
