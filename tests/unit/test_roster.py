"""值班表: shifts by kind of day, statutory holidays and make-up workdays, nights and handovers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from responder.desk import Desk
from responder.handovers import Handovers
from responder.people import Person, Role
from responder.roster import Handover, awake, day_kind, on_duty
from responder.schema import notices, outbox
from responder.store import TicketStore
from stream.sql import open_engine
from tests.reference.small_district import DISTRICT
from tests.responder_world import HOUR, MINUTE, NOON
from yuqing.domain.errors import Conflict, NotAllowed, NotFound
from yuqing.domain.jurisdiction import Unit
from yuqing.domain.roster import Calendar, Contact, DayKind, QuietHours, Roster, Shift
from yuqing.domain.verdict import Severity

ZONE = ZoneInfo("Asia/Shanghai")
DAY_CLERK, NIGHT_CLERK = Contact("白班", "值班员", ("json://d",)), Contact("夜班", "值班员")
HOLIDAY_CLERK, CHIEF = Contact("节日值班", "值班员"), Contact("带班领导", "带班")
OFFICE = Unit(
    "office", "区政府办", "other", Contact("主任", "主要负责人"), (Contact("总值班室", ""),)
)
HOME = replace(
    DISTRICT,
    units=(OFFICE, *DISTRICT.units[1:]),
    roster=Roster(
        (
            Shift("office", (DAY_CLERK,), (DayKind.WORKDAY,), begin=time(8, 30), end=time(17, 30)),
            Shift("office", (NIGHT_CLERK,), begin=time(17, 30), end=time(8, 30)),
            Shift("office", (HOLIDAY_CLERK,), (DayKind.HOLIDAY,), begin=time(8), end=time(20)),
            Shift("office", (CHIEF,), dates=(date(2026, 2, 17),)),
        ),
        Calendar.WORKDAYS,
    ),
)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("day", "workdays", "natural"),
    [
        (date(2026, 3, 2), DayKind.WORKDAY, DayKind.WORKDAY),
        (date(2026, 3, 7), DayKind.WEEKEND, DayKind.WEEKEND),
        (date(2026, 10, 1), DayKind.HOLIDAY, DayKind.WORKDAY),
        (date(2026, 2, 14), DayKind.WORKDAY, DayKind.WEEKEND),  # a Saturday made up for a holiday
        (date(2026, 2, 21), DayKind.HOLIDAY, DayKind.WEEKEND),
        (date(2099, 1, 5), DayKind.WORKDAY, DayKind.WORKDAY),  # not announced yet
        (date(2099, 1, 3), DayKind.WEEKEND, DayKind.WEEKEND),
    ],
)
def test_days_are_what_the_state_council_says(
    day: date, workdays: DayKind, natural: DayKind
) -> None:
    assert day_kind(day, Calendar.WORKDAYS) is workdays
    assert day_kind(day, Calendar.NATURAL) is natural


@pytest.mark.parametrize(
    ("at", "names"),
    [
        (local(2026, 3, 2, 9), ["白班"]),
        (local(2026, 3, 2, 8, 29), ["夜班"]),
        (local(2026, 3, 2, 8, 30), ["白班"]),
        (local(2026, 3, 2, 17, 30), ["夜班"]),
        (local(2026, 3, 3, 3), ["夜班"]),  # of the day before
        (local(2026, 3, 7, 12), ["总值班室"]),  # no shift covers it
        (local(2026, 2, 14, 10), ["白班"]),  # a make-up workday
        (local(2026, 10, 1, 10), ["节日值班"]),
        (local(2026, 10, 1, 18), ["夜班", "节日值班"]),
        (local(2026, 2, 17, 10), ["带班领导"]),  # the date stands instead of all others
        (local(2026, 2, 18, 3), ["总值班室"]),
    ],
)
def test_who_is_on_duty(at: datetime, names: list[str]) -> None:
    assert [one.name for one in on_duty(HOME, OFFICE, at)] == names


def test_who_has_not_been_relieved_stays_on_duty_beside_the_taker() -> None:
    given = Handover("office", "夜班", "白班", local(2026, 3, 2, 8, 30))
    taken = replace(given, taken_at=local(2026, 3, 2, 9))
    at = local(2026, 3, 2, 8, 45)
    assert [one.name for one in on_duty(HOME, OFFICE, at, [given])] == ["白班", "夜班"]
    assert [one.name for one in on_duty(HOME, OFFICE, at, [taken])] == ["白班", "夜班"]
    later = local(2026, 3, 2, 9, 1)
    assert [one.name for one in on_duty(HOME, OFFICE, later, [taken])] == ["白班"]
    other = replace(given, unit="housing")
    assert [one.name for one in on_duty(HOME, OFFICE, at, [other])] == ["白班"]


@pytest.mark.parametrize(
    ("at", "wakes"),
    [
        (local(2026, 3, 2, 21, 59), local(2026, 3, 2, 21, 59)),
        (local(2026, 3, 2, 22), local(2026, 3, 3, 7)),
        (local(2026, 3, 3, 6, 59, 59), local(2026, 3, 3, 7)),
        (local(2026, 3, 3, 7), local(2026, 3, 3, 7)),
    ],
)
def test_small_matters_wait_for_the_morning_and_grave_ones_never(
    at: datetime, wakes: datetime
) -> None:
    grades = (Severity.ORDINARY, Severity.LARGER, Severity.MAJOR)
    home = replace(HOME, quiet_hours=QuietHours(time(22), time(7), grades))
    assert awake(home, Severity.ORDINARY, at) == wakes
    for grade in (Severity.MAJOR, Severity.GRAVE):
        assert awake(home, grade, at) == at  # whatever the file says
    assert awake(HOME, Severity.ORDINARY, at) == at


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


def test_duty_is_handed_over_and_taken(engine: Engine) -> None:
    record = Handovers(engine)
    line = record.give(HOME, "office", ("夜班", DAY_CLERK), "两件待签收", "lin", NOON)
    assert (line.taken_at, line.note) == (None, "两件待签收")
    with engine.connect() as connection:
        push = connection.execute(select(outbox)).one()
        notice = connection.execute(select(notices)).one()
    assert (push.payload["channels"], push.state) == (["json://d"], "pending")
    assert (notice.audience, notice.title) == ("unit:office", "请签收接班：区政府办")
    (waiting,) = record.waiting(NOON)[HOME.code]
    assert (waiting.giver, waiting.taker, waiting.taken_at) == ("夜班", "白班", None)
    with pytest.raises(Conflict, match="白班"):
        record.give(HOME, "office", ("夜班", DAY_CLERK), "", "lin", NOON + MINUTE)
    taken = record.take(line.handover_id, "wang", NOON + HOUR)
    assert (taken.taken_by, taken.taken_at) == ("wang", NOON + HOUR)
    assert record.waiting(NOON + HOUR) == {}
    with pytest.raises(Conflict, match="wang"):
        record.take(line.handover_id, "zhao", NOON + HOUR)
    with pytest.raises(NotFound):
        record.take(99, "zhao", NOON)
    assert record.recent(HOME.code) == (taken,)


CLERK = Person("lin", "林一", Role.UNIT, HOME.code, "office")
OTHER = Person("wang", "王二", Role.UNIT, HOME.code, "office")
STRANGER = Person("hou", "侯三", Role.UNIT, HOME.code, "housing")
ADMIN = Person("root", "管理员", Role.ADMIN)
READER = Person("wu", "吴五", Role.LEADER, HOME.code)


def test_the_desk_shows_duty_and_lets_it_be_handed_over(engine: Engine) -> None:
    desk, at = Desk(engine, {HOME.code: HOME}), local(2026, 3, 2, 8, 30)
    (line,) = desk.roster(CLERK, HOME.code, at)
    assert (line.on_duty, line.waiting) == (("白班",), None)
    assert "夜班" in line.mute
    assert "白班" not in line.mute
    given = desk.hand_over(CLERK, HOME.code, "office", ("夜班", "白班"), "", at)
    assert given.note == "无遗留事项"
    (line,) = desk.roster(OTHER, HOME.code, at)
    assert (line.on_duty, line.waiting) == (("白班", "夜班"), "白班")
    with pytest.raises(NotAllowed, match="交班人"):
        desk.take_over(CLERK, given.handover_id, at)
    for person in (STRANGER, Person("x", "某", Role.MONITOR, "elsewhere")):
        with pytest.raises(NotFound):
            desk.take_over(person, given.handover_id, at)
    with pytest.raises(NotAllowed):
        desk.take_over(READER, given.handover_id, at)
    assert desk.take_over(OTHER, given.handover_id, at + MINUTE).taken_by == "wang"
    (line,) = desk.roster(CLERK, HOME.code, at + MINUTE)
    assert line.on_duty == ("白班",)
    assert desk.handovers(STRANGER, HOME.code) == ()
    assert len(desk.handovers(ADMIN, HOME.code)) == 1
    assert len(desk.roster(ADMIN, HOME.code, at)) == len(HOME.units)
    with pytest.raises(NotFound, match="没有联系人"):
        desk.hand_over(CLERK, HOME.code, "office", ("夜班", "外人"), "", at)


def test_a_contact_can_be_sent_a_test_message(engine: Engine) -> None:
    desk = Desk(engine, {HOME.code: HOME})
    desk.test_push(ADMIN, HOME.code, "office", "白班", NOON)
    with engine.connect() as connection:
        row = connection.execute(select(outbox)).one()
    assert (row.purpose, row.payload["channels"], row.state) == ("test", ["json://d"], "pending")
    with pytest.raises(NotFound):
        desk.test_push(STRANGER, HOME.code, "office", "白班", NOON)
