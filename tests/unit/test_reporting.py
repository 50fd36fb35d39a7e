"""Reporting up: drafted from the record, confirmed by a person, with receipts; notices of 网信."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from responder.desk import Desk, NewCase
from responder.handlers import respond_handler
from responder.origins import Origin
from responder.people import Person, Role
from responder.reporting import unreported
from responder.reporting_drafts import FIELDS
from responder.schema import outbox
from responder.store import TicketStore
from stream.sql import open_engine
from tests.desk_world import SECRET, quick_people
from tests.responder_world import (
    HOUR,
    MINUTE,
    NOON,
    SetClock,
    changed,
    district,
    post,
    recorded,
    relevant,
    unit,
)
from yuqing.domain.conduct import ReportsTo
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed
from yuqing.domain.jurisdiction import Contact

BARE = district()
HOME = replace(
    BARE,
    units=(
        *BARE.units,
        unit("xuanchuan", "宣传部", "json://127.0.0.1:9/x"),
        unit("wangxin", "网信办", "json://127.0.0.1:9/w"),
    ),
    superior=Contact("市政府总值班室", "上级政府", ("json://127.0.0.1:9/s",)),
    reports_to=ReportsTo("xuanchuan", "wangxin"),
)
LIN = Person("lin", "林一", Role.MONITOR, "qinghe")
ANA = Person("ana", "安娜", Role.ANALYST, "qinghe")
CHEN = Person("chen", "陈二", Role.UNIT, "qinghe", "yingji")
ALL = ("superior", "publicity", "cyberspace")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    people = quick_people(made, SetClock())
    for person in (LIN, ANA, CHEN):
        people.create(person, SECRET)
    yield made
    made.dispose()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine, {"qinghe": HOME})


def by_hand(desk: Desk, **more: Any) -> str:
    case = NewCase(
        "qinghe",
        "北坡仓库起火",
        "值班员报告：已有2人轻伤。联系 13900001234",
        "work_safety",
        3,
        True,
        ("北坡",),
        origin=Origin.OFFLINE,
    )
    return desk.open_by_hand(LIN, replace(case, **more), NOON).ticket_id


def pushes(engine: Engine, ticket_id: str) -> list[Any]:
    query = select(outbox).where(outbox.c.ticket_id == ticket_id, outbox.c.kind == "push")
    with engine.connect() as link:
        return list(link.execute(query.order_by(outbox.c.outbox_id)))


def test_a_report_is_drafted_from_the_record(desk: Desk) -> None:
    ticket_id = by_hand(desk, first_posted_at=NOON - 20 * MINUTE)
    desk.act(ANA, ticket_id, 1, "assign", {"unit": "yingji"}, NOON + 10 * MINUTE)
    desk.act(
        ANA, ticket_id, 2, "verify", {"text": "过火面积约200平方米；已疏散群众30人"}, NOON + HOUR
    )
    draft = desk.draft_report(ANA, ticket_id)
    assert draft.parts == {
        "time": "3月2日12时00分发现，3月2日11时40分首发",
        "place": "北坡",
        "what": "北坡仓库起火（重大，突发事件）。值班员报告：已有2人轻伤。联系 139****1234",
        "harm": "值班员报告：已有2人轻伤；已疏散群众30人",
        "done": "3月2日12时10分交办应急局；3月2日13时00分核查：过火面积约200平方米；已疏散群众30人",
        "asked": "",
    }
    assert [line.split("：")[0] for line in draft.text.splitlines()] == list(FIELDS.values())
    assert draft.text.endswith("需支持事项：无")
    assert [code for code, _ in draft.to] == list(ALL)


def test_what_the_net_says_stands_apart_as_unverified(engine: Engine, desk: Desk) -> None:
    one = relevant(post(1, "北坡仓库起火", "听说有3人受伤"))
    handle = respond_handler(TicketStore(engine), {"qinghe": HOME}, SetClock(NOON + 10 * MINUTE))
    handle(recorded(changed(one)))
    stored = TicketStore(engine).of_event(one.post.post_id)
    assert stored is not None
    harm = desk.draft_report(ANA, stored.ticket_id).parts["harm"]
    assert harm == "网络反映（待核实）：听说有3人受伤"


def test_a_grave_ticket_asks_for_its_report_and_tells_everybody_once(
    engine: Engine, desk: Desk
) -> None:
    ticket_id = by_hand(desk)
    [call] = [row for row in pushes(engine, ticket_id) if ":report:" in row.key]
    assert (call.target, "市政府总值班室、宣传部、网信办" in call.payload["body"]) == (
        "unit:zhengfuban",
        True,
    )
    assert "13900001234" not in call.payload["body"]
    due = desk.ticket(ANA, ticket_id, NOON).reports
    assert [(one.to, one.required, one.position) for one in due] == [
        (code, True, None) for code in ALL
    ]
    parts = dict(desk.draft_report(ANA, ticket_id).parts) | {"asked": "请增派消防力量"}
    with pytest.raises(Conflict):
        desk.report(ANA, ticket_id, 9, ALL, parts, NOON + MINUTE)
    assert desk.report(ANA, ticket_id, 1, ALL, parts, NOON + MINUTE).version == 4
    told = desk.ticket(ANA, ticket_id, NOON + HOUR)
    assert [one.action for one in told.history] == ["open", "report_up", "notify", "notify"]
    assert [(one.to, one.position) for one in told.reports] == list(
        zip(ALL, (1, 2, 3), strict=True)
    )
    sent = [row for row in pushes(engine, ticket_id) if row.payload["title"].startswith("舆情报告")]
    assert {row.payload["recipient"] for row in sent} >= {
        "市政府总值班室",
        "宣传部值班",
        "网信办负责人",
    }
    assert all("请增派消防力量" in row.payload["body"] for row in sent)


def test_the_receipt_is_on_record(desk: Desk) -> None:
    ticket_id = by_hand(desk)
    parts = dict(desk.draft_report(ANA, ticket_id).parts)
    desk.report(ANA, ticket_id, 1, ["superior"], parts, NOON + MINUTE)
    for position, received in ((0, NOON + 2 * MINUTE), (1, NOON), (1, NOON + 9 * HOUR), (7, NOON)):
        with pytest.raises(InvalidMessage):
            desk.record_receipt(ANA, ticket_id, 2, position, "收悉", received, NOON + HOUR)
    desk.record_receipt(ANA, ticket_id, 2, 1, "收悉，请续报", NOON + 5 * MINUTE, NOON + HOUR)
    superior = desk.ticket(ANA, ticket_id, NOON + HOUR).reports[0]
    assert (superior.receipt, superior.receipt_at) == ("收悉，请续报", NOON + 5 * MINUTE)
    desk.report(ANA, ticket_id, 3, ["superior"], parts, NOON + 2 * HOUR)
    again = desk.ticket(ANA, ticket_id, NOON + 2 * HOUR).reports[0]
    assert (again.position, again.receipt) == (3, None)


@pytest.mark.parametrize(
    ("to", "parts", "field"),
    [
        ([], {}, "to"),
        (["mayor"], {}, "to"),
        (["superior"], {"place": " "}, "place"),
        (["superior"], {"colour": "red"}, "parts"),
    ],
)
def test_a_report_that_is_not_complete_is_not_sent(
    desk: Desk, to: list[str], parts: dict[str, str], field: str
) -> None:
    ticket_id = by_hand(desk)
    whole = dict(desk.draft_report(ANA, ticket_id).parts) | parts
    with pytest.raises(InvalidMessage, match=field):
        desk.report(ANA, ticket_id, 1, to, whole, NOON + MINUTE)


def test_a_unit_does_not_report_up(desk: Desk) -> None:
    ticket_id = by_hand(desk)
    desk.act(ANA, ticket_id, 1, "assign", {"unit": "yingji"}, NOON)
    parts = dict(desk.draft_report(CHEN, ticket_id).parts)
    with pytest.raises(NotAllowed):
        desk.report(CHEN, ticket_id, 2, ["superior"], parts, NOON + MINUTE)


@pytest.mark.parametrize(
    ("grade", "emergency", "origin", "required"),
    [
        (4, False, Origin.CALL, True),
        (3, True, Origin.OFFLINE, True),
        (1, True, Origin.OFFLINE, True),
        (1, False, Origin.OFFLINE, False),
        (2, True, Origin.CALL, False),
    ],
)
def test_what_must_be_reported(
    engine: Engine, desk: Desk, grade: int, emergency: bool, origin: Origin, required: bool
) -> None:
    ticket_id = by_hand(desk, grade=grade, emergency=emergency, origin=origin)
    assert {one.required for one in desk.ticket(ANA, ticket_id, NOON).reports} == {required}
    assert any(":report:" in row.key for row in pushes(engine, ticket_id)) is required


def test_a_grade_that_rises_asks_for_a_report_once(engine: Engine, desk: Desk) -> None:
    ticket_id = by_hand(desk, grade=1, emergency=False, origin=Origin.CALL)
    for version, grade in enumerate((3, 4), 1):
        data = {"grade": grade, "emergency": True, "reason": "伤亡增加"}
        desk.act(ANA, ticket_id, version, "grade", data, NOON + version * MINUTE)
    assert len([row for row in pushes(engine, ticket_id) if ":report:" in row.key]) == 1


def test_a_notice_of_wangxin_is_a_source_of_its_own_and_is_answered(
    engine: Engine, desk: Desk
) -> None:
    with pytest.raises(InvalidMessage, match="reference"):
        by_hand(desk, origin=Origin.CYBERSPACE)
    ticket_id = by_hand(
        desk, grade=1, emergency=False, origin=Origin.CYBERSPACE, reference="网信〔2026〕17号"
    )
    page = desk.ticket(ANA, ticket_id, NOON)
    assert (page.origin_zh, page.reference) == ("网信部门通报", "网信〔2026〕17号")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"unit": "yingji"}),
        ("answer", {"answered_at": NOON.isoformat(), "to": "网民", "file": "回访记录"}),
    ]
    for version, (action, data) in enumerate(steps, 1):
        desk.act(ANA, ticket_id, version, action, data, NOON + version * MINUTE)
    desk.act(CHEN, ticket_id, 3, "acknowledge", {}, NOON + 3 * MINUTE)
    desk.act(CHEN, ticket_id, 4, "settle", {}, NOON + 4 * MINUTE)
    with pytest.raises(NotAllowed, match="网信部门"):
        desk.act(ANA, ticket_id, 5, "close", {"proof": "已回访"}, NOON + HOUR)
    desk.reply_to_notice(ANA, ticket_id, 5, "情况属实，已处置", NOON + HOUR)
    sent = [row for row in pushes(engine, ticket_id) if row.target == "unit:wangxin"]
    assert "情况属实，已处置" in sent[-1].payload["body"]
    assert desk.act(ANA, ticket_id, 6, "close", {"proof": "已回访"}, NOON + 2 * HOUR).open is False


def test_only_a_notice_is_answered_to_wangxin(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.reply_to_notice(ANA, by_hand(desk), 1, "x", NOON + HOUR)


WU = Person("wu", "吴五", Role.LEADER, "qinghe")


def handled(engine: Engine, desk: Desk, **more: Any) -> str:
    """A grave case whose clocks have all stopped, ready to be closed but for its reports."""
    quick_people(engine, SetClock()).create(WU, SECRET)
    ticket_id = by_hand(desk, **more)
    proof = {"speaker": "应急局负责人", "principal": True, "file": "实录"}
    release = {"published_at": NOON.isoformat(), "channel": "区政府网站", "official": True}
    steps: list[tuple[Person, str, dict[str, Any]]] = [
        (ANA, "assign", {"unit": "yingji"}),
        (CHEN, "acknowledge", {}),
        (CHEN, "publish", release | proof),
        (CHEN, "press_conference", {"held_at": NOON.isoformat()} | proof),
        (CHEN, "settle", {}),
    ]
    for version, (person, action, data) in enumerate(steps, 1):
        desk.act(person, ticket_id, version, action, data, NOON + version * MINUTE)
    return ticket_id


def closing(desk: Desk, ticket_id: str) -> Any:
    offers = desk.actions_for(ANA, ticket_id, NOON + HOUR)
    return next(one for one in offers if one.action == "close")


def close(desk: Desk, ticket_id: str, **more: Any) -> bool:
    version = desk.ticket(ANA, ticket_id, NOON + HOUR).line.version
    data = {"proof": "处置完毕"} | more
    return desk.act(ANA, ticket_id, version, "close", data, NOON + HOUR).open


def test_what_is_grave_is_closed_once_everybody_was_told_and_receipted(
    engine: Engine, desk: Desk
) -> None:
    ticket_id = handled(engine, desk)
    lacking = "市政府总值班室尚未上报、宣传部尚未通报、网信办尚未通报"
    assert closing(desk, ticket_id).next_zh.startswith(lacking)
    with pytest.raises(NotAllowed, match=lacking):
        close(desk, ticket_id)
    parts = dict(desk.draft_report(ANA, ticket_id).parts)
    desk.report(ANA, ticket_id, 6, ["superior", "publicity"], parts, NOON + HOUR)
    by_telephone = {"to": "网信办", "text": "电话报告"}
    desk.act(ANA, ticket_id, 8, "notify", by_telephone, NOON + HOUR)
    with pytest.raises(NotAllowed, match="市政府总值班室尚无回执、宣传部尚无回执、网信办尚无回执"):
        close(desk, ticket_id)
    for version, position in ((9, 6), (10, 7), (11, 8)):
        at = NOON + HOUR
        desk.record_receipt(ANA, ticket_id, version, position, "收悉", at, at)
    asked = {field.name for field in closing(desk, ticket_id).fields}
    assert asked == {"proof"}
    # told once more, without a receipt yet: the duty is done all the same
    desk.report(ANA, ticket_id, 12, ["superior"], parts, NOON + HOUR)
    assert close(desk, ticket_id) is False


def test_a_leader_may_let_it_be_closed_with_a_reason(engine: Engine, desk: Desk) -> None:
    ticket_id = handled(engine, desk)
    asked = {field.name: field.required for field in closing(desk, ticket_id).fields}
    assert asked == {"proof": True, "approver": True, "reason": True}
    for half in ({"approver": "wu"}, {"reason": "上级已到现场"}):
        with pytest.raises(NotAllowed, match="请写明同意的领导和理由"):
            close(desk, ticket_id, **half)
    assert close(desk, ticket_id, approver="wu", reason="上级已到现场") is False
    said = TicketStore(engine).history(ticket_id)[1][-1].data
    assert (said["approver"], said["reason"]) == ("wu", "上级已到现场")


def test_what_need_not_be_reported_is_closed_as_before(engine: Engine, desk: Desk) -> None:
    ticket_id = handled(engine, desk, grade=2, emergency=False, origin=Origin.CALL)
    assert {field.name for field in closing(desk, ticket_id).fields} == {"proof"}
    assert close(desk, ticket_id) is False
    nobody = Desk(engine, {"qinghe": BARE})  # whose file names nobody to be told
    grave = NewCase("qinghe", "北坡仓库起火", "值班员报告", "work_safety", 3, False)
    other = nobody.open_by_hand(LIN, grave, NOON).ticket_id
    assert nobody.ticket(ANA, other, NOON).reports == ()


def test_a_new_round_is_reported_anew(engine: Engine, desk: Desk) -> None:
    ticket_id = handled(engine, desk)
    close(desk, ticket_id, approver="wu", reason="上级已到现场")
    version = desk.ticket(ANA, ticket_id, NOON + HOUR).line.version
    desk.act(ANA, ticket_id, version, "reopen", {"reason": "复燃"}, NOON + HOUR)
    stored, acts = TicketStore(engine).history(ticket_id)
    assert "尚未上报" in unreported(stored, acts, HOME)
