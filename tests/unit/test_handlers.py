"""Events open tickets once; grades follow the machine until a human speaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from responder.act import Act
from responder.handlers import respond_handler
from responder.schema import event_copies, event_posts, notices, offers, tickets
from responder.store import TicketStore
from stream.bus import Record
from stream.messages import EventChanged
from stream.sql import open_engine
from tests.responder_world import HOUR, NOON, SetClock, changed, district, post, recorded, relevant
from yuqing.domain.post import Owner

FIRE = relevant(post(1, "北坡仓库起火，浓烟滚滚"))


@pytest.fixture
def store(tmp_path: Path) -> TicketStore:
    made = TicketStore(open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True))
    made.migrate()
    return made


def handle(store: TicketStore, *messages: EventChanged, at: SetClock | None = None) -> None:
    clock = at or SetClock(NOON + HOUR)
    outcome = respond_handler(store, {"qinghe": district()}, clock)(recorded(*messages))
    assert outcome.refused == ()


def test_an_event_opens_one_ticket_with_its_times_and_its_copies(store: TicketStore) -> None:
    event = changed(FIRE)
    handle(store, event)
    handle(store, event)
    stored = store.of_event(event.event.event_id)
    assert stored is not None
    assert stored.ticket.first_posted_at == FIRE.post.published_at
    assert stored.ticket.discovered_at == FIRE.post.seen_at
    assert [a.who for a in store.history(stored.ticket_id)[1]] == ["machine"]
    with store.engine.connect() as connection:
        assert len(connection.execute(select(tickets)).all()) == 1
        copy = connection.execute(select(event_posts)).one()
    assert copy.post["title"] == FIRE.post.title
    assert len(copy.sha256) == 64


def test_grade_three_waits_for_a_human_but_is_announced_at_once(store: TicketStore) -> None:
    handle(store, changed(FIRE))
    with store.engine.connect() as connection:
        row = connection.execute(select(tickets)).one()
        told = set(connection.execute(select(notices.c.audience)).scalars())
    assert (row.state, row.unit) == ("triage", None)
    assert told == {"unit:zhengfuban", "unit:yingji", "unit:beipo"}


def test_grade_two_with_a_named_unit_is_assigned_by_the_machine(store: TicketStore) -> None:
    wages = relevant(post(2, "工地拖欠工资"), severity=2, emergency=None, topic="labour")
    handle(store, changed(wages))
    with store.engine.connect() as connection:
        row = connection.execute(select(tickets)).one()
        told = connection.execute(select(notices.c.audience, notices.c.title)).all()
    assert (row.state, row.unit, row.co_units) == ("assigned", "renshe", ["beipo"])
    assert [(audience, title[:3]) for audience, title in told] == [
        ("unit:renshe", "请签收"),
        ("unit:beipo", "请协办"),
    ]


def test_a_topic_without_a_unit_waits_in_triage(store: TicketStore) -> None:
    handle(store, changed(relevant(post(3, "公园噪音"), severity=1, topic="culture")))
    with store.engine.connect() as connection:
        row = connection.execute(select(tickets)).one()
    assert row.state == "triage"


def test_no_risk_opens_nothing_but_is_copied(store: TicketStore) -> None:
    handle(store, changed(relevant(post(4, "周末赏花"), severity=0, emergency=None)))
    with store.engine.connect() as connection:
        assert connection.execute(select(tickets)).all() == []
        assert len(connection.execute(select(event_copies)).all()) == 1


def test_the_machine_grades_up_while_no_human_has_graded(store: TicketStore) -> None:
    mild = relevant(post(5, "北坡仓库冒烟"), severity=1, emergency=None)
    handle(store, changed(mild))
    grave = changed(FIRE, former=(mild,), version=2)
    handle(store, grave, at=SetClock(NOON + 2 * HOUR))
    handle(store, grave, at=SetClock(NOON + 3 * HOUR))
    stored = store.of_event(mild.post.post_id)
    assert stored is not None
    acts = store.history(stored.ticket_id)[1]
    assert [a.action for a in acts] == ["open", "assign", "grade"]
    assert (stored.ticket.grade, stored.ticket.emergency) == (3, True)


def test_after_a_human_has_graded_the_machine_only_proposes(store: TicketStore) -> None:
    mild = relevant(post(5, "北坡仓库冒烟"), severity=1, emergency=None)
    handle(store, changed(mild))
    stored = store.of_event(mild.post.post_id)
    assert stored is not None
    by_human = Act(NOON + HOUR, "lin", "grade", {"grade": 1, "emergency": False, "reason": "演练"})
    store.append(stored.ticket_id, stored.version, [by_human])
    handle(store, changed(FIRE, former=(mild,), version=2))
    assert store.get(stored.ticket_id).ticket.grade == 1


def test_an_older_version_that_comes_again_undoes_nothing(store: TicketStore) -> None:
    mild = relevant(post(5, "北坡仓库冒烟"), severity=1, emergency=None)
    handle(store, changed(FIRE, former=(mild,), version=2), changed(mild))
    with store.engine.connect() as connection:
        row = connection.execute(select(event_copies)).one()
        kept = connection.execute(select(event_posts)).all()
    assert (row.version, row.severity, row.posts) == (2, 3, 2)
    assert len(kept) == 2


def test_an_official_post_of_the_event_is_offered_as_evidence(store: TicketStore) -> None:
    notice = relevant(post(9, "关于北坡仓库火情的通报", owner=Owner.OFFICIAL, at=NOON + 2 * HOUR))
    second = changed(notice, former=(FIRE,), version=2)
    handle(store, changed(FIRE), second, second)
    with store.engine.connect() as connection:
        row = connection.execute(select(offers)).one()
    assert (row.post_id, row.state, row.score) == (notice.post.post_id, "offered", 1.0)


def test_what_does_not_belong_is_refused_alone(store: TicketStore) -> None:
    clock = SetClock(NOON + HOUR)
    good, alien = changed(FIRE), relevant(post(7, "别处的事"))
    records = [*recorded(alien, good), Record("events", 0, 9, "k", b"{", NOON)]
    outcome = respond_handler(store, {"qinghe": district()}, clock)(records)
    assert [refusal.record.offset for refusal in outcome.refused] == [0, 9]
    assert store.of_event(good.event.event_id) is not None
    unknown = respond_handler(store, {}, clock)(recorded(good))
    assert "jurisdiction" in unknown.refused[0].reason


def test_the_record_does_not_depend_on_how_the_bus_cuts_batches(
    store: TicketStore, tmp_path: Path
) -> None:
    mild = relevant(post(5, "北坡仓库冒烟"), severity=1, emergency=None)
    messages = [changed(mild), changed(FIRE, former=(mild,), version=2)]
    other = TicketStore(open_engine(f"sqlite:///{tmp_path / 'other.db'}", durable=True))
    other.migrate()
    handle(store, *messages)
    for message in messages:
        handle(other, message)
    histories = []
    for one in (store, other):
        stored = one.of_event(mild.post.post_id)
        assert stored is not None
        histories.append(one.history(stored.ticket_id))
    assert histories[0] == histories[1]
    assert [act.action for act in histories[0][1]] == ["open", "assign", "grade"]
