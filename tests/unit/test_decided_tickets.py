"""A person's word on a post reaches the ticket; what people see of posts follows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from responder.act import Act
from responder.desk import Desk
from responder.reviewing import review_handler
from responder.reviews import Reviews
from responder.store import TicketStore
from responder.stored import Stored
from stream.messages import EventChanged, Judged, Relevant, Seen
from tests.desk_world import ANA, BOTH, HOMES, store_on, tell
from tests.responder_world import (
    HOUR,
    MINUTE,
    NOON,
    SetClock,
    changed,
    judged,
    post,
    recorded,
    relevant,
)
from yuqing.domain.decision import confirmed, labels_of
from yuqing.domain.verdict import Severity, Topic


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with store_on(request, tmp_path) as made:
        yield made


def settled(change: EventChanged, severity: int, said: int | None = None) -> EventChanged:
    """The event as it stands after 安娜 settled a post of it as `said`."""
    event = replace(
        change.event,
        version=change.event.version + 1,
        severity=Severity(severity),
        decided_by="ana",
        decided_severity=None if said is None else Severity(said),
    )
    return EventChanged(event, ())


def history(engine: Engine, event_id: str) -> tuple[Stored, tuple[Act, ...]]:
    store = TicketStore(engine)
    found = store.of_event(event_id)
    assert found is not None
    return store.history(found.ticket_id)


def test_a_grade_that_fell_by_a_persons_word_falls_on_the_ticket(engine: Engine) -> None:
    fire = changed(relevant(post(1, "北坡仓库起火")))
    tell(engine, fire, settled(fire, 1, 1))
    stored, acts = history(engine, fire.event.event_id)
    assert (stored.ticket.grade, stored.ticket.emergency) == (Severity.ORDINARY, True)
    assert (acts[-1].who, acts[-1].action) == ("ana", "grade")
    assert acts[-1].data["reason"] == "更正帖文研判后，事件等级随之调整"


def test_a_ticket_never_falls_below_the_lowest_grade(engine: Engine) -> None:
    fire = changed(relevant(post(1, "北坡仓库起火")))
    tell(engine, fire, settled(fire, 0, 0))
    assert history(engine, fire.event.event_id)[0].ticket.grade is Severity.ORDINARY


def test_a_grave_grade_is_confirmed_by_name_once(engine: Engine) -> None:
    fire = changed(relevant(post(1, "北坡仓库起火")))
    tell(engine, fire, settled(fire, 3, 3), settled(fire, 3, 3))
    tell(engine, settled(fire, 3, 3), at=HOUR)
    stored, acts = history(engine, fire.event.event_id)
    assert [(act.who, act.data["reason"]) for act in acts if act.action == "grade"] == [
        ("ana", "复核帖文时确认等级")
    ]
    assert stored.ticket.grade is Severity.MAJOR


def test_a_word_on_a_lesser_post_confirms_nothing(engine: Engine) -> None:
    fire = changed(relevant(post(1, "北坡仓库起火")))
    tell(engine, fire, settled(fire, 3, 1))
    assert [act.action for act in history(engine, fire.event.event_id)[1]] == ["open"]


def test_after_a_person_graded_the_ticket_nothing_is_written(engine: Engine) -> None:
    fire = changed(relevant(post(1, "北坡仓库起火")))
    tell(engine, fire)
    stored, acts = history(engine, fire.event.event_id)
    data = {"grade": 2, "emergency": True, "reason": "现场核实"}
    desk = Desk(engine, HOMES)
    desk.act(ANA, stored.ticket_id, len(acts), "grade", data, NOON + 20 * MINUTE)
    tell(engine, settled(fire, 1, 1), at=HOUR)
    assert history(engine, fire.event.event_id)[0].ticket.grade is Severity.LARGER


def test_copies_show_what_people_said_since(engine: Engine) -> None:
    one = relevant(post(1, "北坡仓库起火", "电话138\u200b12345678"))
    fire = changed(one)
    tell(engine, fire)
    desk = Desk(engine, HOMES)
    (before,) = desk.event(ANA, fire.event.event_id).posts
    assert (before.body, before.confirmed_by) == ("电话138****5678", "")
    judged_one = Judged(one.post, one.sighting, one.verdict, ("qinghe",))
    labels = replace(labels_of(one.verdict), topic=Topic.HOUSING, severity=Severity.LARGER)
    desk.correct(ANA, judged_one, labels, NOON + HOUR)
    (after,) = desk.event(ANA, fire.event.event_id).posts
    assert (after.topic_zh, after.severity_zh) == ("房地产与住房", "较大")
    assert (after.confirmed_by, after.sha256) == ("ana", before.sha256)


def test_posts_split_off_leave_the_copies_of_their_event(engine: Engine) -> None:
    fire, smoke = relevant(post(1, "北坡仓库起火")), relevant(post(2, "南湖冒烟", at=NOON + HOUR))
    both = changed(fire, smoke)
    tell(engine, both)
    left = settled(changed(fire, version=2), 3)
    own = changed(smoke)
    own = EventChanged(replace(own.event, decided_by="ana"), own.added)
    tell(engine, left, own)
    desk = Desk(engine, HOMES)
    shown = [[p.post_id for p in desk.event(ANA, one.event.event_id).posts] for one in (both, own)]
    assert shown == [[fire.post.post_id], [smoke.post.post_id]]


def test_the_review_stage_queues_the_unsure_and_refuses_strangers(engine: Engine) -> None:
    sure = judged(post(1, "路灯不亮"))
    unsure = replace(sure, verdict=replace(sure.verdict, confidence=0.3))
    stray: Relevant = relevant(post(2, "起火"))
    handle = review_handler(Reviews(engine, 0.6), SetClock())
    outcome = handle(recorded(unsure, Seen(sure.sighting), stray))
    assert [one.record.offset for one in outcome.refused] == [2]
    assert Desk(engine, HOMES).reviews(ANA, NOON).total == 1
    handle(recorded(confirmed_post(unsure)))
    assert Desk(engine, HOMES).reviews(ANA, NOON).total == 1


def confirmed_post(one: Judged) -> Judged:
    return replace(one, verdict=confirmed(one.verdict, labels_of(one.verdict), "ana", NOON))
