"""会商 as a recorded round, and the lead whom the coordinator names after two returns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from responder.clocks import read_clocks
from responder.desk import Desk, NewCase
from responder.people import Person, Role
from responder.schema import notices
from responder.store import TicketStore
from stream.sql import open_engine
from tests.responder_world import HOUR, MINUTE, NOON, district
from yuqing.domain.errors import InvalidMessage, NotAllowed

LIN = Person("lin", "林一", Role.MONITOR, "qinghe")
ANA = Person("ana", "安娜", Role.ANALYST, "qinghe")
CHEN = Person("chen", "陈二", Role.UNIT, "qinghe", "yingji")
BEI = Person("bei", "贝三", Role.UNIT, "qinghe", "beipo")
WU = Person("wu", "吴五", Role.LEADER, "qinghe")


class Case:
    """One ticket that acts follow on, a minute each."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.now, self.version = desk, NOON, 1
        case = NewCase("qinghe", "北坡仓库起火", "有烟", "work_safety", 2, True, ("北坡",))
        self.ticket_id = desk.open_by_hand(LIN, case, NOON).ticket_id

    def does(self, person: Person, action: str, **data: Any) -> None:
        self.now += MINUTE
        line = self.desk.act(person, self.ticket_id, self.version, action, data, self.now)
        self.version = line.version

    def offered(self, person: Person) -> set[str]:
        offers = self.desk.actions_for(person, self.ticket_id, self.now)
        return {offer.action for offer in offers}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


@pytest.fixture
def case(engine: Engine) -> Case:
    made = Case(Desk(engine, {"qinghe": district()}))
    made.does(ANA, "assign", unit="yingji", co_units=["beipo"])
    return made


def test_a_round_is_opened_heard_and_concluded_and_the_silent_are_named(
    engine: Engine, case: Case
) -> None:
    asked = ["yingji", "beipo", "renshe", "yingji"]
    case.does(ANA, "consult", phase="open", units=asked, text="是否疏散")
    case.does(CHEN, "consult", phase="opinion", text="先疏散")
    case.does(BEI, "consult", phase="opinion", unit="yingji", text="可安置")
    case.does(CHEN, "consult", phase="opinion", text="立即疏散")
    case.does(ANA, "consult", phase="conclude", text="立即疏散，北坡街道安置")
    (one,) = case.desk.ticket(ANA, case.ticket_id, case.now).consultations
    assert one.units_zh == ("应急局", "北坡街道", "人社局")
    assert one.opinions == (("北坡街道", "可安置"), ("应急局", "立即疏散"))
    assert (one.conclusion, one.absent_zh) == ("立即疏散，北坡街道安置", ("人社局",))
    said = case.desk.record(ANA, case.ticket_id, case.now)["events"][-1]["data"]
    assert said["absent"] == ["renshe"]
    with engine.connect() as connection:
        told = connection.execute(select(notices.c.audience).where(notices.c.title.like("请参加%")))
        assert set(told.scalars()) == {"unit:yingji", "unit:beipo", "unit:renshe"}


def test_what_does_not_fit_the_round_is_refused(case: Case) -> None:
    with pytest.raises(NotAllowed, match="没有进行中"):
        case.does(CHEN, "consult", phase="opinion", text="先疏散")
    with pytest.raises(InvalidMessage, match="units"):
        case.does(ANA, "consult", phase="open", text="是否疏散")
    with pytest.raises(InvalidMessage, match="phase"):
        case.does(ANA, "consult", phase="dance", text="是否疏散")
    with pytest.raises(NotAllowed, match="协调单位发起"):
        case.does(CHEN, "consult", phase="open", units=["yingji"], text="是否疏散")
    case.does(ANA, "consult", phase="open", units=["yingji"], text="是否疏散")
    with pytest.raises(NotAllowed, match="尚未形成结论"):
        case.does(ANA, "consult", phase="open", units=["yingji"], text="再议")
    with pytest.raises(NotAllowed, match="不在本次会商"):
        case.does(BEI, "consult", phase="opinion", text="可安置")
    with pytest.raises(InvalidMessage, match="unit"):
        case.does(ANA, "consult", phase="opinion", text="可安置")
    with pytest.raises(NotAllowed, match="协调单位登记"):
        case.does(CHEN, "consult", phase="conclude", text="就这样")
    case.does(ANA, "consult", phase="opinion", unit="yingji", text="电话：同意")
    case.does(WU, "consult", phase="conclude", text="疏散")
    case.does(ANA, "consult", phase="open", units=["beipo"], text="善后")
    rounds = case.desk.ticket(ANA, case.ticket_id, case.now).consultations
    assert [(one.number, one.absent_zh, one.conclusion) for one in rounds] == [
        (1, (), "疏散"),
        (2, ("北坡街道",), ""),
    ]


def test_a_talk_without_a_round_is_a_plain_record_and_none_of_it_moves_a_clock(
    engine: Engine, case: Case
) -> None:
    case.does(CHEN, "consult", text="与消防通话", units=["yingji"])
    stored, acts = TicketStore(engine).history(case.ticket_id)
    assert acts[-1].data == {"text": "与消防通话"}
    late = case.now + 60 * HOUR
    assert read_clocks(acts, stored.policy, late) == read_clocks(acts[:-1], stored.policy, late)


def test_after_two_returns_the_coordinator_names_a_lead_who_may_not_return_it(
    engine: Engine, case: Case
) -> None:
    case.does(CHEN, "return", reason="非我职责")
    case.does(LIN, "assign", unit="beipo")
    assert "return" in case.offered(BEI)
    case.does(BEI, "return", reason="也非我职责")
    with pytest.raises(NotAllowed, match="指定主办"):
        case.does(LIN, "assign", unit="yingji")
    case.does(ANA, "assign", unit="yingji")
    with pytest.raises(NotAllowed, match="不得再退回"):
        case.does(CHEN, "return", reason="还是不办")
    assert "return" not in case.offered(CHEN)
    _stored, acts = TicketStore(engine).history(case.ticket_id)
    assert (acts[-1].data["unit"], acts[-1].data["named_lead"]) == ("yingji", True)
    with engine.connect() as connection:
        titles = connection.execute(select(notices.c.title)).scalars().all()
    assert sum("已两次退回，请指定主办单位" in title for title in titles) == 1
    assert sum("已退回，请重新交办" in title for title in titles) == 1
