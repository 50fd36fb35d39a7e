"""The desk: who sees and does what, a ticket's whole life, lists, pages and notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from responder.clocks_jsonl import clocks_lines
from responder.desk import Desk, NewCase, TicketFilter, WatchlistDraft
from responder.doors import PERMITS
from responder.filled import clean_data
from responder.forms import FORMS
from responder.people import Person, Role
from responder.store import TicketStore
from responder.sweep import sweep_due
from responder.transitions import Action
from tests.desk_world import ANA, BOTH, CHEN, HOMES, HOU, LIN, ROOT, SHEN, WU, hire, store_on, tell
from tests.responder_world import (
    HOUR,
    MINUTE,
    NOON,
    changed,
    district,
    post,
    relevant,
)
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound

STAFF = (LIN, ANA, CHEN, HOU, SHEN, WU, ROOT)


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with store_on(request, tmp_path, *STAFF) as made:
        yield made


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine, HOMES)


def opened(engine: Engine, number: int = 1, **heads: Any) -> str:
    one = relevant(post(number, f"北坡仓库起火 {number}", "联系人 13900001234"), **heads)
    tell(engine, changed(one))
    stored = TicketStore(engine).of_event(one.post.post_id)
    assert stored is not None
    return stored.ticket_id


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


def test_a_grave_case_from_triage_to_evaluation(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    life: list[tuple[Person, str, Mapping[str, Any]]] = [
        (LIN, "grade", {"grade": 3, "emergency": True, "reason": "现场核实"}),
        (ANA, "assign", {"unit": "yingji", "co_units": ["beipo"]}),
        (CHEN, "acknowledge", {}),
        (CHEN, "start", {}),
        (CHEN, "submit", {"draft": "火已扑灭"}),
        (SHEN, "approve", {"step": "分管领导"}),
        (
            CHEN,
            "publish",
            {
                "published_at": at(1).isoformat(),
                "channel": "区政府网站",
                "official": True,
                "speaker": "应急局负责人",
                "principal": True,
                "url": "http://127.0.0.1/gov/1",
            },
        ),
        (
            CHEN,
            "press_conference",
            {
                "held_at": at(1.1).isoformat(),
                "speaker": "应急局负责人",
                "principal": True,
                "file": "发布会照片",
            },
        ),
        (ANA, "follow_up", {}),
        (ANA, "close", {"proof": "事故调查报告已公开"}),
        (WU, "evaluate", {"text": "处置及时"}),
    ]
    for version, (person, action, data) in enumerate(life, 1):
        now = at(1.2 + version / 10)
        names = [offer.action for offer in desk.actions_for(person, ticket_id, now)]
        assert action in names
        line = desk.act(person, ticket_id, version, action, data, now)
    assert (line.state_zh, line.open, line.breached) == ("已评估", False, 0)
    page = desk.ticket(WU, ticket_id, at(3))
    assert [one.action for one in page.history] == ["open", *(step[1] for step in life)]
    assert page.history[1].who_zh == "林一"
    assert page.spokesperson == "应急局负责人"
    assert {clock.status_zh for clock in page.clocks} == {"按时"}


def test_actions_are_those_of_state_and_role_with_their_fields(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    offers = {offer.action: offer for offer in desk.actions_for(ANA, ticket_id, at(1))}
    assert "acknowledge" not in offers
    assert "close" not in offers
    assert "strike" not in offers  # there is no evidence to strike
    assign = offers["assign"]
    assert ("yingji", "应急局") in assign.fields[0].choices
    assert assign.weight == "primary"
    assert {name for name, _ in offers["extend"].fields[0].choices} == {
        "authoritative_release",
        "first_spokesperson",
        "press_conference",
    }
    assert ("wu", "吴五") in offers["extend"].fields[2].choices
    assert all(offer.next_zh for offer in offers.values())


def test_every_action_has_a_form_and_every_role_something_to_do() -> None:
    assert set(FORMS) == set(Action) - {Action.OPEN, Action.ABSORB}
    assert set(PERMITS) == set(Role)
    assert all(Action.ABSORB not in permitted for permitted in PERMITS.values())
    assert all(Action.NOTE in permitted for permitted in PERMITS.values())


def test_a_unit_sees_only_its_own_tickets(engine: Engine, desk: Desk) -> None:
    fire = opened(engine, 1)
    wages = opened(engine, 2, severity=2, emergency=None, topic="labour")
    everything = TicketFilter()
    assert [one.ticket_id for one in desk.tickets(HOU, everything, at(1)).lines] == [wages]
    assert desk.tickets(CHEN, everything, at(1)).total == 0
    desk.act(ANA, fire, 1, "assign", {"unit": "beipo", "co_units": ["yingji"]}, at(1))
    assert [one.ticket_id for one in desk.tickets(CHEN, everything, at(1)).lines] == [fire]
    assert desk.tickets(ANA, everything, at(1)).total == 2
    assert desk.tickets(Person("x", "外", Role.ADMIN, "other"), everything, at(1)).total == 0
    with pytest.raises(NotFound):
        desk.ticket(HOU, fire, at(1))
    with pytest.raises(NotFound):
        desk.act(HOU, fire, 2, "note", {"text": "路过"}, at(1))
    event_id = desk.ticket(ANA, fire, at(1)).line.event_id
    assert event_id is not None
    with pytest.raises(NotFound):
        desk.event(HOU, event_id)
    assert [one.ticket_id for one in desk.events(HOU).lines] == [wages]
    assert desk.counts(HOU, at(1)).open_tickets == 1


def test_who_was_pushed_a_ticket_may_read_it_until_it_is_closed(engine: Engine, desk: Desk) -> None:
    fire = opened(engine)  # 重大: the unit proposed for it and the coordinator are pushed at once
    office = Person("ban", "政府办", Role.UNIT, "qinghe", "zhengfuban")
    street = Person("bei", "北坡街道", Role.UNIT, "qinghe", "beipo")
    for person in (office, street):
        notice = desk.notices(person)[0]
        assert notice.link == f"/tickets/{fire}"
        page = desk.ticket(person, fire, at(1))
        assert desk.event(person, page.line.event_id or "").posts
        assert desk.only_reads(person, fire)
        assert desk.actions_for(person, fire, at(1)) == ()
        assert desk.spokespeople(person, fire) == ()
        assert desk.tickets(person, TicketFilter(), at(1)).total == 0
        with pytest.raises(NotFound):
            desk.act(person, fire, 1, "note", {"text": "路过"}, at(1))
    elsewhere = replace(street, jurisdiction="other")
    for person in (HOU, elsewhere):
        with pytest.raises(NotFound):
            desk.ticket(person, fire, at(1))
        with pytest.raises(NotFound):
            desk.actions_for(person, fire, at(1))
    desk.act(ANA, fire, 1, "dismiss", {"reason": "误报"}, at(1))
    with pytest.raises(NotFound):
        desk.ticket(street, fire, at(1))


def test_a_unit_in_charge_acts_though_it_was_pushed_before(engine: Engine, desk: Desk) -> None:
    fire = opened(engine)
    desk.act(ANA, fire, 1, "assign", {"unit": "beipo"}, at(1))
    street = Person("bei", "北坡街道", Role.UNIT, "qinghe", "beipo")
    assert not desk.only_reads(street, fire)
    assert "acknowledge" in [one.action for one in desk.actions_for(street, fire, at(1))]


def test_what_the_role_or_the_state_forbids_is_refused(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    with pytest.raises(NotAllowed, match="角色"):
        desk.act(LIN, ticket_id, 1, "dismiss", {"reason": "无"}, at(1))
    with pytest.raises(NotAllowed):
        desk.act(ROOT, ticket_id, 1, "close", {"proof": "无"}, at(1))
    with pytest.raises(InvalidMessage, match="action"):
        desk.act(ROOT, ticket_id, 1, "explode", {}, at(1))
    with pytest.raises(NotAllowed):
        desk.act(ROOT, ticket_id, 1, "absorb", {}, at(1))
    with pytest.raises(Conflict):
        desk.act(ROOT, ticket_id, 7, "note", {"text": "晚"}, at(1))


def test_drafts_are_approved_by_others_before_they_are_published(
    engine: Engine, desk: Desk
) -> None:
    ticket_id = opened(engine)
    answer = {"answered_at": at(1).isoformat(), "to": "网友", "url": "http://127.0.0.1/a"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"unit": "yingji"}),
        ("acknowledge", {}),
        ("start", {}),
        ("submit", {"draft": "拟稿"}),
    ]
    for version, (action, data) in enumerate(steps, 1):
        desk.act(ROOT, ticket_id, version, action, data, at(1))
    with pytest.raises(NotAllowed, match="起草人"):
        desk.act(ROOT, ticket_id, 5, "approve", {"step": "一审"}, at(2))
    with pytest.raises(NotAllowed, match="审核"):
        desk.act(ROOT, ticket_id, 5, "answer", answer, at(2))
    desk.act(SHEN, ticket_id, 5, "approve", {"step": "一审"}, at(2))
    with pytest.raises(NotAllowed, match="他人"):
        desk.act(SHEN, ticket_id, 6, "approve", {"step": "二审"}, at(2))
    assert desk.act(ROOT, ticket_id, 6, "answer", answer, at(2)).state == "responded"


@pytest.mark.parametrize(
    ("action", "data", "field"),
    [
        ("assign", {}, "unit"),
        ("assign", {"unit": "nowhere"}, "unit"),
        ("assign", {"unit": "yingji", "co_units": "beipo"}, "co_units"),
        ("grade", {"grade": 9, "emergency": True, "reason": "x"}, "grade"),
        ("grade", {"grade": True, "emergency": True, "reason": "x"}, "grade"),
        ("grade", {"grade": 3, "emergency": "yes", "reason": "x"}, "emergency"),
        ("grade", {"grade": 3, "emergency": True, "reason": " \x00 "}, "reason"),
        ("note", {"text": "长" * 20_001}, "text"),
        ("answer", {"answered_at": "2026-03-02T05:00", "to": "a", "file": "b"}, "answered_at"),
        ("answer", {"answered_at": "2099-01-01T00:00Z", "to": "a", "file": "b"}, "answered_at"),
        ("answer", {"answered_at": "2026-03-02T04:00Z", "to": "a"}, "url"),
        ("answer", {"answered_at": "2026-03-02T04:00Z", "to": "a", "url": "javascript:x"}, "url"),
        ("waive", {"clock": "response", "approver": "lin", "reason": "x"}, "approver"),
        ("extend", {"clock": "r", "due": "soon", "approver": "wu", "reason": "x"}, "due"),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    action: str, data: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(InvalidMessage, match=f"^{field}"):
        clean_data(Action(action), data, HOMES["qinghe"], ("wu",), at(1))


def test_hostile_text_is_cleaned_before_it_is_stored(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    desk.act(LIN, ticket_id, 1, "note", {"text": "a\x00b\u202ec\ud800", "other": {"x": 1}}, at(1))
    entry = desk.ticket(LIN, ticket_id, at(1)).history[-1]
    assert entry.data == {"text": "abc"}


def test_a_case_by_hand_needs_no_event_and_an_event_takes_one_case(
    engine: Engine, desk: Desk
) -> None:
    case = NewCase("qinghe", "来电反映路灯不亮", "电话 13900001234", "urban", 1, False, ("北坡",))
    line = desk.open_by_hand(LIN, case, at(1))
    page = desk.ticket(LIN, line.ticket_id, at(1))
    assert (line.state, page.graded_by_human, page.event) == ("triage", True, None)
    assert "13900001234" not in str(page)
    event_id = desk.ticket(LIN, opened(engine), at(1)).line.event_id
    again = NewCase("qinghe", "同一件事", "重复", "urban", 1, False, event_id=event_id)
    with pytest.raises(Conflict):
        desk.open_by_hand(LIN, again, at(1))
    with pytest.raises(NotAllowed):
        desk.open_by_hand(CHEN, case, at(1))
    for wrong in (
        NewCase("qinghe", " ", "x", "urban", 1, False),
        NewCase("qinghe", "x", "x", "no-topic", 1, False),
        NewCase("qinghe", "x", "x", "urban", 0, False),
        NewCase("qinghe", "x", "x", "urban", 1, False, discovered_at=at(5)),
    ):
        with pytest.raises(InvalidMessage):
            desk.open_by_hand(LIN, wrong, at(1))
    with pytest.raises(NotFound):
        desk.open_by_hand(LIN, NewCase("other", "x", "x", "urban", 1, False), at(1))


def test_lists_page_filter_and_search(engine: Engine, desk: Desk) -> None:
    ids = [opened(engine, number) for number in range(1, 6)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = desk.tickets(LIN, TicketFilter(), at(1), size=2, after=after)
        seen += [line.ticket_id for line in page.lines]
        assert page.total == 5
        after = page.next
        if after is None:
            break
    assert seen == sorted(ids, reverse=True)

    def found(**narrow: Any) -> int:
        return desk.tickets(LIN, TicketFilter(**narrow), at(narrow.pop("now", 1))).total

    assert found(text="起火 3") == 1
    assert found(text="%") == 0
    assert found(text=ids[0][-6:]) == 1
    assert found(states=("triage",), grade_min=3, open=True, topic="work_safety") == 5
    assert found(open=False) == 0
    assert desk.tickets(LIN, TicketFilter(breached=True), at(6)).total == 5
    assert desk.tickets(LIN, TicketFilter(breached=True), at(1)).total == 0
    for wrong in ("x", "2026-03-02|a", "a|b"):
        with pytest.raises(InvalidMessage):
            desk.tickets(LIN, TicketFilter(), at(1), after=wrong)
    with pytest.raises(InvalidMessage):
        desk.tickets(LIN, TicketFilter(), at(1), size=0)


def test_the_page_shows_clocks_as_of_now_and_masks_people(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    page = desk.ticket(LIN, ticket_id, at(6))
    release = next(clock for clock in page.clocks if clock.name == "authoritative_release")
    assert (release.status_zh, release.national) == ("超时", True)
    assert release.late_seconds == 55 * 60
    assert "5" in release.basis or release.basis
    assert page.line.due_at == at(24) + 5 * MINUTE
    assert page.event is not None
    assert page.event.ticket_id == ticket_id
    assert "13900001234" not in str(page)
    assert page.posts[0].sha256
    assert page.pushes


def test_a_machines_other_opinion_is_shown_as_a_proposal(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    assert desk.ticket(LIN, ticket_id, at(1)).proposal_zh == ""
    desk.act(LIN, ticket_id, 1, "grade", {"grade": 1, "emergency": False, "reason": "误报"}, at(1))
    assert "重大" in desk.ticket(LIN, ticket_id, at(1)).proposal_zh


def test_merging_at_the_desk(engine: Engine, desk: Desk) -> None:
    kept, gone = opened(engine, 1), opened(engine, 2)
    desk.act(ANA, gone, 1, "merge", {"into": kept, "reason": "同一火情"}, at(1))
    assert desk.ticket(ANA, gone, at(1)).line.state == "merged"
    assert desk.ticket(ANA, kept, at(1)).history[-1].action == "absorb"
    with pytest.raises(InvalidMessage, match="into"):
        desk.act(ANA, kept, 2, "merge", {"into": gone, "reason": "反向"}, at(2))
    with pytest.raises(NotFound):
        desk.act(ANA, kept, 2, "merge", {"into": "QINGHE-2026-000099", "reason": "x"}, at(2))


def test_notices_reach_the_unit_and_are_read_by_each_alone(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine, 2, severity=2, emergency=None, topic="labour")
    other = Person("hou2", "侯六", Role.UNIT, "qinghe", "renshe")
    notice = desk.notices(HOU)[0]
    assert (notice.link, notice.read) == (f"/tickets/{ticket_id}", False)
    desk.read_notice(HOU, notice.notice_id, at(1))
    desk.read_notice(HOU, notice.notice_id, at(1))
    assert desk.notices(HOU, unread_only=True) == ()
    assert len(desk.notices(other, unread_only=True)) == 1
    assert desk.notices(CHEN) == ()


def test_counts_are_those_of_the_moment(engine: Engine, desk: Desk) -> None:
    opened(engine, 1)
    opened(engine, 2, severity=2, emergency=None, topic="labour")
    early, late = desk.counts(LIN, at(4.5)), desk.counts(LIN, at(6))
    assert (early.open_tickets, early.waiting_triage, early.events_today) == (2, 1, 2)
    assert early.by_grade == ((3, 1), (2, 1))
    assert early.by_state == (("triage", 1), ("assigned", 1))
    assert (early.clocks_running, early.clocks_breached, early.due_within_hour) == (4, 0, 1)
    assert (late.clocks_running, late.clocks_breached) == (3, 1)
    sweep_due(TicketStore(engine), HOMES, at(6))
    assert desk.counts(LIN, at(6)) == late


def test_watchlists_at_the_desk(desk: Desk) -> None:
    draft = WatchlistDraft("qinghe", "北坡", "北坡 起火", notify=("lin",))
    made = desk.save_watchlist(LIN, draft, at(0))
    assert [one.name for one in desk.watchlists(LIN)] == ["北坡"]
    assert desk.hits(LIN, made.watchlist_id) == ()
    assert ("chen", "陈二") in desk.people_to_notify(LIN)
    with pytest.raises(InvalidMessage, match="notify"):
        desk.save_watchlist(LIN, WatchlistDraft("qinghe", "x", "y", notify=("no",)), at(0))
    with pytest.raises(NotAllowed):
        desk.save_watchlist(CHEN, draft, at(0))
    with pytest.raises(NotFound):
        desk.save_watchlist(LIN, WatchlistDraft("other", "x", "y"), at(0))
    with pytest.raises(NotFound):
        desk.hits(Person("x", "外", Role.MONITOR, "other"), made.watchlist_id)
    desk.drop_watchlist(LIN, made.watchlist_id, at(1))
    assert desk.watchlists(LIN) == ()


def test_a_unit_reads_no_watchlist(desk: Desk) -> None:
    made = desk.save_watchlist(LIN, WatchlistDraft("qinghe", "北坡", "北坡"), at(0))
    for read in (lambda: desk.watchlists(CHEN), lambda: desk.hits(CHEN, made.watchlist_id)):
        with pytest.raises(NotAllowed, match="责任单位"):
            read()


def test_a_watchlist_alerts_nobody_of_another_jurisdiction(engine: Engine, desk: Desk) -> None:
    hire(engine, Person("far", "远", Role.MONITOR, "other"))
    for person in (LIN, ROOT):
        for told in ("far", "no"):
            draft = WatchlistDraft("qinghe", "x", "y", notify=("lin", told))
            with pytest.raises(InvalidMessage, match=told):
                desk.save_watchlist(person, draft, at(0))
        assert "far" not in dict(desk.people_to_notify(person, "qinghe"))
    draft = WatchlistDraft("qinghe", "x", "y", notify=("lin", "root"))
    assert desk.save_watchlist(ROOT, draft, at(0)).notify == ("lin", "root")


def test_who_should_speak_first(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    assert desk.spokespeople(LIN, ticket_id) == (
        ("北坡街道负责人", "主要负责人"),
        ("政府办负责人", "主要负责人"),
    )
    assert ("yingji", "应急局") in desk.units("qinghe")
    assert desk.units("nowhere") == ()


def test_only_the_unit_in_charge_moves_the_case(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    desk.act(ANA, ticket_id, 1, "assign", {"unit": "yingji", "co_units": ["renshe"]}, at(1))
    assert "acknowledge" in [one.action for one in desk.actions_for(CHEN, ticket_id, at(1))]
    offered = [one.action for one in desk.actions_for(HOU, ticket_id, at(1))]
    assert "note" in offered
    assert "acknowledge" not in offered
    with pytest.raises(NotAllowed, match="协办"):
        desk.act(HOU, ticket_id, 2, "acknowledge", {}, at(1))
    assert desk.act(HOU, ticket_id, 2, "note", {"text": "已到场"}, at(1)).state == "assigned"


def test_an_opening_is_no_action_on_a_ticket(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    with pytest.raises(InvalidMessage, match="action"):
        desk.act(ROOT, ticket_id, 1, "open", {}, at(1))


def test_approvers_are_of_the_tickets_own_jurisdiction(engine: Engine, desk: Desk) -> None:
    hire(engine, Person("far", "远", Role.LEADER, "other"))
    ticket_id = opened(engine)
    offers = {one.action: one for one in desk.actions_for(ANA, ticket_id, at(1))}
    assert {login for login, _ in offers["waive"].fields[1].choices} == {"wu", "root"}
    waive = {"clock": "press_conference", "approver": "far", "reason": "无"}
    with pytest.raises(InvalidMessage, match="approver"):
        desk.act(ANA, ticket_id, 1, "waive", waive, at(1))


def test_what_a_merged_ticket_still_had_to_push_lapses(engine: Engine, desk: Desk) -> None:
    kept = opened(engine, 1)
    gone = opened(engine, 2, severity=2, emergency=None, topic="labour")
    desk.act(ANA, gone, 2, "merge", {"into": kept, "reason": "同一事"}, at(1))
    pushes = desk.ticket(ANA, gone, at(1)).pushes
    assert {one.state for one in pushes if one.purpose == "acknowledge"} == {"cancelled"}


def test_a_push_that_no_channel_carries_is_shown_as_a_notice(engine: Engine) -> None:
    silent = {"qinghe": district()}
    case = NewCase("qinghe", "路灯不亮", "来电", "urban", 1, False)
    desk = Desk(engine, silent)
    ticket_id = desk.open_by_hand(LIN, case, at(1)).ticket_id
    pushes = desk.ticket(LIN, ticket_id, at(1)).pushes
    assert {(one.state_zh, one.delivered_at) for one in pushes} == {("仅控制台提醒", None)}
    assert desk.counts(LIN, at(1)).pushes_failed == 0


def test_a_case_by_hand_takes_no_event_of_another_jurisdiction(engine: Engine, desk: Desk) -> None:
    event_id = desk.ticket(ANA, opened(engine), at(1)).line.event_id
    both = Desk(engine, HOMES | {"other": replace(district(), code="other")})
    elsewhere = NewCase("other", "别处", "无关", "urban", 1, False, event_id=event_id)
    with pytest.raises(NotFound):
        both.open_by_hand(ROOT, elsewhere, at(1))
    unheard = NewCase("qinghe", "没有", "无关", "urban", 1, False, event_id="unheard-of")
    with pytest.raises(NotFound):
        desk.open_by_hand(LIN, unheard, at(1))


def test_only_ones_own_notices_are_read(engine: Engine, desk: Desk) -> None:
    opened(engine, 2, severity=2, emergency=None, topic="labour")
    notice = desk.notices(HOU)[0]
    for person, notice_id in ((CHEN, notice.notice_id), (HOU, 99_999)):
        with pytest.raises(NotFound):
            desk.read_notice(person, notice_id, at(1))


def test_somebody_of_no_unit_sees_what_no_unit_sees(engine: Engine, desk: Desk) -> None:
    opened(engine)
    nobody = Person("no", "无", Role.UNIT, "qinghe")
    assert desk.tickets(nobody, TicketFilter(), at(1)).total == 0


def test_an_exported_record_gives_the_same_clocks_elsewhere(engine: Engine, desk: Desk) -> None:
    ticket_id = opened(engine)
    waive = {"clock": "press_conference", "approver": "wu", "reason": "经批准 13900001234"}
    desk.act(ANA, ticket_id, 1, "waive", waive, at(1))
    record = desk.record(ANA, ticket_id, at(9))
    assert "13900001234" not in str(record)
    (line,) = clocks_lines([orjson.dumps(record)], {})
    told, page = orjson.loads(line), desk.ticket(ANA, ticket_id, at(9))
    assert (told["id"], told["state"]) == (ticket_id, "triage")
    assert {(one["name"], one["status"], one["late_seconds"]) for one in told["clocks"]} == {
        (one.name, one.status, one.late_seconds) for one in page.clocks
    }
    with pytest.raises(NotFound):
        desk.record(HOU, ticket_id, at(9))
