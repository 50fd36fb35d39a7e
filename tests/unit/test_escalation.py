"""催办升级: each step once, none left out, whatever the rhythm of the sweep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from responder.act import Act
from responder.causes import Cause, Escalation
from responder.clocks import read_clocks
from responder.escalation import due_pushes, next_push_moment
from responder.policy import national
from responder.roster import Handover
from responder.ticket import replay
from tests.reference.small_district import DISTRICT, hours
from tests.reference.tell import act, at, opened
from yuqing.domain.conduct import ReportsTo
from yuqing.domain.jurisdiction import (
    AskedWhen,
    ChainStep,
    ClockRule,
    ClockStart,
    Jurisdiction,
    Numbering,
    Policy,
    StoppedBy,
)
from yuqing.domain.roster import Contact, QuietHours, Roster, Shift
from yuqing.domain.verdict import Severity

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
    for moment in moments:
        steps = due(history, moment, frozenset(sent))
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


def phoned(one: Contact) -> Contact:
    return replace(one, channels=(f"json://127.0.0.1/{one.name}",))


CHAINED = replace(
    DISTRICT,
    units=tuple(
        replace(u, principal=phoned(u.principal), duty=tuple(phoned(one) for one in u.duty))
        for u in DISTRICT.units
    ),
    chains=tuple(
        (
            Severity(grade),
            (
                ChainStep(hours(0), "duty"),
                ChainStep(hours(0.5), "principal"),
                ChainStep(hours(1), "coordinator"),
                ChainStep(hours(1), "publicity"),
                ChainStep(hours(2), "leader", ("wecom",)),
                ChainStep(hours(3), "superior"),
            ),
        )
        for grade in (1, 2, 3, 4)
    ),
    leader=Contact("分管副区长", "分管领导", ("wecombot://K", "mailto://m")),
    superior=phoned(Contact("市政府总值班室", "上级政府")),
    reports_to=ReportsTo(publicity="publicity"),
    triage_within=hours(0.5),
    stalls_after=tuple((Severity(grade), hours(2)) for grade in (1, 2, 3, 4)),
    reminders=(0.5, 0.8),
)


def plan(
    acts: list[Act],
    now: float,
    home: Jurisdiction = CHAINED,
    already: frozenset[str] = NOTHING,
    handovers: tuple[Handover, ...] = (),
) -> tuple[Escalation, ...]:
    readings = read_clocks(acts, national(), at(now))
    return due_pushes(replay(acts), acts, readings, home, already, at(now), handovers)


def of(cause: Cause, steps: tuple[Escalation, ...]) -> list[Escalation]:
    return [step for step in steps if step.cause is cause]


def test_a_matter_that_nobody_assigns_is_escalated_to_the_coordinator_and_up() -> None:
    steps = of(Cause.UNASSIGNED, plan([opened(3, True)], 4))
    assert [step.unit for step in steps] == [
        *("office", "office", "office", "publicity", "leader", "superior")
    ]
    assert [step.contacts[0].name for step in steps[-2:]] == ["分管副区长", "市政府总值班室"]
    assert steps[-2].contacts[0].channels == ("wecombot://K",)  # as the step says
    assert steps[0].reason == "待研判交办超过30分钟"
    assert of(Cause.UNASSIGNED, plan([opened(3, True), act(0.2, "assign", unit="water")], 4)) == []
    back = [
        opened(3, True),
        act(0.2, "assign", unit="water"),
        act(0.3, "return"),
    ]
    assert {step.unit for step in of(Cause.UNASSIGNED, plan(back, 1.4))} == {"office"}


def test_a_report_that_nobody_makes_is_asked_of_the_coordinator_and_up() -> None:
    home = replace(CHAINED, report_within=hours(0.5))
    history = [opened(2, True), act(1, "grade", grade=3, emergency=True)]
    history.append(act(1.1, "assign", unit="water"))
    assert of(Cause.UNREPORTED, plan(history, 1.5, home)) == []
    steps = of(Cause.UNREPORTED, plan(history, 5, home))
    assert [step.unit for step in steps] == [
        *("office", "office", "office", "publicity", "leader", "superior")
    ]
    assert steps[0].reason == "超过30分钟未上报市政府总值班室、宣传部"
    assert steps[0].due_at == at(1.5) + timedelta.resolution
    history.append(act(1.2, "report_up", to="superior"))
    (first, *_) = of(Cause.UNREPORTED, plan(history, 5, home))
    assert (first.key, first.reason) == (steps[0].key, "超过30分钟未上报宣传部")
    whole = [*history, act(1.3, "notify", to="宣传部")]
    assert of(Cause.UNREPORTED, plan(whole, 5, home)) == []
    # a new round is reported anew; what is grave no longer need not be
    anew = [*whole, act(2, "merge"), act(3, "reopen")]
    assert of(Cause.UNREPORTED, plan(anew, 3.6, home))[0].due_at == at(3.5) + timedelta.resolution
    lowered = [*anew, act(3.1, "grade", grade=2, emergency=True)]
    assert of(Cause.UNREPORTED, plan(lowered, 9, home)) == []


def test_what_is_not_yet_online_is_reported_at_any_grade() -> None:
    home = replace(CHAINED, report_within=hours(0.5))
    for origin, emergency, asked in (("offline", True, True), ("offline", False, False)):
        history = [opened(1, emergency, origin=origin)]
        assert bool(of(Cause.UNREPORTED, plan(history, 5, home))) is asked
    assert of(Cause.UNREPORTED, plan([opened(1, True, origin="call")], 5, home)) == []


def test_work_that_stalls_arms_the_chain_again_and_work_disarms_it() -> None:
    history = [opened(3, True), act(0, "assign", unit="water"), act(0.2, "acknowledge")]
    assert of(Cause.STALLED, plan(history, 2.2)) == []
    stalled = of(Cause.STALLED, plan(history, 2.3))
    assert told(tuple(stalled)) == [("stalled", "duty", "water")]
    assert stalled[0].reason == "签收后超过2小时没有处置进展"
    history += [act(2.4, "escalate", "machine", key=stalled[0].key), act(2.5, "start")]
    assert of(Cause.STALLED, plan(history, 4.4)) == []
    again = of(Cause.STALLED, plan(history, 4.6))
    assert (len(again), again[0].key != stalled[0].key) == (1, True)
    answered = [*history, act(4.5, "publish", published=4.5, official=True, principal=True)]
    answered.append(act(4.6, "press_conference", held=4.6))
    assert of(Cause.STALLED, plan(answered, 40)) == []  # no clock runs


def test_nobody_available_is_passed_over_at_once() -> None:
    units = tuple(replace(u, duty=()) if u.code == "water" else u for u in CHAINED.units)
    mute = replace(CHAINED, units=units, leader=Contact("分管副区长", "分管领导", ("mailto://m",)))
    steps = of(Cause.UNACKNOWLEDGED, plan(GRAVE, 4, mute))
    assert [(step.target, step.due_at - at(0.5) < hours(0.01)) for step in steps[:2]] == [
        ("duty", True),
        ("principal", True),
    ]
    assert (steps[0].contacts, steps[0].reason) == (
        (),
        "交办超过30分钟未签收（无人在岗，直接催办下一级）",
    )
    acknowledged = [*GRAVE, act(0, "acknowledge")]
    (half,) = of(Cause.CLOCK_SOON, plan(acknowledged, 2.5, mute))
    assert [one.name for one in half.contacts] == ["水务局负责人"]  # somebody is reminded
    by_target = {step.target: step for step in steps}
    assert by_target["leader"].contacts == ()
    assert by_target["superior"].due_at == by_target["leader"].due_at


def test_reminders_come_at_fractions_and_an_outdated_one_says_nothing() -> None:
    history = [*CALM, act(0, "acknowledge")]

    def soon(now: float) -> list[str]:
        return [step.key.rsplit(":", 1)[-1] for step in of(Cause.CLOCK_SOON, plan(history, now))]

    assert [soon(now) for now in (23.9, 24, 38.3, 38.4, 46.9, 47, 48)] == [
        *([], ["0.5"], ["0.5"], ["0.8"], ["0.8"], ["soon"], ["soon"])
    ]
    half = of(Cause.CLOCK_SOON, plan(history, 24))[0]
    assert half.reason == "时限“予以回应”已过50%，应于4月3日14:00前完成"
    history.append(act(40, "extend", clock="response", due=72, approver="乙"))
    assert [soon(now) for now in (41, 57.5, 57.6, 71)] == [[], [], ["0.8"], ["soon"]]


def test_the_acknowledgement_is_called_to_mind_too_while_somebody_is_asked_for_it() -> None:
    clock = ClockRule(
        name="acknowledge",
        title="签收",
        due=hours(1),
        start=ClockStart.ASSIGNED,
        stopped_by=StoppedBy.ACKNOWLEDGE,
        asked_when=(AskedWhen(False, (1,)),),
        numbering=Numbering.PER_ASSIGNMENT,
        national=False,
    )
    policy = Policy("local", "1", (clock,))

    def soon(acts: list[Act], now: float) -> list[Escalation]:
        readings = read_clocks(acts, policy, at(now))
        found = due_pushes(replay(acts), acts, readings, CHAINED, NOTHING, at(now))
        return [step for step in found if step.cause is Cause.CLOCK_SOON]

    (half,) = soon(CALM, 0.5)
    assert (half.unit, half.assignment, half.clock) == ("water", 1, "acknowledge")
    assert [step.key.rsplit(":", 1)[-1] for step in soon(CALM, 0.9)] == ["0.8"]
    assert soon([*CALM, act(0.1, "acknowledge")], 0.9) == []
    assert soon([*CALM, act(0.1, "return")], 0.9) == []


def test_quiet_hours_hold_back_small_matters_only() -> None:
    # the tests' morning is 14:00 in this district
    home = replace(CHAINED, quiet_hours=QuietHours(time(14), time(19), (Severity.ORDINARY,)))
    calm = of(Cause.UNACKNOWLEDGED, plan(CALM, 4.9, home))
    grave = of(Cause.UNACKNOWLEDGED, plan(GRAVE, 4.9, home))
    assert (len(calm), len(grave)) == (0, 6)
    assert len(of(Cause.UNACKNOWLEDGED, plan(CALM, 5, home))) == 6
    graver = [*CALM, act(1, "grade", grade=3, emergency=False)]
    assert of(Cause.UNACKNOWLEDGED, plan(graver, 1.6, home))  # no longer held back


def test_who_is_on_duty_when_the_step_leaves_is_pushed() -> None:
    night = Shift("water", (Contact("夜班", "值班员"),), begin=time(20), end=time(8))
    home = replace(CHAINED, roster=Roster((night,)))
    assert [one.name for one in plan(GRAVE, 1, home)[0].contacts] == ["水务局值班室"]
    (duty,) = [s for s in plan(GRAVE, 7, home) if s.target == "duty" and s.assignment is not None]
    assert [one.name for one in duty.contacts] == ["夜班"]
    handover = Handover("water", "水务局值班室", "夜班", at(6))
    (duty,) = [
        s
        for s in plan(GRAVE, 7, home, handovers=(handover,))
        if s.target == "duty" and s.assignment is not None
    ]
    assert [one.name for one in duty.contacts] == ["夜班", "水务局值班室"]


ACTS = (
    act(1.4, "acknowledge"),
    act(2, "start"),
    act(9, "extend", clock="press_conference", due=30, approver="乙"),
    act(11, "publish", published=11, official=True),
    act(26, "press_conference", held=26, principal=True),
)


def told_by(sweeps: Iterable[float]) -> list[str]:
    """The keys that sweeps at these hours write into a history of an accident, in order; where
    several acts and a sweep meet, the sweep is first."""
    history = [*GRAVE]
    waiting = list(ACTS)
    for hour in sorted({*sweeps, *(((one.at - at(0)) / hours(1)) for one in ACTS)}):
        known = frozenset(str(one.data.get("key")) for one in history)
        for step in plan(history, hour, already=known):
            history.append(act(hour, "escalate", "machine", key=step.key))
        while waiting and waiting[0].at <= at(hour):
            history.append(waiting.pop(0))
    return [str(one.data["key"]) for one in history if one.action == "escalate"]


def is_reminder(key: str) -> bool:
    return key.endswith(":soon") or ":at:" in key


OFTEN_TOLD = told_by(tick / 10 for tick in range(400))


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 399), max_size=30))
def test_down_for_any_time_it_resumes_without_repeating_or_skipping_a_step(
    up: set[int],
) -> None:
    """Whenever the sweep was down (it looks at each act, as every act wakes it), the steps are
    the same; of reminders only those are left out that a later one has overtaken."""
    found = told_by([*(tick / 10 for tick in up), 39.9])
    assert len(found) == len(set(found))
    steps, often = ([k for k in keys if not is_reminder(k)] for keys in (found, OFTEN_TOLD))
    assert sorted(steps) == sorted(often)
    assert {k for k in found if is_reminder(k)} <= {k for k in OFTEN_TOLD if is_reminder(k)}
