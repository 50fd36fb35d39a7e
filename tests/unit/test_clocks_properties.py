"""What holds of the clocks under any sequence of acts, whatever the policy."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from responder.act import Act
from responder.clocks import Reading, Status, next_moment, read_clocks
from responder.evidence import STEPS, Piece, piece_of
from responder.policy import policy_from_data, policy_to_data
from responder.transitions import Action
from tests.reference.clock_histories import Grown, grow
from yuqing.domain.jurisdiction import ClockRule, Numbering

# A seed and not hypothesis's own choices: those make histories that end before they begin.
ANY = given(st.integers(min_value=0).map(lambda seed: grow(random.Random(seed))))
MANY = settings(max_examples=250, deadline=None)
SILENT = {"note", "return", "reassign", "start", "submit", "send_back", "approve", "consult"}
SILENT |= {"escalate", "settle", "follow_up", "promise", "promise_kept", "evaluate"}
Key = tuple[str, int, object]


def keyed(grown: Grown, acts: list[Act], now: datetime) -> dict[Key, Reading]:
    """The readings by what stays the same of a clock: of a cadence the start, not the number."""
    rules = {rule.name: rule for rule in grown.policy.clocks}
    readings = read_clocks(acts, grown.policy, now) if acts else ()
    return {(one.name, one.round, _identity(rules[one.name], one)): one for one in readings}


def _identity(rule: ClockRule, one: Reading) -> object:
    return one.start if rule.numbering is Numbering.CADENCE else one.seq


def steps(grown: Grown) -> Iterator[tuple[Act, dict[Key, Reading], dict[Key, Reading]]]:
    """Each act with all readings of its moment, before and after it."""
    for end, act in enumerate(grown.acts):
        before = keyed(grown, grown.acts[:end], act.at)
        yield act, before, keyed(grown, grown.acts[: end + 1], act.at)


def late(one: Reading) -> bool:
    """Whether lateness stands on the record."""
    return one.status is Status.BREACHED or one.late_seconds > 0


def proof(position: int, act: Act) -> Piece | None:
    """The evidence that an act records."""
    return piece_of(position, act, Action(act.action))


@MANY
@ANY
def test_a_breach_goes_only_by_timely_evidence_or_a_strike(grown: Grown) -> None:
    for act, before, after in steps(grown):
        # An absorbed discovery moves the start, and with it what is timely.
        if act.action in ("strike", "absorb"):
            continue
        for key, one in before.items():
            if late(one) and not late(after[key]):
                # By this act's own evidence, or by what was recorded while it was not asked for.
                assert act.action in ("publish", "press_conference", "answer", "grade")
                stop = after[key].stopped_at
                assert stop is not None
                assert one.start <= stop <= one.due


@MANY
@ANY
def test_nothing_stops_without_evidence_of_its_kind(grown: Grown) -> None:
    rules = {rule.name: rule for rule in grown.policy.clocks}
    if not grown.acts:
        return
    struck = {act.data["event"] for act in grown.acts if act.action == "strike"}
    for one in keyed(grown, grown.acts, grown.acts[-1].at).values():
        if one.stopped_at is None:
            continue
        kind = rules[one.name].stopped_by
        pieces = [proof(p, act) for p, act in enumerate(grown.acts) if p not in struck]
        stopping = [p.at for p in pieces if p and p.stops(kind) and p.timely]
        taken = [act.at for act in grown.acts if STEPS.get(Action(act.action)) is kind]
        assert one.stopped_at in stopping + taken
        assert one.stopped_at >= one.start


@MANY
@ANY
def test_starts_and_limits_move_only_for_a_recorded_reason(grown: Grown) -> None:
    for act, before, after in steps(grown):
        for key, one in before.items():
            then = after.get(key)
            if then is None:
                # A struck publication starts nothing; an absorbed discovery renumbers nothing.
                assert act.action in ("strike", "absorb")
                continue
            assert then.start <= one.start
            assert then.start == one.start or act.action == "absorb"
            assert then.due <= one.due or (act.action, act.data["clock"]) == ("extend", one.name)
            assert then.due >= one.due or act.action == "absorb"


@MANY
@ANY
def test_internal_steps_leave_every_other_clock_as_it_was(grown: Grown) -> None:
    once = {rule.name for rule in grown.policy.clocks if rule.numbering is Numbering.ONCE}
    for act, before, after in steps(grown):
        if act.action in SILENT:
            for key, one in before.items():
                assert after[key] == one or (one.name not in once and act.action == "reassign")


@MANY
@ANY
def test_only_history_policy_and_now_count(grown: Grown) -> None:
    if not grown.acts:
        return
    now = grown.acts[-1].at + timedelta(hours=3)
    told = [Act(a.at, a.who, a.action, json.loads(json.dumps(a.data))) for a in grown.acts]
    noisy = [Act(a.at, a.who, a.action, {**a.data, "text": "旁白"}) for a in grown.acts]
    copied = policy_from_data(json.loads(json.dumps(policy_to_data(grown.policy))))
    plain = read_clocks(grown.acts, grown.policy, now)
    assert plain == read_clocks(told, copied, now) == read_clocks(noisy, grown.policy, now)


@MANY
@ANY
def test_time_alone_only_makes_late(grown: Grown) -> None:
    if not grown.acts:
        return
    now, later = grown.acts[-1].at, grown.acts[-1].at + timedelta(days=3)
    before, after = keyed(grown, grown.acts, now), keyed(grown, grown.acts, later)
    assert before.keys() == after.keys()
    for key, one in before.items():
        if one.stopped_at or one.status is Status.SUPERSEDED:
            assert after[key] == one
        else:
            assert after[key].late_seconds >= one.late_seconds
            assert after[key].status in (Status.RUNNING, Status.BREACHED)


@MANY
@ANY
def test_the_next_moment_is_when_the_next_status_turns(grown: Grown) -> None:
    if not grown.acts:
        return
    now = grown.acts[-1].at
    turn = next_moment(grown.acts, grown.policy, now)
    running = {k for k, r in keyed(grown, grown.acts, now).items() if r.status is Status.RUNNING}
    assert (turn is None) == (not running)
    if turn:
        just_before = keyed(grown, grown.acts, turn - timedelta.resolution)
        assert all(just_before[key].status is Status.RUNNING for key in running)
        then = keyed(grown, grown.acts, turn)
        assert any(then[key].status is Status.BREACHED for key in running)
