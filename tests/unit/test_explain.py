"""`--explain`: the sentences name the acts that did it, and the plain answer stays as it was."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from responder.act import Act
from responder.clocks import read_clocks
from responder.clocks_jsonl import clocks_lines
from responder.explain import explain_clocks
from responder.policy import national, policy_to_data
from tests.reference.clock_histories import LOCAL_POLICY, grow
from tests.reference.tell import act, at, opened, text
from yuqing.domain.jurisdiction import Policy

ZONE = ZoneInfo("Asia/Shanghai")


def told(acts: list[Act], now: float, name: str, policy: Policy | None = None) -> str:
    """All sentences of the last clock called `name`."""
    found = explain_clocks(acts, policy or national(), at(now), ZONE)
    return "".join([one for one in found if one.reading.name == name][-1].sentences)


def test_the_basis_the_asking_and_the_start() -> None:
    words = told([opened(3, True)], 1, "authoritative_release")
    assert "国家规定（国办发〔2016〕80号" in words
    assert "第0条“立项”（2026-04-01 14:00:00+08:00，甲）：重大、突发事件，起要求此时限" in words
    assert "自2026-04-01 14:00:00+08:00起算" in words
    assert "应于2026-04-01 19:00:00+08:00前完成" in words
    assert words.endswith("仍在计时，尚余4小时。")


def test_what_stopped_it_and_what_did_not() -> None:
    history = [
        opened(3, True),
        act(2, "publish", published=1, official=False),
        act(6, "publish", published=5.5, official=True),
    ]
    words = told(history, 9, "authoritative_release")
    assert "第1条“登记发布”（2026-04-01 16:00:00+08:00，甲）不属于能停此表的种类，不计" in words
    assert words.endswith(
        "第2条“登记发布”（2026-04-01 20:00:00+08:00，甲）于"
        "2026-04-01 19:30:00+08:00停表，超期30分。"
    )


def test_struck_untimely_early_and_late_evidence_is_named() -> None:
    history = [
        opened(1, False, discovered=0),
        act(1, "answer", answered=1),
        act(2, "answer", answered=3),
        act(3, "answer", answered=-1),
        act(4, "strike", event=1),
        act(49, "note"),
    ]
    words = told(history, 50, "response")
    assert "已由第4条撤销，不计" in words
    assert "所称时间晚于登记时间，不计" in words
    assert "所称时间早于起算时间，不计" in words
    assert words.endswith("尚未停表，已超期2小时。")


def test_dropping_asking_again_and_extending_are_told() -> None:
    history = [
        opened(3, True),
        act(1, "extend", clock="press_conference", due=30, approver="丙"),
        act(2, "grade", grade=2, emergency=True),
        act(3, "grade", grade=4, emergency=True),
        act(31, "grade", grade=1, emergency=False),
    ]
    words = told(history, 40, "press_conference")
    assert (
        "第1条“延期”（2026-04-01 15:00:00+08:00，甲）经丙批准延至2026-04-02 20:00:00+08:00" in words
    )
    assert "第2条“定级”（2026-04-01 16:00:00+08:00，甲）后曾不再要求" in words
    assert "特别重大、突发事件，重新要求此时限" in words
    assert words.endswith("后不再计时，按当时情况定格，已超期1小时。")


def test_every_start_is_told() -> None:
    history = [
        opened(1, False, first_posted=-3),
        act(1, "absorb", discovered=-1),
        act(2, "assign", unit="u"),
        act(3, "reassign", unit="v"),
        act(4, "merge", into="x"),
        act(5, "reopen"),
    ]
    assert "第1条“并入”（2026-04-01 15:00:00+08:00，甲）所记的发现时间" in told(
        history[:5], 6, "response"
    )
    assert "新一轮自第5条“重启”" in told(history, 6, "response")
    again = told(history, 6, "acknowledge", LOCAL_POLICY)
    assert "第2次，自2026-04-01 17:00:00+08:00起算：第3条“改派”" in again
    assert "第0条“立项”（2026-04-01 14:00:00+08:00，甲）所记的首发时间" in told(
        history[:3], 6, "verify", LOCAL_POLICY
    )


def test_a_cadence_runs_from_publication_to_publication() -> None:
    history = [opened(3, True), act(1, "publish", published=1), act(14, "publish", published=14)]
    found = explain_clocks(history, LOCAL_POLICY, at(15), ZONE)
    first, second = (one.sentences for one in found if one.reading.name == "continued_release")
    assert "第1次，自2026-04-01 15:00:00+08:00起算：第1条“登记发布”" in "".join(first)
    assert first[-1].endswith("停表，超期1小时。")
    assert second[-1].endswith("仍在计时，尚余11小时。")


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0))
def test_any_history_is_explained_without_changing_what_is_read(seed: int) -> None:
    grown = grow(random.Random(seed))
    if grown.acts:
        now = grown.acts[-1].at + timedelta(minutes=45)
        found = explain_clocks(grown.acts, grown.policy, now, ZONE)
        readings = read_clocks(grown.acts, grown.policy, now)
        assert tuple(one.reading for one in found) == readings
        assert all(len(one.sentences) >= 5 for one in found)


def test_lines_explain_when_asked_and_else_are_as_they_were() -> None:
    record = {
        "id": "1",
        "policy": policy_to_data(national()),
        "now": text(2),
        "events": [
            {"at": text(0), "who": "甲", "action": "open", "data": dict(opened(1, False).data)}
        ],
    }
    lines = [orjson.dumps(record)]
    (plain,) = clocks_lines(lines, {})
    (words,) = clocks_lines(lines, {}, explain_in=ZONE)
    clock = json.loads(words)["clocks"][0]
    assert clock.pop("explained")[0].startswith("依据：国家规定")
    assert clock == json.loads(plain)["clocks"][0]
    assert datetime.fromisoformat(clock["due"]) == at(48)
