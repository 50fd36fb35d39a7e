"""Who may do what another has done: review step by step, extensions, one voice of several units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from responder.answers import Offers
from responder.desk import Desk, NewCase
from responder.doors import check_reads_reports
from responder.people import Person, Role
from responder.readmodels.tickets import TicketLine
from responder.schema import notices
from responder.store import TicketStore
from stream.sql import open_engine
from tests.desk_world import SECRET, quick_people
from tests.responder_world import HOUR, NOON, SetClock, district, post
from yuqing.domain.conduct import Gate, ReviewStep
from yuqing.domain.errors import InvalidMessage, NotAllowed, NotFound
from yuqing.domain.post import Owner

STEPS = (
    ReviewStep("first", "初审", "reviewer"),
    ReviewStep("audit", "审计", "caizheng", Gate.FINANCIAL),
    ReviewStep("office", "政府办复审", "zhengfuban"),
    ReviewStep("joint", "会签", "analyst", Gate.SEVERAL_UNITS),
    ReviewStep("final", "分管领导审签", "leader"),
)
PLAIN = district()
STRICT = replace(
    PLAIN,
    review=STEPS,
    units=(*PLAIN.units, replace(PLAIN.units[0], code="caizheng", name="财政局")),
)
ANA = Person("ana", "安娜", Role.ANALYST, "qinghe")
BAI = Person("bai", "白六", Role.ANALYST, "qinghe")
CHEN = Person("chen", "陈二", Role.UNIT, "qinghe", "yingji")
DENG = Person("deng", "邓七", Role.UNIT, "qinghe", "yingji")
HOU = Person("hou", "侯三", Role.UNIT, "qinghe", "renshe")
OFFICE = Person("fang", "方八", Role.UNIT, "qinghe", "zhengfuban")
MONEY = Person("qian", "钱九", Role.UNIT, "qinghe", "caizheng")
SHEN = Person("shen", "沈四", Role.REVIEWER, "qinghe")
SONG = Person("song", "宋十", Role.REVIEWER, "qinghe")
WU = Person("wu", "吴五", Role.LEADER, "qinghe")
ROOT = Person("root", "管理员", Role.ADMIN)
EVERYBODY = (ANA, BAI, CHEN, DENG, HOU, OFFICE, MONEY, SHEN, SONG, WU, ROOT)
CASE = NewCase("qinghe", "北坡仓库起火", "火势已控制", "work_safety", 2, False)
PUBLISHED = {
    "published_at": NOON.isoformat(),
    "channel": "区政府网站",
    "official": True,
    "speaker": "应急局负责人",
    "principal": True,
    "url": "http://127.0.0.1/gov/1",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    people = quick_people(made, SetClock())
    for person in EVERYBODY:
        people.create(person, SECRET)
    yield made
    made.dispose()


class Case:
    """One ticket and its desk; who acts, acts on the newest version."""

    def __init__(self, engine: Engine, home: Any, *co_units: str, **more: Any) -> None:
        self.desk, self.store = Desk(engine, {"qinghe": home}), TicketStore(engine)
        self.id = self.desk.open_by_hand(ANA, CASE, NOON).ticket_id
        self.act(ANA, "assign", unit="yingji", co_units=list(co_units), **more)

    def act(self, person: Person, action: str, **data: Any) -> TicketLine:
        version = self.store.get(self.id).version
        return self.desk.act(person, self.id, version, action, data, NOON + HOUR)

    def drafted(self, by: Person = CHEN, **data: Any) -> Case:
        for action in ("acknowledge", "start"):
            self.act(by, action)
        self.act(by, "submit", draft="火已扑灭，原因正在调查", **data)
        return self

    def agreed(self) -> Case:
        """With an approved line, where the jurisdiction names no steps of review."""
        self.drafted()
        self.act(SHEN, "approve", step="审核")
        return self

    def offered(self, person: Person) -> Mapping[str, Any]:
        return {one.action: one for one in self.desk.actions_for(person, self.id, NOON + HOUR)}


def test_steps_are_taken_in_order_each_by_another(engine: Engine) -> None:
    case = Case(engine, STRICT).drafted()
    assert case.offered(SHEN)["approve"].fields[0].choices == (("first", "初审"),)
    for person in (WU, ANA, ROOT, CHEN):
        assert "approve" not in case.offered(person)
        with pytest.raises(NotAllowed, match="初审"):
            case.act(person, "approve", step="first")
    with pytest.raises(NotAllowed, match="须先完成“初审”"):
        case.act(SHEN, "approve", step="final")
    case.act(SHEN, "approve", step="first")
    with pytest.raises(NotAllowed, match="尚缺：政府办复审"):
        case.act(CHEN, "publish", **PUBLISHED)
    case.act(OFFICE, "approve", step="office")
    assert case.desk.ticket(ANA, case.id, NOON + HOUR).approved_line == ""
    case.act(WU, "approve", step="final")
    with pytest.raises(NotAllowed, match="均已通过"):
        case.act(WU, "approve", step="final")
    page = case.desk.ticket(ANA, case.id, NOON + HOUR)
    assert [(step.name, step.who) for step in page.review] == [
        ("初审", "沈四"),
        ("政府办复审", "方八"),
        ("分管领导审签", "吴五"),
    ]
    assert page.approved_line == "火已扑灭，原因正在调查"
    assert case.act(CHEN, "publish", **PUBLISHED).state == "responded"


def test_a_reviewing_unit_sees_the_draft_that_waits_for_it_and_only_then(engine: Engine) -> None:
    home = replace(STRICT, review=(STEPS[0], replace(STEPS[1], when=None)))
    case = Case(engine, home).drafted()
    with pytest.raises(NotFound):
        case.desk.ticket(MONEY, case.id, NOON + HOUR)
    with pytest.raises(NotFound):
        case.act(MONEY, "approve", step="audit")
    case.act(SHEN, "approve", step="first")
    assert case.desk.ticket(MONEY, case.id, NOON + HOUR).line.ticket_id == case.id
    assert set(case.offered(MONEY)) == {"approve", "send_back"}
    for action in ("note", "acknowledge"):
        with pytest.raises(NotFound):
            case.act(MONEY, action, text="x")
    case.act(MONEY, "approve", step="audit")
    with pytest.raises(NotFound):
        case.act(MONEY, "approve", step="audit")


def test_what_people_say_of_a_draft_asks_for_further_steps(engine: Engine) -> None:
    case = Case(engine, STRICT).drafted(gates=["financial"])
    case.act(SHEN, "approve", step="first")
    with pytest.raises(NotAllowed, match="审计"):
        case.act(SONG, "approve", step="office")
    case.act(MONEY, "approve", step="audit")
    case.act(OFFICE, "approve", step="office")
    case.act(WU, "send_back", reason="补充伤亡情况")
    case.act(CHEN, "submit", draft="第二稿")
    case.act(SHEN, "approve", step="first", gates=["financial"])
    with pytest.raises(NotFound):
        case.act(OFFICE, "approve", step="office")  # the audit comes first again
    case.act(MONEY, "approve", step="audit")


def test_several_units_ask_for_their_step_by_themselves(engine: Engine) -> None:
    case = Case(engine, STRICT, "renshe").drafted()
    case.act(SHEN, "approve", step="first")
    case.act(OFFICE, "approve", step="office")
    with pytest.raises(NotAllowed, match="会签"):
        case.act(WU, "approve", step="joint")
    case.act(ANA, "approve", step="joint")
    case.act(WU, "approve", step="final")


def test_whoever_drafted_in_this_round_never_approves(engine: Engine) -> None:
    home = replace(PLAIN, review=(ReviewStep("own", "本单位复核", "unit"),))
    case = Case(engine, home).drafted(CHEN)
    with pytest.raises(NotAllowed, match="起草人"):
        case.act(CHEN, "approve", step="own")
    case.act(DENG, "send_back", reason="改")
    case.act(DENG, "submit", draft="第二稿")
    for drafter in (CHEN, DENG):
        with pytest.raises(NotAllowed, match="起草人"):
            case.act(drafter, "approve", step="own")


def test_who_asks_for_more_time_does_not_grant_it(engine: Engine) -> None:
    case = Case(engine, PLAIN)
    later = (NOON + 72 * HOUR).isoformat()
    asked = {"clock": "response", "due": later, "reason": "待检测结果"}
    case.act(CHEN, "request_extension", **asked)
    with pytest.raises(NotAllowed):
        case.act(CHEN, "extend", **asked, approver="wu")
    with pytest.raises(InvalidMessage, match="approver"):
        case.act(ANA, "extend", **asked, approver="ana")
    case.act(ANA, "extend", **asked, approver="wu")
    store = TicketStore(engine)
    assert store.history(case.id)[1][-1].data["approver"] == "wu"


def test_an_administrator_who_asked_neither_grants_nor_records_it(engine: Engine) -> None:
    case = Case(engine, PLAIN)
    asked = {"clock": "response", "due": (NOON + 72 * HOUR).isoformat(), "reason": "x"}
    case.act(ROOT, "request_extension", **asked)
    for person, approver in ((ROOT, "wu"), (ANA, "root")):
        with pytest.raises(NotAllowed, match="申请延期的人"):
            case.act(person, "extend", **asked, approver=approver)
    case.act(ANA, "extend", **asked, approver="wu")


def test_of_several_units_one_releases(engine: Engine) -> None:
    case = Case(engine, PLAIN, "renshe").agreed()
    for action, data in (
        ("publish", PUBLISHED),
        ("answer", {"answered_at": NOON.isoformat(), "to": "来电人", "file": "回访记录"}),
        ("press_conference", {**PUBLISHED, "held_at": NOON.isoformat()}),
    ):
        with pytest.raises(NotAllowed, match="应急局按审定口径统一发布"):
            case.act(HOU, action, **data)
    assert case.act(CHEN, "publish", **PUBLISHED).breached == 0


def test_the_releasing_unit_may_be_another_than_the_one_in_charge(engine: Engine) -> None:
    case = Case(engine, PLAIN, "renshe", releasing_unit="renshe").agreed()
    assert case.desk.ticket(ANA, case.id, NOON + HOUR).releasing_unit_zh == "人社局"
    with pytest.raises(NotAllowed, match="人社局"):
        case.act(CHEN, "publish", **PUBLISHED)
    case.act(HOU, "publish", **PUBLISHED)
    case.act(CHEN, "start")
    case.act(ANA, "reassign", unit="yingji", reason="调整")
    with pytest.raises(NotAllowed, match="应急局"):
        case.act(HOU, "publish", **PUBLISHED)


def test_the_releasing_unit_is_asked_to_publish_what_was_approved(engine: Engine) -> None:
    home = replace(PLAIN, review=(ReviewStep("final", "分管领导审签", "leader"),))
    case = Case(engine, home, "renshe").drafted()
    case.act(ANA, "consult", phase="open", units=["yingji", "renshe"], text="谁来发布")
    case.act(WU, "consult", phase="conclude", text="人社局统一发布", releasing_unit="renshe")
    assert case.desk.ticket(ANA, case.id, NOON + HOUR).releasing_unit_zh == "人社局"
    case.act(WU, "approve", step="final")
    with engine.connect() as connection:
        asked = notices.c.title.startswith("审核已全部通过，请发布")
        told = connection.execute(select(notices.c.audience).where(asked)).scalars().all()
    assert told == ["unit:renshe"]
    with pytest.raises(NotAllowed, match="人社局"):
        case.act(CHEN, "publish", **PUBLISHED)
    assert case.act(HOU, "publish", **PUBLISHED).state == "responded"


def test_a_unit_that_only_releases_publishes_and_does_nothing_else(engine: Engine) -> None:
    home = replace(PLAIN, review=(ReviewStep("final", "分管领导审签", "leader"),))
    case = Case(engine, home, "renshe", releasing_unit="zhengfuban").drafted()
    assert [group.title for group in case.desk.my_work(OFFICE, NOON + HOUR)] == []
    case.act(WU, "approve", step="final")
    (group,) = case.desk.my_work(OFFICE, NOON + HOUR)
    assert group.title == "审核通过，待发布"
    assert set(case.offered(OFFICE)) == {action for action, _data in RELEASES}
    with pytest.raises(NotFound):
        case.act(OFFICE, "note", text="顺便说一句")
    assert case.act(OFFICE, "publish", **PUBLISHED).state == "responded"


def test_who_coordinates_records_what_the_releasing_unit_said(engine: Engine) -> None:
    case = Case(engine, PLAIN, "renshe", releasing_unit="renshe").agreed()
    assert case.act(ANA, "publish", **PUBLISHED).state == "responded"


CONFERENCE = {**PUBLISHED, "held_at": NOON.isoformat()}
ANSWERED = {"answered_at": NOON.isoformat(), "to": "来电人", "file": "回访记录"}
RELEASES: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("publish", PUBLISHED),
    ("press_conference", CONFERENCE),
    ("answer", ANSWERED),
)


@pytest.mark.parametrize(("action", "data"), RELEASES)
def test_of_several_units_nothing_is_released_without_an_approved_line(
    engine: Engine, action: str, data: Mapping[str, Any]
) -> None:
    case = Case(engine, PLAIN, "renshe")
    for person in (CHEN, ANA, ROOT):
        with pytest.raises(NotAllowed, match="尚无审定口径"):
            case.act(person, action, **data)
    case.agreed()
    case.act(CHEN, action, **data)
    case.act(CHEN, action, **data)  # outside review too, the line of this round holds


@pytest.mark.parametrize(("action", "data"), RELEASES)
def test_a_leader_may_let_a_release_go_first_with_a_reason(
    engine: Engine, action: str, data: Mapping[str, Any]
) -> None:
    case = Case(engine, PLAIN, "renshe")
    offer = case.offered(CHEN)[action]
    asked = {field.name: field.required for field in offer.fields}
    assert (asked["approver"], asked["reason"]) == (True, True)
    assert offer.next_zh.startswith("本案涉及多个单位，尚无审定口径，不能登记发布。由同意的领导")
    for half in ({"approver": "wu"}, {"reason": "传言蔓延"}):
        with pytest.raises(NotAllowed, match="请写明同意的领导和理由"):
            case.act(CHEN, action, **data, **half)
    with pytest.raises(InvalidMessage, match="approver"):
        case.act(CHEN, action, **data, approver="chen", reason="传言蔓延")
    with pytest.raises(NotAllowed, match="不能是办理人自己"):
        case.act(ROOT, action, **data, approver="root", reason="传言蔓延")
    with pytest.raises(NotAllowed, match="统一发布"):
        case.act(HOU, action, **data, approver="wu", reason="传言蔓延")
    case.act(CHEN, action, **data, approver="wu", reason="传言蔓延")
    said = case.store.history(case.id)[1][-1].data
    assert (said["approver"], said["reason"]) == ("wu", "传言蔓延")


def test_a_grave_emergency_is_released_in_time_on_a_reason_alone(engine: Engine) -> None:
    case = Case(engine, STRICT, "renshe")
    case.act(ANA, "grade", grade=3, emergency=True, reason="伤亡")
    for stage in ("before review", "in review"):
        asked = {f.name: f.required for f in case.offered(CHEN)["publish"].fields}
        assert (asked["approver"], asked["reason"]) == (False, True), stage
        with pytest.raises(NotAllowed, match="请写明理由"):
            case.act(CHEN, "publish", **PUBLISHED)
        if stage == "before review":
            case.drafted()
    with pytest.raises(NotAllowed, match="统一发布"):
        case.act(HOU, "publish", **PUBLISHED, reason="五小时将到")
    case.act(CHEN, "publish", **PUBLISHED, reason="五小时将到，审核人正在路上")
    clocks = {one.name: one.status for one in case.desk.ticket(ANA, case.id, NOON + HOUR).clocks}
    assert clocks["authoritative_release"] == "met"


def test_what_is_in_review_and_does_not_press_goes_its_way(engine: Engine) -> None:
    case = Case(engine, STRICT, "renshe").drafted()
    assert "publish" not in case.offered(CHEN)
    with pytest.raises(NotAllowed, match="尚未审核通过"):
        case.act(CHEN, "publish", **PUBLISHED, approver="wu", reason="急")


def test_where_nothing_is_missing_nothing_more_is_asked(engine: Engine) -> None:
    alone, agreed = Case(engine, PLAIN), Case(engine, PLAIN, "renshe").agreed()
    for case in (alone, agreed):
        offer = case.offered(CHEN)["publish"]
        assert not {"approver", "reason"} & {field.name for field in offer.fields}
        assert offer.next_zh.startswith("以发布时间为准")


def test_a_unit_reads_no_report_on_all_units() -> None:
    for person in EVERYBODY:
        if person.role is not Role.UNIT:
            check_reads_reports(person)
            continue
        with pytest.raises(NotAllowed):
            check_reads_reports(person)


def test_an_offer_is_accepted_only_for_the_releasing_unit(engine: Engine) -> None:
    case = Case(engine, PLAIN, "renshe")
    notice = post(7, "北坡仓库起火情况通报", "北坡仓库起火已扑灭", owner=Owner.OFFICIAL, at=NOON)
    assert Offers(engine).put([(case.id, notice)], NOON) == 1
    [offer] = case.desk.offers(ANA)
    version = TicketStore(engine).get(case.id).version
    with pytest.raises(NotAllowed, match="统一发布"):
        case.desk.accept_offer(HOU, offer.offer_id, version, "某", False, NOON + HOUR)
    case.desk.accept_offer(CHEN, offer.offer_id, version, "某", False, NOON + HOUR)
