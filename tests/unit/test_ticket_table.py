"""The whole product of states and actions, against the table written out a second time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from responder.act import Act
from responder.refusals import Refused
from responder.ticket import allowed, replay
from responder.transitions import (
    ACTION_TITLES,
    OPEN_STATES,
    STATE_TITLES,
    TABLE,
    Action,
    State,
    actions_from,
)
from yuqing.domain.errors import InvalidMessage, NotAllowed

START = datetime(2026, 5, 6, 9, tzinfo=UTC)
OPENED = {"grade": 2, "emergency": False, "discovered_at": START.isoformat()}
OPEN = "triage assigned acknowledged handling in_review responded following_up returned"
MOVES = """
assign: triage returned > assigned
reassign: assigned acknowledged handling > assigned
acknowledge: assigned > acknowledged
return: assigned acknowledged > returned
start: acknowledged responded following_up > handling
submit: handling > in_review
send_back: in_review > handling
approve: in_review > in_review
settle: acknowledged handling in_review > responded
follow_up: responded > following_up
close: responded following_up > closed
evaluate: closed > evaluated
reopen: closed evaluated dismissed merged > triage
dismiss: triage returned > dismissed
publish: in_review > responded
answer: in_review > responded
"""
SAME_IN_ANY_OPEN = (
    "grade press_conference absorb extend waive strike promise promise_kept promise_published "
    "promise_waived verify consult report_up notify hand_over delegate escalate request_extension"
)


def expected() -> dict[tuple[str, str], str]:
    table = {(state, action): state for state in OPEN.split() for action in ("publish", "answer")}
    table |= {(state, "merge"): "merged" for state in OPEN.split()}
    table |= {(s, action): s for s in OPEN.split() for action in SAME_IN_ANY_OPEN.split()}
    table |= {(state.value, "note"): state.value for state in State}
    for line in MOVES.strip().splitlines():
        action, _, rest = line.partition(": ")
        sources, _, target = rest.partition(" > ")
        table |= {(source, action): target for source in sources.split()}
    return table


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", State)
def test_every_pair_moves_as_the_table_says_or_not_at_all(state: State, action: Action) -> None:
    assert TABLE.get((state, action)) == expected().get((state.value, action.value))


def test_before_the_opening_only_opening_is_possible() -> None:
    assert actions_from(None) == (Action.OPEN,)
    assert TABLE[None, Action.OPEN] is State.TRIAGE


def test_open_states_are_all_but_four() -> None:
    assert {state.value for state in OPEN_STATES} == set(OPEN.split())


def test_every_state_and_action_has_a_chinese_name() -> None:
    assert set(STATE_TITLES) == set(State)
    assert set(ACTION_TITLES) == set(Action)


def acts(*actions: str | tuple[str, dict[str, object]]) -> list[Act]:
    steps = [step if isinstance(step, tuple) else (step, {}) for step in actions]
    minutes = [START + timedelta(minutes=number) for number in range(len(steps) + 1)]
    everything = [("open", dict[str, object](OPENED)), *steps]
    return [Act(at, "甲", do, data) for at, (do, data) in zip(minutes, everything, strict=True)]


@pytest.mark.parametrize("state", State)
def test_replay_follows_and_refuses_what_the_table_says(state: State) -> None:
    reach = {
        "triage": (),
        "assigned": ("assign",),
        "acknowledged": ("assign", "acknowledge"),
        "handling": ("assign", "acknowledge", "start"),
        "in_review": ("assign", "acknowledge", "start", "submit"),
        "responded": ("assign", "acknowledge", "settle"),
        "following_up": ("assign", "acknowledge", "settle", "follow_up"),
        "closed": ("assign", "acknowledge", "settle", "close"),
        "evaluated": ("assign", "acknowledge", "settle", "close", "evaluate"),
        "returned": ("assign", "return"),
        "merged": ("merge",),
        "dismissed": ("dismiss",),
    }[state.value]
    data: dict[str, object] = OPENED | {
        **{key: START.isoformat() for key in ("published_at", "held_at", "answered_at")},
        "event": 0,
        "promise": "P",
    }
    ticket = replay(acts(*reach))
    assert ticket.state is state
    assert allowed(ticket) == actions_from(state)
    for action in Action:
        history = acts(*reach, (action.value, data))
        if action in allowed(ticket):
            assert replay(history).state is TABLE[state, action]
        else:
            with pytest.raises(Refused, match=f"event {len(reach) + 1} \\({action.value}\\)"):
                replay(history)


def test_what_a_ticket_tells() -> None:
    ticket = replay(
        acts(
            ("assign", {"unit": "water", "co_units": ["street"]}),
            "return",
            ("assign", {"unit": "housing", "co_units": []}),
            ("grade", {"grade": 3, "emergency": True, "reason": "伤亡上升"}),
            "acknowledge",
            ("promise", {"promise": "P1", "text": "本周修好", "due": "2026-05-13T09:00:00+08:00"}),
            ("publish", {"published_at": START.isoformat(), "official": True}),
            ("answer", {"answered_at": START.isoformat()}),
            ("strike", {"event": 7}),
            ("absorb", {"from": "T2", "discovered_at": "2026-05-06T08:00:00+00:00"}),
            ("promise_kept", {"promise": "P1"}),
        )
    )
    assert (ticket.unit, ticket.co_units, ticket.returns) == ("housing", (), 1)
    assert ticket.grave_emergency
    assert ticket.acts == 12
    assert [piece.position for piece in ticket.evidence] == [8]
    assert ticket.absorbed == ("T2",)
    assert ticket.first_posted_at is None
    assert ticket.discovered_at == START - timedelta(hours=1)
    (promise,) = ticket.promises
    assert (promise.kept, promise.published, promise.settled) == (True, False, False)
    assert promise.due == datetime(2026, 5, 13, 1, tzinfo=UTC)


def test_a_reopening_clears_the_assignment_and_counts_the_round() -> None:
    ticket = replay(acts(("assign", {"unit": "water"}), ("merge", {"into": "T9"})))
    assert (ticket.merged_into, ticket.is_open) == ("T9", False)
    again = replay(acts(("assign", {"unit": "water"}), ("merge", {"into": "T9"}), "reopen"))
    assert (again.round, again.unit, again.merged_into) == (2, None, None)


def test_time_does_not_run_back_but_may_stand_still() -> None:
    history = acts("assign")
    assert replay([*history, Act(history[-1].at, "甲", "acknowledge")]).state == "acknowledged"
    with pytest.raises(Refused, match=r"event 2 \(acknowledge\): recorded before"):
        replay([*history, Act(START, "甲", "acknowledge")])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({**OPENED, "grade": 5}, "grade"),
        ({**OPENED, "grade": True}, "grade"),
        ({**OPENED, "emergency": "accident"}, "emergency"),
        ({**OPENED, "emergency": None}, "emergency"),
        ({**OPENED, "discovered_at": None}, "discovered_at"),
        ({**OPENED, "discovered_at": "2026-05-06T09:00:00"}, "discovered_at"),
        ({**OPENED, "first_posted_at": "昨天"}, "first_posted_at"),
        ({**OPENED, "first_posted_at": "0001-01-01T00:00:00+14:00"}, "first_posted_at"),
    ],
)
def test_wrong_data_names_event_and_field(data: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidMessage, match=rf"event 0 \(open\): {field}"):
        replay([Act(START, "甲", "open", data)])


def test_no_history_is_no_ticket() -> None:
    with pytest.raises(NotAllowed, match="empty"):
        replay([])


def test_a_time_without_offset_is_no_time_of_an_act() -> None:
    with pytest.raises(InvalidMessage, match="offset"):
        Act(START.replace(tzinfo=None), "甲", "note")
