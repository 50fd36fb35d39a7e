"""催接班: a handover that nobody takes is chased, each call once, however late somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from responder.act import Act
from responder.announce import announcer
from responder.audit_check import verify
from responder.changes import Change
from responder.claims import ATTEMPTS
from responder.handovers import HandoverLine, Handovers
from responder.opening import NewCase, by_hand
from responder.outbox import send_due
from responder.people import Person, Role
from responder.push import Delivery
from responder.reliefs import STEPS, Call, due_calls
from responder.roster import Handover
from responder.schema import outbox
from responder.schema_doors import audit_log
from responder.store import TicketStore
from responder.sweep import sweep_due
from stream.bus import Outgoing
from tests.desk_world import BOTH, store_on
from tests.responder_world import HOUR, MINUTE, NOON, SetClock, district
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.roster import Contact, QuietHours, Roster, Shift
from yuqing.domain.verdict import Severity

WITHIN = 15 * MINUTE
PLAIN = district("json://127.0.0.1/all")
DAY, NIGHT, SPARE = (
    Contact(name, "值班", (f"json://127.0.0.1/{name}",)) for name in ("白班", "夜班", "备班")
)
HOME = replace(
    PLAIN,
    units=tuple(
        replace(one, duty=(DAY, NIGHT, SPARE)) if one.code == "yingji" else one
        for one in PLAIN.units
    ),
    handover_within=WITHIN,
)
GIVEN = Handover("yingji", "白班", "夜班", NOON)
CLERK = Person("lin", "林一", Role.MONITOR, "qinghe")


def names(calls: Sequence[Call]) -> list[tuple[str, list[str]]]:
    return [(one.target, [who.name for who in one.contacts]) for one in calls]


def test_the_taker_is_reminded_then_others_are_told_one_after_another() -> None:
    assert due_calls(GIVEN, HOME, NOON + WITHIN - timedelta.resolution) == ()
    assert names(due_calls(GIVEN, HOME, NOON + WITHIN)) == [("taker", ["夜班", "白班"])]
    assert names(due_calls(GIVEN, HOME, NOON + 4 * WITHIN, made=1)) == [
        ("roster", ["备班"]),
        ("principal", ["应急局负责人"]),
        ("coordinator", ["政府办值班"]),
    ]
    assert due_calls(GIVEN, HOME, NOON + 400 * HOUR, made=4) == ()


def test_nobody_else_on_the_roster_is_passed_over_at_once() -> None:
    alone = replace(
        HOME,
        units=tuple(
            replace(one, duty=(DAY, NIGHT)) if one.code == "yingji" else one for one in HOME.units
        ),
    )
    assert names(due_calls(GIVEN, alone, NOON + 2 * WITHIN, made=1)) == [
        ("roster", []),
        ("principal", ["应急局负责人"]),
    ]


def test_the_coordinators_own_handover_ends_with_the_leader() -> None:
    own = replace(GIVEN, unit="zhengfuban", giver="政府办值班", taker="某")
    assert due_calls(own, HOME, NOON + 4 * WITHIN)[-1].contacts == ()
    led = replace(HOME, leader=Contact("分管副区长", "分管领导"))
    last = due_calls(own, led, NOON + 4 * WITHIN)[-1]
    assert (last.unit, [one.name for one in last.contacts]) == ("leader", ["分管副区长"])


def test_quiet_hours_hold_back_no_call() -> None:
    quiet = QuietHours(time(0), time(23, 59), (Severity.ORDINARY,))
    home = replace(HOME, quiet_hours=quiet)
    assert len(due_calls(GIVEN, home, NOON + 4 * WITHIN)) == 4


@dataclass
class Chat:
    """A third party's chat: refuses whatever goes to one of `down`."""

    down: tuple[str, ...] = ()
    taken: list[str] = field(default_factory=list)

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:  # noqa: ARG002
        if any(one in channels[0] for one in self.down):
            return Delivery("HTTP 500")
        self.taken.append(f"{channels[0].rpartition('/')[2]} {title}")
        return Delivery(None, "回调")


def nowhere(_messages: Sequence[Outgoing]) -> None:
    """No change of a ticket is due here."""


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with store_on(request, tmp_path) as made:
        yield made


def given_over(engine: Engine, home: Jurisdiction = HOME) -> HandoverLine:
    return Handovers(engine).give(home, "yingji", ("白班", NIGHT), "两件待签收", "lin", NOON)


def sweep(engine: Engine, now: datetime, home: Jurisdiction = HOME) -> None:
    sweep_due(TicketStore(engine), {"qinghe": home}, now)


def written(engine: Engine) -> list[str]:
    with engine.connect() as link:
        query = select(outbox.c.key).where(outbox.c.kind == "push").order_by(outbox.c.outbox_id)
        return [key.removeprefix("handover:1") for key in link.execute(query).scalars()]


WHOLE = [":0", ":taker:0", ":taker:1", ":roster:0", ":principal:0", ":coordinator:0"]


def test_the_sweep_makes_each_call_once_and_the_record_shows_it(engine: Engine) -> None:
    given_over(engine)
    for minutes in range(0, 100, 5):
        sweep(engine, NOON + minutes * MINUTE)
        sweep(engine, NOON + minutes * MINUTE)
    assert written(engine) == WHOLE
    (line,) = Handovers(engine).recent("qinghe")
    assert line.called_zh == ("接班人", "下一班", "单位主要负责人", "综合协调单位")
    with engine.connect() as link:
        chased = audit_log.c.what == "handover_chased"
        told = link.execute(select(audit_log.c.detail).where(chased)).scalars().all()
    assert [step for one in told for step in one["called"]] == list(STEPS)
    assert verify(engine).findings == ()


def test_a_number_in_the_note_is_masked_in_every_call(engine: Engine) -> None:
    note = "有事打 138\u200b00138000"
    Handovers(engine).give(HOME, "yingji", ("白班", NIGHT), note, "lin", NOON)
    sweep(engine, NOON + 4 * WITHIN)
    with engine.connect() as link:
        payloads = link.execute(select(outbox.c.payload)).scalars().all()
    assert [one["body"].rpartition("\n")[2] for one in payloads] == [
        "交班说明：有事打 138****8000"
    ] * len(WHOLE)


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 90), max_size=8))
def test_down_for_any_time_it_goes_on_without_repeating_or_skipping(up: set[int]) -> None:
    made, calls = 0, list[str]()
    for minute in [*sorted(up), 24 * 60]:
        due = due_calls(GIVEN, HOME, NOON + minute * MINUTE, made)
        calls += [one.target for one in due]
        made = due[-1].number + 1 if due else made
    assert calls == list(STEPS)


def test_a_sweep_after_a_week_makes_up_for_all_at_once(engine: Engine) -> None:
    given_over(engine)
    sweep(engine, NOON + 7 * 24 * HOUR)
    assert written(engine) == WHOLE


def test_taking_it_ends_the_calls_and_calls_off_what_waits(engine: Engine) -> None:
    line, chat = given_over(engine), Chat()
    sweep(engine, NOON + WITHIN)
    Handovers(engine).take(line.handover_id, "wang", NOON + WITHIN + MINUTE)
    assert send_due(engine, chat, nowhere, SetClock(NOON + HOUR)) == 0
    sweep(engine, NOON + 9 * HOUR)
    assert written(engine) == WHOLE[:3]


def test_an_asking_that_reached_nobody_brings_the_first_call_forward(engine: Engine) -> None:
    given_over(engine, replace(HOME, handover_within=240 * HOUR))
    chat, clock = Chat(down=("夜班",)), SetClock()
    for _ in range(ATTEMPTS):
        send_due(engine, chat, nowhere, clock)
        clock.pass_by(HOUR)
    sweep(engine, clock.now(), replace(HOME, handover_within=240 * HOUR))
    assert written(engine) == WHOLE[:3]
    send_due(engine, chat, nowhere, clock)
    assert chat.taken == ["白班 请签收接班：应急局"]


def test_until_it_is_taken_new_work_reaches_the_giver_too(engine: Engine) -> None:
    shifts = (
        Shift("yingji", (DAY,), begin=time(8), end=time(12)),
        Shift("yingji", (NIGHT,), begin=time(12), end=time(8)),
    )
    home = replace(HOME, roster=Roster(shifts))
    given = given_over(engine, home)
    store = TicketStore(engine)

    def assigned(number: int) -> list[str]:
        case = NewCase("qinghe", f"路灯不亮{number}", "南湖路", "urban", 1, False)
        ticket_id = store.open(by_hand(case, CLERK, home, NOON + MINUTE))[0].ticket_id
        assign = Act(NOON + MINUTE, "ana", "assign", {"unit": "yingji"})
        store.change(ticket_id, lambda _s, _a: Change((assign,), announce=announcer(home)))
        mine = (outbox.c.purpose == "acknowledge") & (outbox.c.ticket_id == ticket_id)
        with engine.connect() as link:
            payloads = link.execute(select(outbox.c.payload).where(mine)).scalars()
            return [payload["recipient"] for payload in payloads]

    assert assigned(1) == ["夜班", "白班"]
    Handovers(engine).take(given.handover_id, "wang", NOON + MINUTE)
    assert assigned(2) == ["夜班"]
