"""What waits for whom, what was pushed, and what an edited file would change, at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from responder.desk import Desk
from responder.desk_deliveries import DeliveryFilter
from responder.origins import Origin
from responder.people import Person, Role
from responder.readmodels.pushes import DeliveryLine
from responder.rereading import look_anew
from responder.schema import outbox
from responder.schema_lists import ticket_waits
from responder.sweep import sweep_due
from tests.five_governments import SHIPPED, House, at, house
from yuqing.domain.conduct import ReviewStep
from yuqing.domain.errors import InvalidMessage, NotAllowed, NotFound
from yuqing.domain.verdict import Topic


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[House]:
    with house("jinghai", tmp_path) as made:
        yield made


def work(walk: House, person: Person, hours: float = 1) -> dict[str, list[str]]:
    """The titles of the tickets in each group."""
    groups = walk.desk.my_work(person, at(hours))
    return {group.title: [line.title for line in group.lines] for group in groups}


def test_the_queue_has_the_gravest_first_and_says_why_one_came_back(walk: House) -> None:
    walk.open("大邱庄一处河道发臭", Topic.ENVIRONMENT, 1, False, ("大邱庄",))
    unit = walk.person("town", Role.UNIT, walk.stored().ticket.unit)
    walk.act(0.2, unit, "return", reason="河道归市里管")
    returned = walk.ticket_id
    walk.open("两镇出现聚集性疫情", Topic.EPIDEMIC, 3, True, ("静海镇", "独流镇"))
    grave = walk.ticket_id
    lead = walk.person("health", Role.UNIT, "health")
    walk.act(0.3, lead, "return", reason="请先定级")
    found = walk.desk.triage(walk.analyst, at(1))
    assert [one.line.ticket_id for one in found] == [grave, returned]
    assert [one.returned for one in found] == ["请先定级", "河道归市里管"]
    assert (found[0].unit, found[0].unit_zh) == ("health", "卫健委")
    assert "cyberspace" in found[0].co_units
    assert any("多地" in reason for reason in found[0].reasons)
    elsewhere = Person("far", "外地", Role.ANALYST, "elsewhere")
    assert walk.desk.triage(elsewhere, at(1)) == ()


def test_a_draft_waits_for_the_next_reviewer_alone(walk: House) -> None:
    walk.open("两镇小学停电", Topic.EDUCATION, 1, False, ("静海镇", "独流镇"))
    unit = walk.worked(0.2)
    walk.act(0.5, unit, "submit", draft="今晚恢复供电。")
    title = walk.stored().title
    first, voice = walk.person("first", Role.REVIEWER), walk.person("v", Role.UNIT, "cyberspace")
    assert work(walk, first) == {"待我审核": [title]}
    assert "待我审核" not in work(walk, walk.leader)
    assert "待我审核" not in work(walk, voice)
    assert "处置中" not in work(walk, unit)
    walk.act(0.6, first, "approve", step="unit")
    assert work(walk, first) == {}
    assert work(walk, voice)["待我审核"] == [title]
    walk.act(0.7, voice, "approve", step="one_voice")
    assert work(walk, walk.leader)["待我审核"] == [title]
    walk.act(0.8, walk.leader, "approve", step="leader")
    assert work(walk, unit)["审核通过，待发布"] == [title]


def test_a_draft_is_not_offered_for_publishing_before_its_review(walk: House) -> None:
    walk.open("两镇小学停水", Topic.EDUCATION, 1, False, ("静海镇", "独流镇"))
    unit = walk.worked(0.2)
    walk.act(0.5, unit, "submit", draft="今晚恢复供水。")

    def offered() -> set[str]:
        return {one.action for one in walk.desk.actions_for(unit, walk.ticket_id, at(1))}

    assert {"publish", "answer", "approve"}.isdisjoint(offered())
    walk.act(0.6, walk.person("first", Role.REVIEWER), "approve", step="unit")
    walk.act(0.7, walk.person("v", Role.UNIT, "cyberspace"), "approve", step="one_voice")
    walk.act(0.8, walk.leader, "approve", step="leader")
    assert "publish" in offered()


def test_who_is_asked_to_a_consultation_speaks_in_it_and_does_nothing_else(walk: House) -> None:
    walk.open("大邱庄一处河道发臭", Topic.ENVIRONMENT, 1, False, ("大邱庄",))
    asked = walk.person("edu", Role.UNIT, "education")
    with pytest.raises(NotFound):
        walk.act(0.2, asked, "consult", phase="opinion", text="与我局有关")
    walk.act(0.3, walk.analyst, "consult", phase="open", units=["education"], text="谁来清淤")
    assert list(work(walk, asked)) == ["待发表会商意见"]
    offers = walk.desk.actions_for(asked, walk.ticket_id, at(1))
    assert [one.action for one in offers] == ["consult"]
    with pytest.raises(NotFound):
        walk.act(0.4, asked, "note", text="顺便说一句")
    walk.act(0.4, asked, "consult", phase="opinion", text="学校门口一段由我局清")
    assert work(walk, asked) == {}
    walk.act(0.5, walk.analyst, "consult", phase="conclude", text="分段清淤")
    with pytest.raises(NotFound):
        walk.act(0.6, asked, "consult", phase="opinion", text="再补一句")
    (one,) = walk.desk.ticket(walk.analyst, walk.ticket_id, at(1)).consultations
    assert (one.conclusion, one.absent_zh) == ("分段清淤", ())


def test_what_is_to_be_reported_waits_for_the_coordinators(walk: House) -> None:
    walk.open("粮库坍塌", Topic.WORK_SAFETY, 1, True, ("静海镇",), origin=Origin.OFFLINE)
    assert work(walk, walk.monitor)["待上报"] == ["粮库坍塌"]
    assert "待上报" not in work(walk, walk.leader)
    told = walk.desk.draft_report(walk.monitor, walk.ticket_id)
    parts = {**told.parts, "asked": "请派专家"}
    to = [code for code, _name in told.to]
    walk.desk.report(walk.monitor, walk.ticket_id, told.version, to, parts, at(0.5))
    assert "待上报" not in work(walk, walk.monitor)
    assert work(walk, walk.monitor)["待登记回执"] == ["粮库坍塌"]
    walk.receipted(2)
    assert "待登记回执" not in work(walk, walk.monitor)
    assert queues(walk) == set()


def queues(walk: House) -> set[str]:
    """Where the store keeps whom the ticket waits for."""
    mine = ticket_waits.c.ticket_id == walk.ticket_id
    with walk.store.engine.connect() as link:
        return set(link.execute(select(ticket_waits.c.queue).where(mine)).scalars())


def test_an_edited_file_takes_effect_at_the_next_start_for_what_waits_too(walk: House) -> None:
    walk.open("两镇小学停电", Topic.EDUCATION, 1, False, ("静海镇",))
    unit = walk.worked(0.2)
    walk.act(0.5, unit, "submit", draft="今晚恢复供电。")
    walk.swept(0.5)
    edited = replace(walk.home, review=(ReviewStep("final", "分管领导审签", "leader"),))
    desk = Desk(walk.store.engine, {walk.home.code: edited})
    before = [group.title for group in desk.my_work(walk.leader, at(1))]
    assert "待我审核" not in before
    assert queues(walk) == {"!review:reviewer", "!review:unit:reviewer"} | {
        f"jinghai!review:{one}" for one in ("reviewer", "unit:reviewer")
    }
    assert look_anew(walk.store.engine, at(1)) == 1
    assert look_anew(walk.store.engine, at(1)) == 0
    assert sweep_due(walk.store, {walk.home.code: edited}, at(1)) == 1
    assert "待我审核" in [group.title for group in desk.my_work(walk.leader, at(1))]


def test_deliveries_are_narrowed_to_what_each_may_see(walk: House) -> None:
    walk.open("大邱庄一处河道发臭", Topic.ENVIRONMENT, 1, False, ("大邱庄",))
    home, desk = walk.home.code, walk.desk
    contact = desk.roster(walk.monitor, home, at(0))
    line = next(one for one in contact if one.unit == "education")
    desk.test_push(walk.monitor, home, "education", line.contacts[0], at(0))
    everything = desk.deliveries(walk.monitor, DeliveryFilter()).lines
    assert {one.ticket_id for one in everything} == {walk.ticket_id, None}
    education = walk.person("edu", Role.UNIT, "education")
    (test,) = desk.deliveries(education, DeliveryFilter(purpose="test")).lines
    assert (test.ticket_id, test.push.purpose_zh) == (None, "推送测试")
    culture = walk.person("cul", Role.UNIT, "culture")
    lead = walk.stored().ticket
    assert "culture" not in (lead.unit, *lead.co_units)
    assert desk.deliveries(culture, DeliveryFilter()).lines == ()
    with walk.store.engine.begin() as connection:
        mine = update(outbox).where(outbox.c.purpose == "test")
        connection.execute(mine.values(state="failed", error="没有应答", attempts=12))
    (failed,) = desk.deliveries(walk.monitor, DeliveryFilter(state="failed")).lines
    assert failed.push.error == "没有应答"
    one_ticket = desk.deliveries(walk.monitor, DeliveryFilter(ticket=walk.ticket_id)).lines
    assert len(one_ticket) == len(everything) - 1
    for wrong in (DeliveryFilter(state="lost"), DeliveryFilter(purpose="chat")):
        with pytest.raises(InvalidMessage):
            desk.deliveries(walk.monitor, wrong)


def test_deliveries_come_in_pages_that_skip_nothing(walk: House) -> None:
    for number in range(3):
        walk.open(f"第{number}处井盖松动", Topic.URBAN, 1, False, ("静海镇",))
    whole = walk.desk.deliveries(walk.monitor, DeliveryFilter(), 200)
    assert whole.next is None
    found: list[DeliveryLine] = []
    before = None
    while True:
        page = walk.desk.deliveries(walk.monitor, DeliveryFilter(), 2, before)
        found += page.lines
        if page.next is None:
            break
        before = page.next
    assert tuple(found) == whole.lines


def test_an_edited_file_is_compared_and_nothing_is_put_in_place(walk: House) -> None:
    root = walk.person("root", Role.ADMIN)
    text = (SHIPPED / "jinghai.yaml").read_text(encoding="utf-8")
    same = walk.desk.edited(root, "jinghai", text)
    assert (same.changed, same.effects, same.mistakes) == ((), (), ())
    walk.open("大邱庄一处河道发臭", Topic.ENVIRONMENT, 1, False, ("大邱庄",))
    longer = text.replace("name: 分管领导审签", "name: 分管领导审定")
    assert longer != text
    edit = walk.desk.edited(root, "jinghai", longer)
    assert any("审核环节" in line and "即时生效" in line for line in edit.changed)
    wrong = walk.desk.edited(root, "jinghai", text + "\nnonsense: 1\n")
    assert "jinghai.yaml" in wrong.mistakes[0]
    assert "nonsense" in wrong.mistakes[0]
    assert "/tmp" not in wrong.mistakes[0]
    with pytest.raises(NotAllowed):
        walk.desk.edited(walk.analyst, "jinghai", text)
    with pytest.raises(NotFound):
        walk.desk.edited(root, "dagang", text)
    other = (SHIPPED / "dagang.yaml").read_text(encoding="utf-8")
    with pytest.raises(InvalidMessage, match="dagang"):
        walk.desk.edited(root, "jinghai", other)
