"""催办升级: each step once, none left out, whatever the rhythm of the sweep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from responder.act import Act
from responder.clocks import read_clocks
from responder.escalation import Cause, Escalation, due_pushes, next_push_moment
from responder.policy import national
from responder.ticket import replay
from tests.reference.small_district import DISTRICT
from tests.reference.tell import act, at, opened

NOTHING: frozenset[str] = frozenset()


def due(acts: list[Act], now: float, already: frozenset[str] = NOTHING) -> tuple[Escalation, ...]:
    readings = read_clocks(acts, national(), at(now))
    return due_pushes(replay(acts), acts, readings, DISTRICT, already, at(now))


def following(acts: list[Act], after: float) -> datetime | None:
    readings = read_clocks(acts, national(), at(after))
    return next_push_moment(replay(acts), acts, readings, DISTRICT, at(after))


def told(steps: tuple[Escalation, ...]) -> list[tuple[str, str, str]]:
    return [(step.cause.value, step.target, step.unit) for step in steps]


GRAVE = [opened(3, True), act(0, "assign", unit="water")]
CALM = [opened(1, False), act(0, "assign", unit="water")]


def test_nobody_is_pushed_while_there_is_time_to_acknowledge() -> None:
    assert due(CALM, 0.5) == ()
    assert following(CALM, 0) == at(0.5) + timedelta.resolution


def test_the_chain_goes_on_until_somebody_acknowledges() -> None:
    steps = due(GRAVE, 2.6)
    assert told(steps) == [
        ("unacknowledged", "duty", "water"),
        ("unacknowledged", "principal", "water"),
        ("unacknowledged", "coordinator", "office"),
        ("unacknowledged", "publicity", "publicity"),
    ]
    assert [step.contacts[0].name for step in steps] == [
        "水务局值班室",
        "水务局负责人",
        "区政府办值班室",
        "宣传部负责人",
    ]
    assert {step.reason for step in steps} == {"交办超过30分钟未签收"}
    assert due([*GRAVE, act(1, "acknowledge")], 2.6) == ()
    assert due([*GRAVE, act(1, "return")], 2.6) == ()


def test_a_reassignment_begins_the_chain_anew() -> None:
    history = [*CALM, act(2, "reassign", unit="housing")]
    done = frozenset(step.key for step in due(CALM, 2))
    assert due(history, 2.4, done) == ()
    assert told(due(history, 2.6, done)) == [("unacknowledged", "duty", "housing")]


def test_a_clock_is_called_to_mind_then_pushed_up_the_chain() -> None:
    history = [*CALM, act(0, "acknowledge")]
    assert due(history, 46.9) == ()
    (soon,) = due(history, 47)
    assert (soon.cause, soon.target, soon.clock) == (Cause.CLOCK_SOON, "duty", "response")
    assert soon.reason == "时限“予以回应”将于4月3日14:00到期"
    assert due(history, 48, frozenset({soon.key})) == ()
    late = due(history, 49.1, frozenset({soon.key}))
    assert told(late) == [("clock_late", "duty", "water"), ("clock_late", "principal", "water")]
    assert late[0].reason == "时限“予以回应”已超期，应于4月3日14:00前完成"


def test_what_is_late_is_no_longer_soon() -> None:
    causes = {step.cause for step in due([*CALM, act(0, "acknowledge")], 60)}
    assert causes == {Cause.CLOCK_LATE}


def test_a_stopped_or_frozen_clock_pushes_nobody() -> None:
    history = [*CALM, act(0, "acknowledge")]
    assert due([*history, act(50, "answer", answered=50)], 60) == ()
    assert due([*history, act(50, "merge", into="T")], 60) == ()


def test_an_extension_makes_the_steps_due_afresh_at_the_new_time() -> None:
    history = [*CALM, act(0, "acknowledge")]
    done = frozenset(step.key for step in due(history, 47.5))
    history.append(act(47.6, "extend", clock="response", due=72, approver="乙"))
    assert due(history, 70, done) == ()
    assert told(due(history, 71, done)) == [("clock_soon", "duty", "water")]


def test_regrading_changes_the_chain_but_repeats_nobody() -> None:
    done = frozenset(step.key for step in due(CALM, 1.5))
    graver = [*CALM, act(1.6, "grade", grade=3, emergency=False)]
    assert told(due(graver, 2.6, done)) == [
        ("unacknowledged", "principal", "water"),
        ("unacknowledged", "coordinator", "office"),
        ("unacknowledged", "publicity", "publicity"),
    ]


def test_without_a_unit_the_coordinator_is_asked() -> None:
    (soon,) = due([opened(1, False)], 47)
    assert (soon.unit, soon.contacts[0].name) == ("office", "区政府办值班室")


def sweep(moments: Iterable[float]) -> list[str]:
    """The keys of the late steps that sweeps at these hours send, in order."""
    history = [*GRAVE, act(0, "acknowledge")]
    sent: list[str] = []
    for hours in moments:
        steps = due(history, hours, frozenset(sent))
        sent += [step.key for step in steps if step.cause is not Cause.CLOCK_SOON]
    return sent


OFTEN = tuple(quarter / 4 for quarter in range(121))


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(OFTEN), max_size=12))
def test_any_rhythm_of_sweeps_sends_the_same_steps_once(moments: set[float]) -> None:
    seldom = sweep([*sorted(moments), OFTEN[-1]])
    assert len(seldom) == len(set(seldom)) == 12


def test_a_sweep_every_quarter_of_an_hour_sends_no_more() -> None:
    assert sorted(sweep(OFTEN)) == sorted(sweep(OFTEN[-1:]))


def test_following_the_next_moment_meets_every_step() -> None:
    history = [*GRAVE, act(0, "acknowledge")]
    now, keys = at(0), list[str]()
    while True:
        readings = read_clocks(history, national(), now)
        moment = next_push_moment(replay(history), history, readings, DISTRICT, now)
        if moment is None:
            break
        now = moment
        readings = read_clocks(history, national(), now)
        ticket, known = replay(history), frozenset(keys)
        keys += [s.key for s in due_pushes(ticket, history, readings, DISTRICT, known, now)]
    assert len(keys) == len(set(keys)) == 3 * (1 + 4)
