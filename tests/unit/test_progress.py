"""A further release after each recorded step of progress: owed, called to mind, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from responder.act import Act
from responder.causes import Cause, Escalation
from responder.clocks import read_clocks
from responder.escalation import due_pushes, next_push_moment
from responder.policy import national
from responder.progress import owed_release
from responder.ticket import replay
from tests.reference.small_district import DISTRICT
from tests.reference.tell import act, at, opened
from yuqing.domain.conduct import ProgressRelease
from yuqing.domain.errors import ConfigError
from yuqing.files.jurisdiction import load_jurisdiction

RULE = ProgressRelease(timedelta(hours=4), basis="湾禾方案")
HOME = replace(DISTRICT, progress_release=RULE)
TICK = timedelta.resolution


def release(hour: float, official: bool = True, own: float | None = None) -> Act:
    return act(hour, "publish", published=hour if own is None else own, official=official)


START = [
    opened(3, True),
    act(0, "assign", unit="water"),
    act(0.1, "acknowledge"),
    act(0.2, "start"),
]
OUT = [*START, release(2)]


def owed(acts: list[Act], rule: ProgressRelease | None = RULE) -> list[tuple[int, str]]:
    return [(step.position, step.title) for step in owed_release(replay(acts), acts, rule)]


def steps(acts: list[Act], now: float, already: frozenset[str] = frozenset()) -> list[Escalation]:
    readings = read_clocks(acts, national(), at(now))
    found = due_pushes(replay(acts), acts, readings, HOME, already, at(now))
    return [one for one in found if one.cause in (Cause.RELEASE_OWED, Cause.RELEASE_LATE)]


@pytest.mark.parametrize(
    "step", [act(3, "verify", text="查明原因"), act(3, "note", text="已恢复供水", progress=True)]
)
def test_a_step_after_the_first_release_is_owed_another(step: Act) -> None:
    acts = [*OUT, step]
    (one,) = owed_release(replay(acts), acts, RULE)
    assert (one.position, one.at, one.due) == (5, at(3), at(7))


@pytest.mark.parametrize(
    "step",
    [
        act(3, "note", text="已电话联系"),
        act(3, "note", text="已电话联系", progress=False),
        act(3, "consult", phase="conclude", text="一致同意"),
        act(3, "notify", to="宣传部", text="已通报"),
        act(3, "promise", promise="1", text="三天内修好"),
    ],
)
def test_what_is_no_progress_owes_nothing(step: Act) -> None:
    assert owed([*OUT, step]) == []


def test_before_the_first_release_the_clocks_ask_and_this_does_not() -> None:
    assert owed([*START, act(1, "verify", text="查明")]) == []
    assert owed([*START, act(1, "verify", text="查明"), release(2)]) == []


def test_only_where_the_file_asks_for_it() -> None:
    acts = [*OUT, act(3, "verify", text="查明")]
    assert owed(acts, None) == []
    assert owed(acts, replace(RULE, grades=(4,))) == []
    assert owed(acts, replace(RULE, emergency=False)) == []
    lower = [*acts, act(4, "grade", grade=2, emergency=True, reason="降级")]
    assert owed(lower) == []
    assert owed([*lower, act(5, "grade", grade=3, emergency=True, reason="升级")]) == [(5, "核查")]


def test_a_release_ends_it_by_its_own_time() -> None:
    acts = [*OUT, act(3, "verify", text="查明"), act(4, "note", text="抢通", progress=True)]
    assert owed(acts) == [(5, "核查"), (6, "备注")]
    assert owed([*acts, release(5)]) == []
    assert owed([*acts, release(5, own=3.5)]) == [(6, "备注")]
    assert owed([*acts, release(5, own=2.5)]) == [(5, "核查"), (6, "备注")]
    assert owed([*acts, release(5, own=6)]) == [(5, "核查"), (6, "备注")]  # not believed
    assert owed([*acts, act(5, "press_conference", held=5)]) == []


def test_an_unofficial_one_only_where_the_file_lets_it() -> None:
    acts = [*OUT, act(3, "verify", text="查明"), release(4, official=False)]
    assert owed(acts) == [(5, "核查")]
    assert owed(acts, replace(RULE, official=False)) == []


def test_a_struck_release_no_longer_counts() -> None:
    acts = [*OUT, act(3, "verify", text="查明"), release(4)]
    assert owed([*acts, act(5, "strike", event=6, reason="链接打不开")]) == [(5, "核查")]
    assert owed([*acts, act(5, "strike", event=4, reason="链接打不开")]) == []


def test_the_end_of_a_round_ends_it_and_the_next_begins_anew() -> None:
    acts = [*OUT, act(3, "verify", text="查明")]
    merged = [*acts, act(4, "merge", into="T-2", reason="同一件事")]
    assert owed(merged) == []
    again = [*merged, act(5, "reopen", reason="另一件事")]
    assert owed([*again, act(6, "verify", text="再查")]) == []
    assert owed([*again, release(6), act(7, "verify", text="再查")]) == [(9, "核查")]


def test_the_duty_is_reminded_at_once_and_the_chain_walked_when_it_is_late() -> None:
    acts = [*OUT, act(3, "verify", text="查明")]
    (reminded,) = steps(acts, 3)
    assert (reminded.key, reminded.unit, reminded.clock) == ("progress:5", "water", None)
    assert reminded.reason.startswith("已登记新进展（核查），请于")
    assert reminded.reason.endswith("前继续发布")
    assert steps(acts, 7, frozenset({reminded.key})) == []
    late = steps(acts, 12)
    assert {one.cause for one in late} == {Cause.RELEASE_LATE}
    assert [one.target for one in late] == ["duty", "principal", "coordinator", "publicity"]
    assert late[0].due_at == at(7) + TICK
    assert steps(acts, 12, frozenset(one.key for one in late)) == []
    assert steps([*acts, release(12)], 12) == []


def test_of_several_steps_the_latest_is_called_to_mind_and_the_first_is_late() -> None:
    acts = [*OUT, act(3, "verify", text="查明"), act(4, "note", text="抢通", progress=True)]
    assert [one.key for one in steps(acts, 4)] == ["progress:6"]
    assert {one.key for one in steps(acts, 7.5)} == {"progress:6", "progress:5:duty:1"}


def test_the_next_look_is_when_it_becomes_late() -> None:
    excused = {"approver": "lead", "reason": "已会商"}
    clocks = ("press_conference", "first_spokesperson")
    waived = [act(3, "waive", clock=name, **excused) for name in clocks]
    acts = [*OUT, act(3, "verify", text="查明"), *waived]
    idle = replace(HOME, stalls_after=())
    readings = read_clocks(acts, national(), at(3))
    found = next_push_moment(replay(acts), acts, readings, idle, at(3))
    assert found == at(7) + TICK


def test_no_clock_is_touched() -> None:
    acts = [*OUT, act(3, "verify", text="查明"), act(4, "note", text="抢通", progress=True)]
    plain = [*OUT, act(3, "verify", text="查明"), act(4, "note", text="抢通")]
    assert read_clocks(acts, national(), at(9)) == read_clocks(plain, national(), at(9))


FILE = """\
schema: 1
code: wanhe
name: 湾禾区
level: district
coordinator: office
units:
  - {code: office, name: 区政府办, principal: {name: 办公室主任}}
"""


def test_the_file_says_how_soon_and_for_what(tmp_path: Path) -> None:
    path = tmp_path / "wanhe.yaml"
    path.write_text(FILE + "progress_release: {within: 4h, basis: 湾禾方案}\n", encoding="utf-8")
    assert load_jurisdiction(path).progress_release == RULE
    path.write_text(FILE, encoding="utf-8")
    assert load_jurisdiction(path).progress_release is None
    path.write_text(FILE + "progress_release: {within: 0m}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="longer than nothing") as refused:
        load_jurisdiction(path)
    assert (refused.value.field, refused.value.line) == ("progress_release.within", 8)
