"""What people say to the machine: the queue, corrections, events put right, drift told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DatabaseError

from responder.desk import Desk
from responder.drifts import Drifts
from responder.outbox import send_due
from responder.push import Delivery
from responder.regroupings import Wish
from responder.review_filter import HELD_FOR
from responder.reviews import KEPT_FOR, Reviews, own_thresholds
from responder.schema import notices, outbox
from responder.schema_judging import corrections
from stream.bus import Outgoing
from stream.codec import decode
from stream.messages import Corrected, Judged, Regrouped
from stream.topics import DECISIONS
from tests.desk_world import ANA as WELL_KNOWN
from tests.desk_world import BOTH, CHEN, FAR, HOMES, LIN, ROOT, store_on, tell
from tests.responder_world import HOUR, MINUTE, NOON, SetClock, changed, judged, post, relevant
from yuqing.domain.decision import Labels, Regroup, labels_of
from yuqing.domain.drift import Drift, HeadDrift, Move
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound
from yuqing.domain.verdict import Disposition, Emergency, Evidence, Severity, Topic

ANA = replace(WELL_KNOWN, channels=("json://127.0.0.1:9/ana",))
STAFF = (LIN, ANA, CHEN, FAR, ROOT)


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with store_on(request, tmp_path, *STAFF) as made:
        yield made


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine, HOMES)


def unsure(number: int, confidence: float = 0.4, severity: int = 1, **more: object) -> Judged:
    one = judged(post(number, f"巷口的灯又坏了 {number}"), severity=severity, **more)
    return replace(one, verdict=replace(one.verdict, confidence=confidence))


def said(one: Judged, **heads: object) -> Labels:
    return replace(labels_of(one.verdict), **heads)  # type: ignore[arg-type]


class Silent:
    """A channel that takes everything."""

    def push(self, *_message: object) -> Delivery:
        return Delivery(None)


def published(engine: Engine) -> list[Outgoing]:
    """What the outbox hands to the bus on the topic of decisions."""
    sent: list[Outgoing] = []
    send_due(engine, Silent(), sent.extend, SetClock(NOON + 9 * HOUR))
    return [one for one in sent if one.topic == DECISIONS.name]


def test_the_unsure_wait_the_gravest_first_and_of_one_grade_the_newest(
    engine: Engine, desk: Desk
) -> None:
    old = unsure(1)
    new = replace(unsure(2), post=post(2, "巷口的灯又坏了 2", at=NOON + HOUR))
    grave = unsure(3, severity=3)
    sure = unsure(4, confidence=0.6)
    assert Reviews(engine, 0.6).record([old, new, grave, sure], NOON) == 3
    page = desk.reviews(LIN, NOON)
    waiting = [line.judged.post.post_id for line in page.lines]
    assert waiting == [one.post.post_id for one in (grave, new, old)]
    assert (page.total, page.below) == (3, 0.6)
    assert desk.reviews(FAR, NOON).lines == ()


def test_a_jurisdiction_may_ask_for_more_or_less_certainty(engine: Engine) -> None:
    homes = {
        "qinghe": replace(HOMES["qinghe"], review_below=0.8),
        "yunxi": replace(HOMES["qinghe"], code="yunxi", review_below=0.3),
        "baisha": replace(HOMES["qinghe"], code="baisha"),
    }
    queue, desk = Reviews(engine, 0.6, own_thresholds(homes)), Desk(engine, homes)
    both = replace(unsure(1, confidence=0.7), jurisdictions=("qinghe", "yunxi", "baisha"))
    theirs = replace(unsure(2, confidence=0.5), jurisdictions=("yunxi",))
    usual = replace(unsure(3, confidence=0.5), jurisdictions=("baisha",))
    nobodys = replace(unsure(4, confidence=0.5), jurisdictions=())
    assert queue.record([both, theirs, usual, nobodys], NOON) == 3
    ours = desk.reviews(LIN, NOON)
    assert [line.judged for line in ours.lines] == [both]
    assert ours.below == 0.8
    far = desk.reviews(FAR, NOON)
    assert (far.total, far.below) == (0, 0.3)
    everywhere = desk.reviews(ROOT, NOON)
    assert (everywhere.total, everywhere.below) == (3, 0.6)
    assert queue.record([replace(both, verdict=unsure(1, confidence=0.85).verdict)], NOON) == 0
    assert desk.reviews(LIN, NOON).total == 0


def test_the_same_posts_again_wait_once_and_leave_when_a_later_verdict_is_sure(
    engine: Engine, desk: Desk
) -> None:
    queue, one = Reviews(engine, 0.6), unsure(1)
    assert [queue.record([one], NOON), queue.record([one], NOON)] == [1, 0]
    queue.record([unsure(1, confidence=0.9)], NOON)
    assert desk.reviews(LIN, NOON).total == 0


def test_who_works_on_one_is_seen_and_a_second_is_told(engine: Engine, desk: Desk) -> None:
    one = unsure(1)
    Reviews(engine, 0.6).record([one], NOON)
    desk.take_review(LIN, one.post.post_id, NOON)
    desk.take_review(LIN, one.post.post_id, NOON + MINUTE)
    with pytest.raises(Conflict, match="林一正在处理"):
        desk.take_review(ANA, one.post.post_id, NOON + 2 * MINUTE)
    assert desk.reviews(ANA, NOON + 2 * MINUTE).lines[0].taken_by == "lin"
    later = NOON + MINUTE + HELD_FOR + MINUTE
    assert desk.reviews(ANA, later).lines[0].taken_by is None
    desk.take_review(ANA, one.post.post_id, later)
    desk.leave_review(ANA, one.post.post_id)
    assert desk.reviews(LIN, later).lines[0].taken_by is None


def test_what_nobody_looked_at_is_forgotten(engine: Engine, desk: Desk) -> None:
    queue = Reviews(engine, 0.6)
    queue.record([unsure(1)], NOON)
    assert queue.forget(NOON + KEPT_FOR) == 0
    assert queue.forget(NOON + KEPT_FOR + MINUTE) == 1
    assert desk.reviews(LIN, NOON).total == 0


def test_a_confirmed_post_leaves_the_queue_and_never_comes_back(engine: Engine, desk: Desk) -> None:
    queue, one = Reviews(engine, 0.6), unsure(1)
    queue.record([one], NOON)
    made = desk.correct(ANA, one, labels_of(one.verdict), NOON)
    assert not made.changed
    assert (made.judged.verdict.confirmed_by, made.judged.verdict.confirmed_at) == ("ana", NOON)
    assert desk.reviews(LIN, NOON).total == 0
    with pytest.raises(NotFound):
        desk.take_review(LIN, one.post.post_id, NOON)
    assert queue.record([unsure(1, confidence=0.2)], NOON) == 0


def test_a_correction_is_kept_told_and_shown(engine: Engine, desk: Desk) -> None:
    one = unsure(1)
    spans = (Evidence("topic", 0, 2, "巷口", "词表:urban"), Evidence("place", 0, 2, "巷口", "地名"))
    one = replace(one, verdict=replace(one.verdict, evidence=spans))
    wanted = said(one, topic=Topic.URBAN, also=(Topic.URBAN, Topic.TRANSPORT), severity=Severity(2))
    made = desk.correct(ANA, one, wanted, NOON, note="照明归城管")
    assert made.after == replace(wanted, also=(Topic.TRANSPORT,))
    (kept,) = desk.corrections_of(LIN, one.post.post_id)
    assert (kept.who, kept.at, kept.note) == ("ana", NOON, "照明归城管")
    assert (kept.before, kept.after) == (labels_of(one.verdict), made.after)
    (told,) = published(engine)
    message = decode(told.value)
    assert isinstance(message, Corrected)
    assert told.key == message.jurisdiction == "qinghe"
    assert (labels_of(message.judged.verdict), message.before) == (made.after, kept.before)
    assert [e.what for e in message.judged.verdict.evidence] == ["place"]
    assert desk.settled([one, unsure(2)])[0].verdict == made.judged.verdict


def test_an_irrelevant_post_has_neither_topic_nor_risk(desk: Desk) -> None:
    one = unsure(1, severity=3)
    made = desk.correct(LIN, one, said(one, relevant=False), NOON)
    assert made.after == Labels(
        False, Topic.OTHER, (), Severity.NONE, None, Disposition.NONE, one.verdict.places
    )


def test_who_comes_second_is_told_who_was_first(desk: Desk) -> None:
    one = unsure(1)
    first = desk.correct(LIN, one, said(one, severity=Severity(2)), NOON)
    with pytest.raises(Conflict, match="林一已先行更正"):
        desk.correct(ANA, one, said(one, severity=Severity(0)), NOON + MINUTE)
    second = desk.correct(
        ANA, first.judged, said(first.judged, severity=Severity(0)), NOON + MINUTE, known_at=NOON
    )
    assert second.before.severity is Severity.LARGER
    assert [one.who for one in desk.corrections_of(ROOT, one.post.post_id)] == ["ana", "lin"]


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """What those of `acts` raise that do not get through, all begun together."""
    start, failed = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_of_those_who_correct_at_once_one_is_first(engine: Engine, desk: Desk) -> None:
    one = unsure(1)
    labels = [said(one, severity=Severity(number % 5)) for number in range(8)]
    failed = at_once(*(partial(desk.correct, ANA, one, heads, NOON) for heads in labels))
    assert all(isinstance(error, Conflict) and "安娜" in str(error) for error in failed), failed
    assert len(failed) == 7
    assert len(desk.corrections_of(ANA, one.post.post_id)) == 1


def test_of_those_who_regroup_at_once_one_is_first(engine: Engine, desk: Desk) -> None:
    fire, _strike, posts = events(engine)
    wish = Wish(Regroup.PIN, fire, None, (posts[0].post.post_id,), "核对过")
    failed = at_once(*(partial(desk.regroup, ANA, wish, NOON, 1) for _ in range(8)))
    assert all(isinstance(error, Conflict) and "安娜" in str(error) for error in failed), failed
    assert len(failed) == 7
    assert len(desk.regroupings_of(ANA, fire)) == 1


def test_nobody_judges_what_is_of_elsewhere(engine: Engine, desk: Desk) -> None:
    one = unsure(1)
    Reviews(engine, 0.6).record([one], NOON)
    with pytest.raises(NotFound):
        desk.take_review(FAR, one.post.post_id, NOON)
    assert desk.reviews(LIN, NOON).lines[0].taken_by is None
    _fire, _strike, posts = events(engine)
    with pytest.raises(NotFound):
        desk.judged_copy(FAR, posts[0].post.post_id)
    desk.correct(ANA, one, labels_of(one.verdict), NOON)
    assert desk.corrections_of(FAR, one.post.post_id) == ()


def test_only_those_who_judge_correct_and_only_their_own(desk: Desk) -> None:
    one = unsure(1)
    with pytest.raises(NotAllowed):
        desk.correct(CHEN, one, labels_of(one.verdict), NOON)
    with pytest.raises(NotFound):
        desk.correct(FAR, one, labels_of(one.verdict), NOON)
    with pytest.raises(NotAllowed):
        desk.reviews(CHEN, NOON)
    with pytest.raises(InvalidMessage, match="places"):
        desk.correct(LIN, one, said(one, places=("长" * 41,)), NOON)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_rewrite_a_correction(
    engine: Engine, desk: Desk, change: str
) -> None:
    one = unsure(1)
    desk.correct(LIN, one, labels_of(one.verdict), NOON)
    statement = update(corrections).values(who="x") if change == "update" else delete(corrections)
    with pytest.raises(DatabaseError, match="history only grows"), engine.begin() as connection:
        connection.execute(statement)


def events(engine: Engine) -> tuple[str, str, list[Judged]]:
    """Two events of two posts and of one; their ids and the posts of the first."""
    fire, smoke = relevant(post(1, "北坡仓库起火")), relevant(post(2, "北坡冒烟", at=NOON + HOUR))
    strike = relevant(post(3, "南湖厂欠薪"), topic=Topic.LABOUR, severity=2, emergency=None)
    tell(engine, changed(fire, smoke), changed(strike), at=2 * HOUR)
    ids = fire.post.post_id, strike.post.post_id
    return *ids, [Judged(r.post, r.sighting, r.verdict, ("qinghe",)) for r in (fire, smoke)]


def test_a_merge_a_split_and_a_pin_are_on_record_and_told(engine: Engine, desk: Desk) -> None:
    fire, strike, posts = events(engine)
    smoke = posts[1].post.post_id
    for at, wish in enumerate(
        (
            Wish(Regroup.MERGE, strike, fire, (), "同一厂区"),
            Wish(Regroup.SPLIT, fire, None, (smoke,), "另一处冒烟"),
            Wish(Regroup.PIN, fire, None, (smoke,), "核对过"),
        )
    ):
        desk.regroup(ANA, wish, NOON + at * MINUTE)
    told = [decode(one.value) for one in published(engine)]
    assert all(isinstance(one, Regrouped) for one in told)
    merge, split, pin = (one for one in told if isinstance(one, Regrouped))
    assert (merge.action, merge.event_id, merge.into) == (Regroup.MERGE, strike, fire)
    assert [one.post.post_id for one in split.posts] == [smoke]
    assert split.left_seen_at == posts[0].post.seen_at
    assert (pin.action, pin.who) == (Regroup.PIN, "ana")
    decided = desk.regroupings_of(LIN, fire)
    assert [(one.action, one.reason) for one in decided] == [
        (Regroup.PIN, "核对过"),
        (Regroup.SPLIT, "另一处冒烟"),
        (Regroup.MERGE, "同一厂区"),
    ]


def test_a_senseless_regrouping_is_refused(engine: Engine, desk: Desk) -> None:
    fire, strike, posts = events(engine)
    both = tuple(one.post.post_id for one in posts)
    for wish, field in (
        (Wish(Regroup.MERGE, fire, None, (), "因"), "into"),
        (Wish(Regroup.MERGE, fire, fire, (), "因"), "into"),
        (Wish(Regroup.SPLIT, fire, None, (), "因"), "post_ids"),
        (Wish(Regroup.SPLIT, fire, None, both, "因"), "post_ids"),
        (Wish(Regroup.SPLIT, fire, strike, ("nobody",), "因"), "post_ids"),
        (Wish(Regroup.PIN, fire, None, both[:1], " "), "reason"),
    ):
        with pytest.raises(InvalidMessage, match=f"^{field}"):
            desk.regroup(ANA, wish, NOON)
    with pytest.raises(NotFound):
        desk.regroup(FAR, Wish(Regroup.MERGE, fire, strike, (), "因"), NOON)
    with pytest.raises(NotAllowed):
        desk.regroup(CHEN, Wish(Regroup.MERGE, fire, strike, (), "因"), NOON)
    assert published(engine) == []


def test_a_copy_stands_in_for_what_the_index_forgot(engine: Engine, desk: Desk) -> None:
    _fire, _strike, posts = events(engine)
    smoke = posts[1]
    assert desk.judged_copy(ANA, smoke.post.post_id).post == smoke.post
    desk.correct(ANA, smoke, said(smoke, emergency=Emergency.NATURAL), NOON)
    assert desk.judged_copy(ANA, smoke.post.post_id).verdict.emergency is Emergency.NATURAL
    with pytest.raises(NotFound):
        desk.judged_copy(ANA, "nobody")


TOPIC = HeadDrift("topic", 900, 0.31, 0.05, (Move("labour", 0.05, 0.21),))
STILL = HeadDrift("severity", 900, 0.02, 0.001, (Move("1", 0.5, 0.52),))


def test_a_move_is_told_in_words_once_a_week_to_those_who_answer(
    engine: Engine, desk: Desk
) -> None:
    drifts, monday = Drifts(engine), date(2026, 3, 2)
    moved = Drift("linear-b", "linear-a", (TOPIC, STILL))
    assert drifts.record("qinghe", replace(moved, heads=(STILL,)), monday, NOON) == 0
    assert drifts.record("qinghe", moved, monday, NOON) == 2
    assert drifts.record("qinghe", moved, date(2026, 3, 5), NOON) == 0
    assert drifts.record("qinghe", moved, date(2026, 3, 9), NOON) == 2
    with engine.begin() as connection:
        pushes = connection.execute(select(outbox).order_by(outbox.c.outbox_id)).all()
        audiences = set(connection.execute(select(notices.c.audience)).scalars())
    assert audiences == {"person:ana", "person:root"}
    assert {row.payload["recipient"] for row in pushes} == {"安娜", "管理员"}
    assert pushes[0].payload["body"] == (
        "议题：明显偏移（PSI 0.31）。“就业与工资拖欠”由 5.0% 升至 21.0%"
    )
    days = [view.day for view in desk.drifts(ANA)]
    assert days == ["2026-03-09", "2026-03-05", "2026-03-02"]
    assert desk.drifts(FAR) == ()
    assert desk.drifts(ANA)[0].drift == moved
