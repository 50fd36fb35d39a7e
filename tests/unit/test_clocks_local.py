"""Local clocks: numbered ones, a cadence, and starts other than the discovery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from responder.clocks import admit
from responder.policy import national, policy_from_data, policy_to_data
from tests.reference.tell import act, opened, tell
from yuqing.domain.errors import InvalidMessage, NotAllowed
from yuqing.domain.jurisdiction import (
    AskedWhen,
    ClockRule,
    ClockStart,
    Numbering,
    Policy,
    StoppedBy,
)

ALWAYS = tuple(AskedWhen(emergency, (1, 2, 3, 4)) for emergency in (False, True))


def rule(
    name: str,
    hours: float,
    start: ClockStart,
    stopped_by: StoppedBy,
    numbering: Numbering = Numbering.ONCE,
    asked_when: tuple[AskedWhen, ...] = ALWAYS,
) -> ClockRule:
    due = timedelta(hours=hours)
    return ClockRule(name, name, due, start, stopped_by, asked_when, numbering, national=False)


ACKNOWLEDGE = rule(
    "acknowledge",
    1,
    ClockStart.ASSIGNED,
    StoppedBy.ACKNOWLEDGE,
    Numbering.PER_ASSIGNMENT,
)
RELEASE = rule(
    "continued_release",
    10,
    ClockStart.DISCOVERED,
    StoppedBy.ANY_PUBLICATION,
    Numbering.CADENCE,
    (AskedWhen(True, (3, 4)),),
)


def policy(*rules: ClockRule) -> Policy:
    return Policy("local", "1", rules)


def test_each_assignment_starts_a_new_number_and_supersedes_the_running_one() -> None:
    history = [
        opened(1, False),
        act(1, "assign", unit="a"),
        act(4, "reassign", unit="b"),
        act(4.5, "acknowledge"),
        act(6, "reassign", unit="c"),
    ]
    assert tell(history, 6.5, policy(ACKNOWLEDGE)) == {
        "acknowledge/1#1": "superseded 1-2 late 2",
        "acknowledge/1#2": "met 4-5 at 4.5",
        "acknowledge/1#3": "running 6-7",
    }


def test_returning_stops_nothing_and_an_acknowledgement_is_of_its_own_assignment() -> None:
    history = [opened(1, False), act(1, "assign"), act(1, "acknowledge"), act(1, "reassign")]
    assert tell(history, 1, policy(ACKNOWLEDGE))["acknowledge/1#2"] == "running 1-2"
    history.append(act(1.5, "return"))
    assert tell(history, 3, policy(ACKNOWLEDGE))["acknowledge/1#2"] == "breached 1-2 late 1"


def test_a_new_round_numbers_from_one() -> None:
    history = [opened(1, False), act(1, "assign"), act(2, "merge"), act(3, "reopen")]
    assert tell(history, 3, policy(ACKNOWLEDGE)) == {"acknowledge/1#1": "superseded 1-2"}
    history.append(act(5, "assign"))
    assert tell(history, 5, policy(ACKNOWLEDGE))["acknowledge/2#1"] == "running 5-6"


def test_before_the_assignment_the_clock_is_absent_and_cannot_be_waived() -> None:
    spokesperson = rule("voice", 24, ClockStart.ASSIGNED, StoppedBy.PRINCIPAL_VOICE)
    history = [opened(1, False), act(2, "publish", published=1, principal=True)]
    assert tell(history, 9, policy(spokesperson)) == {}
    with pytest.raises(NotAllowed, match="not asked for"):
        admit(history, act(3, "waive", clock="voice", approver="乙"), policy(spokesperson))
    history += [act(10, "assign"), act(11, "reassign")]
    assert tell(history, 11, policy(spokesperson)) == {"voice/1": "running 10-34"}


def test_what_is_dropped_before_the_assignment_that_would_begin_it_stays_absent() -> None:
    voice = rule(
        "voice",
        24,
        ClockStart.ASSIGNED,
        StoppedBy.PRINCIPAL_VOICE,
        asked_when=(AskedWhen(True, (3, 4)),),
    )
    history = [opened(3, True), act(1, "grade", grade=1, emergency=True), act(2, "assign")]
    assert tell(history, 9, policy(voice)) == {}
    history.append(act(5, "grade", grade=4, emergency=True))
    assert tell(history, 9, policy(voice)) == {"voice/1": "running 2-26"}
    history.append(act(6, "grade", grade=1, emergency=True))
    assert tell(history, 9, policy(voice)) == {"voice/1": "superseded 2-26"}


def test_starts_from_the_first_posting_or_the_act_that_first_asks() -> None:
    grave = (AskedWhen(True, (3, 4)),)
    posted = rule("posted", 5, ClockStart.FIRST_POSTED, StoppedBy.ANY_ANSWER)
    graded = rule("graded", 5, ClockStart.GRADED, StoppedBy.ANY_ANSWER, asked_when=grave)
    history = [
        opened(1, True, first_posted=-4),
        act(2, "grade", grade=3, emergency=True),
        act(3, "grade", grade=1, emergency=True),
        act(4, "grade", grade=3, emergency=True),
    ]
    assert tell(history, 4, policy(posted, graded)) == {
        "posted/1": "breached -4-1 late 3",
        "graded/1": "running 2-7",
    }
    unknown = [opened(1, True), act(1, "absorb", discovered=0.5)]
    assert tell(unknown, 1, policy(posted))["posted/1"] == "running 0-5"
    again = [*history, act(5, "merge"), act(6, "reopen")]
    assert tell(again, 6, policy(posted, graded))["graded/2"] == "running 6-11"


def test_a_cadence_runs_from_publication_to_publication_until_the_round_ends() -> None:
    history = [
        opened(3, True),
        act(5, "publish", published=4),
        act(20, "publish", published=19),
    ]
    assert tell(history[:1], 5, policy(RELEASE)) == {}
    assert tell(history, 20, policy(RELEASE)) == {
        "continued_release/1#1": "breached 4-14 at 19 late 5",
        "continued_release/1#2": "running 19-29",
    }
    history.append(act(21, "publish", published=13))
    assert tell(history, 21, policy(RELEASE)) == {
        "continued_release/1#1": "met 4-14 at 13",
        "continued_release/1#2": "met 13-23 at 19",
        "continued_release/1#3": "running 19-29",
    }
    ended = [*history, act(30, "merge")]
    assert tell(ended, 99, policy(RELEASE))["continued_release/1#3"] == "superseded 19-29 late 1"
    struck = [*ended, act(31, "reopen"), act(32, "strike", event=3)]
    assert tell(struck, 99, policy(RELEASE)) == {
        "continued_release/1#1": "breached 4-14 at 19 late 5",
        "continued_release/1#2": "superseded 19-29 late 1",
    }


def test_an_extension_of_one_round_leaves_the_former_round_alone() -> None:
    # published, merged and reopened within one moment: the piece starts a number in both rounds
    history = [
        opened(3, True),
        act(5, "publish", published=5),
        act(5, "merge"),
        act(5, "reopen"),
        act(6, "extend", clock="continued_release", due=20, approver="乙"),
    ]
    assert tell(history, 6, policy(RELEASE)) == {
        "continued_release/1#1": "superseded 5-15",
        "continued_release/2#1": "running 5-20",
    }


def test_a_cadence_does_not_hold_up_the_closing_and_its_extension_goes_with_its_publication() -> (
    None
):
    history = [
        opened(3, True),
        act(1, "assign"),
        act(1, "acknowledge"),
        act(5, "publish", published=4),
        act(6, "extend", clock="continued_release", due=40, approver="乙"),
        act(7, "settle"),
    ]
    assert tell(history, 30, policy(RELEASE))["continued_release/1#1"] == "running 4-40"
    assert admit(history, act(8, "close"), policy(RELEASE)).state == "closed"
    earlier = [*history, act(8, "publish", published=2)]
    assert tell(earlier, 8, policy(RELEASE)) == {
        "continued_release/1#1": "met 2-12 at 4",
        "continued_release/1#2": "running 4-40",
    }


def test_an_unacknowledged_assignment_holds_up_the_closing() -> None:
    once = rule("verify", 4, ClockStart.DISCOVERED, StoppedBy.VERIFY)
    history = [opened(1, False), act(1, "assign"), act(2, "acknowledge")]
    history += [act(2, "answer", answered=2), act(2, "settle")]
    with pytest.raises(NotAllowed, match="verify"):
        admit(history, act(3, "close"), policy(once, ACKNOWLEDGE))
    history.append(act(3, "verify"))
    assert admit(history, act(3, "close"), policy(once, ACKNOWLEDGE)).state == "closed"
    with pytest.raises(NotAllowed, match="no evidence"):
        admit(history, act(4, "strike", event=5), policy(once))


def test_a_policy_survives_its_copy_on_the_record() -> None:
    for original in (national(), policy(ACKNOWLEDGE, RELEASE)):
        assert policy_from_data(policy_to_data(original)) == original
    newer = policy_to_data(national()) | {"unknown": 1}
    assert policy_from_data(newer) == national()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"clocks": None}, "policy.clocks"),
        ({"schema": 2}, "policy.schema"),
        ({"clocks": [{"name": "x"}]}, r"policy.clocks.0.due_seconds"),
        ({"name": 3}, "policy.name"),
    ],
)
def test_a_copied_policy_that_is_wrong_names_the_field(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidMessage, match=field):
        policy_from_data(policy_to_data(national()) | change)


def test_a_copied_policy_has_no_name_twice() -> None:
    data = policy_to_data(policy(ACKNOWLEDGE, ACKNOWLEDGE))
    with pytest.raises(InvalidMessage, match="one name"):
        policy_from_data(data)
    with pytest.raises(InvalidMessage, match="policy must be"):
        policy_from_data(None)
