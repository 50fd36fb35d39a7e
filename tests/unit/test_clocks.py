"""The national clocks: what asks for them, stops, freezes, extends and excuses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from responder.act import Act
from responder.clocks import Status, admit, next_moment, read_clocks
from responder.policy import national
from responder.ticket import replay
from tests.reference.tell import act, at, handled, opened, tell
from yuqing.domain.errors import InvalidMessage, NotAllowed


@pytest.mark.parametrize("grade", range(5))
@pytest.mark.parametrize("emergency", [False, True])
def test_grade_and_emergency_ask(grade: int, emergency: bool) -> None:
    clocks = set(tell([opened(grade, emergency)], 0))
    grave = {"authoritative_release/1", "press_conference/1", "first_spokesperson/1"}
    if grade == 0:
        assert clocks == set()
    else:
        assert clocks == (grave if emergency and grade >= 3 else {"response/1"})


def test_limits_run_from_the_discovery_and_are_kept_at_the_due_instant() -> None:
    history = [opened(4, True, discovered=-2)]
    assert tell(history, 3)["authoritative_release/1"] == "running -2-3"
    assert tell(history, 22) == {
        "authoritative_release/1": "breached -2-3 late 19",
        "first_spokesperson/1": "running -2-22",
        "press_conference/1": "running -2-22",
    }


def test_lateness_is_whole_seconds_cut() -> None:
    (reading,) = read_clocks(
        [opened(1, False)], national(), at(48) + timedelta(seconds=1, microseconds=999_999)
    )
    assert (reading.status, reading.late_seconds) == (Status.BREACHED, 1)
    (just,) = read_clocks([opened(1, False)], national(), at(48) + timedelta.resolution)
    assert (just.status, just.late_seconds) == (Status.BREACHED, 0)


@pytest.mark.parametrize(
    ("evidence", "stopped"),
    [
        (act(9, "publish", published=4), {"response"}),
        (act(9, "publish", published=4, official=True), {"authoritative_release", "response"}),
        (act(9, "publish", published=4, principal=True), {"first_spokesperson", "response"}),
        (act(9, "press_conference", held=4), {"press_conference"}),
        (
            act(9, "press_conference", held=4, principal=True, official=True),
            {"press_conference", "first_spokesperson"},
        ),
        (act(9, "answer", answered=4, official=True, principal=True), {"response"}),
        (act(9, "verify"), set()),
        (act(9, "note", published=4, official=True), set()),
        (act(9, "notify"), set()),
    ],
)
def test_each_kind_of_evidence_stops_its_clocks(evidence: Act, stopped: set[str]) -> None:
    history = [opened(3, True), evidence, act(9, "grade", grade=2, emergency=True)]
    met = {name.partition("/")[0] for name, said in tell(history, 9).items() if "at 4" in said}
    assert met == stopped


def test_the_earliest_counts_by_its_own_time_not_by_its_recording() -> None:
    history = [
        opened(1, False),
        act(5, "answer", answered=5),
        act(60, "publish", published=3),
        act(61, "publish", published=2),
    ]
    assert tell(history[:2], 60)["response/1"] == "met 0-48 at 5"
    assert tell(history, 61)["response/1"] == "met 0-48 at 2"


def test_a_breach_goes_away_by_proof_of_a_timely_answer_recorded_late() -> None:
    history = [opened(1, False), act(60, "answer", answered=50)]
    assert tell(history, 60)["response/1"] == "breached 0-48 at 50 late 2"
    history.append(act(70, "publish", published=48))
    assert tell(history, 70)["response/1"] == "met 0-48 at 48"


@pytest.mark.parametrize("published", [-0.5, 9.5])
def test_evidence_from_before_the_start_or_after_its_recording_counts_nowhere(
    published: float,
) -> None:
    history = [opened(1, False), act(9, "publish", published=published)]
    assert tell(history, 10)["response/1"] == "running 0-48"


def test_a_regrading_freezes_and_a_later_piece_no_longer_counts() -> None:
    history = [
        opened(3, True),
        act(6, "grade", grade=2, emergency=True),
        act(7, "publish", published=5, official=True),
    ]
    assert tell(history, 99) == {
        "authoritative_release/1": "superseded 0-5 late 1",
        "first_spokesperson/1": "superseded 0-24",
        "press_conference/1": "superseded 0-24",
        "response/1": "met 0-48 at 5",
    }


def test_asked_for_again_it_runs_as_if_it_had_never_paused() -> None:
    history = [
        opened(3, True),
        act(6, "grade", grade=2, emergency=True),
        act(7, "publish", published=4, official=True),
        act(8, "grade", grade=4, emergency=True),
    ]
    clocks = tell(history, 30)
    assert clocks["authoritative_release/1"] == "met 0-5 at 4"
    assert clocks["press_conference/1"] == "breached 0-24 late 6"
    assert clocks["response/1"] == "met 0-48 at 4"


def test_one_newly_asked_for_may_be_late_at_once_or_already_stopped() -> None:
    history = [
        opened(1, False),
        act(20, "press_conference", held=19),
        act(30, "grade", grade=3, emergency=True),
    ]
    clocks = tell(history, 30)
    assert clocks["authoritative_release/1"] == "breached 0-5 late 25"
    assert clocks["press_conference/1"] == "met 0-24 at 19"
    assert clocks["response/1"] == "superseded 0-48"


def test_what_stopped_late_stays_breached_when_frozen_and_strike_makes_it_superseded() -> None:
    history = [
        opened(3, True),
        act(7, "publish", published=7, official=True),
        act(9, "grade", grade=1, emergency=False),
    ]
    assert tell(history, 9)["authoritative_release/1"] == "breached 0-5 at 7 late 2"
    history.append(act(10, "strike", event=1))
    assert tell(history, 10)["authoritative_release/1"] == "superseded 0-5 late 4"
    assert tell(history, 10)["response/1"] == "running 0-48"


def test_a_strike_lets_the_next_piece_count_and_twice_is_once() -> None:
    history = [
        opened(1, False),
        act(2, "publish", published=1),
        act(4, "answer", answered=3),
        act(5, "strike", event=1),
        act(5, "strike", event=1),
    ]
    assert tell(history, 5)["response/1"] == "met 0-48 at 3"


@pytest.mark.parametrize("event", [0, 2, 3, 99, -1])
def test_only_evidence_can_be_struck(event: int) -> None:
    history = [opened(1, False), act(1, "answer", answered=1), act(1, "note")]
    with pytest.raises(NotAllowed, match=r"event 3 \(strike\): event -?\d+ is no evidence"):
        admit(history, act(2, "strike", event=event), national())


def test_an_extension_holds_and_survives_regrading() -> None:
    history = [
        opened(1, False),
        act(40, "extend", clock="response", due=60, approver="乙"),
        act(41, "grade", grade=3, emergency=True),
        act(61, "grade", grade=2, emergency=True),
    ]
    assert tell(history[:2], 60)["response/1"] == "running 0-60"
    assert tell(history[:3], 99)["response/1"] == "superseded 0-60"
    assert tell(history, 62)["response/1"] == "breached 0-60 late 2"


def test_an_extension_stays_when_a_merger_moves_the_start_back() -> None:
    history = [
        opened(1, False),
        act(40, "extend", clock="response", due=60, approver="乙"),
        act(50, "absorb", discovered=-20, first_posted=-30),
    ]
    assert tell(history, 55)["response/1"] == "running -20-60"


@pytest.mark.parametrize(
    ("hours", "data", "why"),
    [
        (10, {"clock": "press_conference", "due": 99, "approver": "乙"}, "is not running"),
        (10, {"clock": "unheard_of", "due": 99, "approver": "乙"}, "is not running"),
        (48, {"clock": "response", "due": 99, "approver": "乙"}, "at or after its due"),
        (49, {"clock": "response", "due": 99, "approver": "乙"}, "at or after its due"),
        (10, {"clock": "response", "due": 48, "approver": "乙"}, "is not later"),
        (10, {"clock": "response", "due": 99, "approver": "甲"}, "the approver is the one"),
    ],
)
def test_extensions_that_are_refused(hours: float, data: dict[str, Any], why: str) -> None:
    with pytest.raises(NotAllowed, match=why):
        admit([opened(1, False)], act(hours, "extend", **data), national())


def test_a_stopped_clock_is_neither_extended_nor_waived() -> None:
    history = [opened(1, False), act(1, "answer", answered=1)]
    for action in ("extend", "waive"):
        with pytest.raises(NotAllowed, match="response"):
            admit(history, act(2, action, clock="response", due=99, approver="乙"), national())


def test_a_waived_clock_is_dropped_and_not_asked_for_again_in_its_round() -> None:
    history = [
        opened(1, False),
        act(50, "waive", clock="response", approver="乙"),
        act(51, "publish", published=40),
        act(52, "grade", grade=3, emergency=True),
        act(53, "grade", grade=2, emergency=True),
    ]
    assert tell(history, 99)["response/1"] == "superseded 0-48 late 2"
    again = [*history, act(60, "merge", into="T"), act(61, "reopen")]
    assert tell(again, 62)["response/2"] == "running 61-109"
    with pytest.raises(NotAllowed, match="not asked for"):
        admit(history, act(54, "waive", clock="response", approver="乙"), national())


def test_nobody_waives_for_themselves() -> None:
    with pytest.raises(NotAllowed, match="approver"):
        admit([opened(1, False)], act(1, "waive", clock="response", approver="甲"), national())


def test_absorbing_moves_the_first_round_back_frozen_clocks_too() -> None:
    history = [
        opened(3, True),
        act(2, "publish", published=1, official=True),
        act(6, "grade", grade=1, emergency=False),
        act(8, "absorb", discovered=-3, first_posted=-5),
        act(9, "absorb", discovered=7),
    ]
    assert tell(history, 9) == {
        "authoritative_release/1": "met -3-2 at 1",
        "first_spokesperson/1": "superseded -3-21",
        "press_conference/1": "superseded -3-21",
        "response/1": "met -3-45 at 1",
    }
    later = [*history, act(10, "merge"), act(11, "reopen"), act(12, "absorb", discovered=-9)]
    assert tell(later, 12)["authoritative_release/1"] == "breached -9--4 at 1 late 5"
    assert tell(later, 12)["response/2"] == "running 11-59"


@pytest.mark.parametrize("ending", ["merge", "dismiss"])
def test_the_end_of_a_round_freezes_and_a_new_round_starts_at_the_reopening(ending: str) -> None:
    history = [opened(3, True), act(6, ending, into="T", reason="…"), act(30, "reopen")]
    assert tell(history, 40) == {
        "authoritative_release/1": "superseded 0-5 late 1",
        "first_spokesperson/1": "superseded 0-24",
        "press_conference/1": "superseded 0-24",
        "authoritative_release/2": "breached 30-35 late 5",
        "first_spokesperson/2": "running 30-54",
        "press_conference/2": "running 30-54",
    }


def test_former_evidence_does_not_stop_a_later_round() -> None:
    history = [
        opened(1, False),
        *handled(1),
        act(2, "answer", answered=2),
        act(3, "settle"),
        act(4, "close"),
        act(5, "reopen"),
        act(6, "publish", published=3),
    ]
    assert tell(history, 7) == {
        "response/1": "met 0-48 at 2",
        "response/2": "running 5-53",
    }


def test_settling_needs_evidence_of_this_round_that_was_not_struck() -> None:
    history = [opened(1, False), *handled(1)]
    with pytest.raises(NotAllowed, match="no evidence"):
        admit(history, act(2, "settle"), national())
    history.append(act(2, "answer", answered=2))
    assert admit(history, act(3, "settle"), national()).state == "responded"
    struck = [*history, act(3, "strike", event=4)]
    with pytest.raises(NotAllowed, match="no evidence"):
        admit(struck, act(3, "settle"), national())
    reopened = [*history, act(4, "merge"), act(5, "reopen"), *handled(5)]
    with pytest.raises(NotAllowed, match="no evidence"):
        admit(reopened, act(6, "settle"), national())


def test_closing_waits_for_every_clock_that_is_asked_for() -> None:
    history = [opened(3, True), *handled(1), act(2, "publish", published=2, official=True)]
    history.append(act(3, "settle"))
    with pytest.raises(NotAllowed, match=r"event 6 \(close\): clock press_conference"):
        admit(history, act(4, "close"), national())
    history.append(act(4, "press_conference", held=4, principal=True))
    assert admit(history, act(5, "close"), national()).state == "closed"
    struck = [*history, act(5, "strike", event=4)]
    with pytest.raises(NotAllowed, match="authoritative_release"):
        admit(struck, act(5, "close"), national())
    waived = [*struck, act(5, "waive", clock="authoritative_release", approver="乙")]
    assert admit(waived, act(5, "close"), national()).state == "closed"


@pytest.mark.parametrize(
    ("ends", "closes"),
    [
        ((), False),
        (("promise_kept",), False),
        (("promise_published",), False),
        (("promise_kept", "promise_published"), True),
        (("promise_waived",), True),
    ],
)
def test_closing_waits_for_promises(ends: tuple[str, ...], closes: bool) -> None:
    history = [opened(1, False), *handled(1), act(2, "answer", answered=2), act(2, "settle")]
    history += [act(3, "promise", promise="P1", text="…")]
    history += [act(4, end, promise="P1") for end in ends]
    if closes:
        assert admit(history, act(5, "close"), national()).state == "closed"
        return
    with pytest.raises(NotAllowed, match="promise P1") as refused:
        admit(history, act(5, "close"), national())
    assert "承诺" in getattr(refused.value, "chinese", "")


def test_refusals_speak_chinese_to_the_console() -> None:
    with pytest.raises(NotAllowed) as refused:
        admit([opened(1, False)], act(1, "close"), national())
    assert getattr(refused.value, "chinese", "") == "当前状态（待研判）不能进行此操作"


def test_now_is_never_before_the_last_event() -> None:
    with pytest.raises(NotAllowed, match="now"):
        tell([opened(1, False), act(5, "note")], 4)


def test_the_next_moment_is_when_the_next_clock_turns_late() -> None:
    history = [opened(3, True)]
    tick = timedelta.resolution
    assert next_moment(history, national(), at(0)) == at(5) + tick
    assert next_moment(history, national(), at(5)) == at(5) + tick
    assert next_moment(history, national(), at(5) + tick) == at(24) + tick
    assert next_moment(history, national(), at(25)) is None
    assert next_moment([*history, act(1, "dismiss")], national(), at(2)) is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (act(1, "publish"), "published_at is missing"),
        (act(1, "publish", published="soon"), "published_at"),
        (act(1, "publish", published=1, official="yes"), "official"),
        (act(1, "press_conference", published=1), "held_at"),
        (act(1, "answer", answered="2026-04-01T07:00:00"), "answered_at"),
        (act(1, "absorb", discovered="long ago"), "discovered_at"),
        (act(1, "extend", clock="response", approver="乙"), "due"),
        (act(1, "waive", approver="乙"), "clock"),
        (act(1, "strike", event="0"), "event"),
        (act(1, "strike", event=True), "event"),
        (act(1, "promise", text="…"), "promise"),
        (act(1, "grade", emergency=True), "grade"),
    ],
)
def test_needed_data_that_is_wrong_names_the_event(wrong: Act, field: str) -> None:
    with pytest.raises(InvalidMessage, match=rf"event 1 \({wrong.action}\): {field}"):
        tell([opened(1, False), wrong], 2)


def test_what_the_rules_do_not_ask_for_may_be_missing() -> None:
    history = [opened(1, False), act(1, "extend", clock="response", due=60)]
    history.append(act(2, "absorb", first_posted=-9))
    assert tell(history, 2) == {"response/1": "running 0-60"}
    assert replay(history).first_posted_at == at(-9)
    assert tell([*history, act(3, "waive", clock="response")], 4) == {
        "response/1": "superseded 0-60"
    }


def test_a_due_time_out_of_the_calendar_is_an_error() -> None:
    history = [act(0, "open", grade=1, emergency=False, discovered_at="9999-12-31T00:00:00+00:00")]
    with pytest.raises(InvalidMessage, match="9999"):
        tell(history, 1)
