"""`yuqing clocks`: exported records in, clocks out, needing nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from responder.clocks_jsonl import clocks_lines
from responder.policy import national, policy_to_data
from yuqing.domain.errors import InvalidMessage

OPEN = {
    "at": "2026-04-01T08:00:00+08:00",
    "who": "系统",
    "action": "open",
    "data": {"discovered_at": "2026-04-01T08:00:00+08:00", "grade": 2, "emergency": False},
}
ANSWER = {
    "at": "2026-04-01T09:30:00.5+08:00",
    "who": "甲",
    "action": "answer",
    "data": {"answered_at": "2026-04-01T01:00:00.25Z", "anything": [1, {"else": None}]},
}
RECORD = {"id": "T1", "policy": "national", "now": "2026-04-02T00:00:00Z", "events": [OPEN]}


def run(*records: object, skip_bad: bool = False) -> list[Any]:
    lines = [json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records]
    return [json.loads(line) for line in clocks_lines(lines, {"national": national()}, skip_bad)]


def error(**change: object) -> str:
    (said,) = run(RECORD | change)
    assert set(said) == {"id", "error"}
    return str(said["error"])


def test_a_record_gives_its_state_and_clocks_with_exact_instants() -> None:
    assert run(RECORD | {"events": [OPEN, ANSWER], "more": "ignored"}) == [
        {
            "id": "T1",
            "state": "triage",
            "clocks": [
                {
                    "name": "response",
                    "round": 1,
                    "start": "2026-04-01T00:00:00+00:00",
                    "due": "2026-04-03T00:00:00+00:00",
                    "stopped_at": "2026-04-01T01:00:00.250000+00:00",
                    "status": "met",
                    "late_seconds": 0,
                }
            ],
        }
    ]


def test_a_copied_policy_is_taken_as_it_is_and_numbers_are_told() -> None:
    copied: dict[str, Any] = policy_to_data(national())
    clock = copied["clocks"][3] | {
        "name": "acknowledge",
        "stopped_by": "acknowledge",
        "start": "assigned",
        "numbering": "per_assignment",
        "due_seconds": 1800,
    }
    assign = {"at": "2026-04-01T09:00:00+08:00", "who": "甲", "action": "assign"}
    (said,) = run(RECORD | {"policy": copied | {"clocks": [clock]}, "events": [OPEN, assign]})
    (told,) = said["clocks"]
    assert (told["name"], told["seq"], told["status"]) == ("acknowledge", 1, "breached")
    assert told["late_seconds"] == 23 * 3600 - 1800


def test_clocks_are_ordered_by_round_start_and_name() -> None:
    grave = OPEN | {"data": OPEN["data"] | {"grade": 4, "emergency": True}}  # type: ignore[operator]
    merge = {"at": OPEN["at"], "who": "甲", "action": "merge"}
    reopen = {"at": OPEN["at"], "who": "甲", "action": "reopen"}
    (said,) = run(RECORD | {"events": [grave, merge, reopen]})
    names = ["authoritative_release", "first_spokesperson", "press_conference"]
    assert [(c["round"], c["name"]) for c in said["clocks"]] == [
        (number, name) for number in (1, 2) for name in names
    ]


def test_from_and_to_are_verified_when_present() -> None:
    good = [OPEN | {"from": None, "to": "triage"}, ANSWER | {"from": "triage", "to": "triage"}]
    assert run(RECORD | {"events": good})[0]["state"] == "triage"
    wrong = [OPEN, ANSWER | {"to": "responded"}]
    assert error(events=wrong) == "event 1 (answer): to is 'responded', should be triage"
    for nothing in ("–", "—", "-", ""):
        assert run(RECORD | {"events": [OPEN | {"from": nothing}]})[0]["state"] == "triage"
    assert "from" in error(events=[OPEN | {"from": "triage"}])
    assert "from" in error(events=[OPEN, ANSWER | {"from": "–"}])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"policy": "provincial"}, "no policy 'provincial'; known are national"),
        ({"policy": None}, "policy must be"),
        ({"now": None}, "now is missing"),
        ({"now": "2026-04-02T00:00:00"}, "now must say its offset"),
        ({"now": 1775000000}, "now must be a time"),
        ({"now": "2026-03-31T00:00:00Z"}, "now is before the last event"),
        ({"events": None}, "events must be a list"),
        ({"events": []}, "empty"),
        ({"events": [OPEN, 7]}, "event 1 must be an object"),
        ({"events": [ANSWER]}, "event 0 (answer): not possible in state (not opened)"),
        ({"events": [OPEN, OPEN]}, "event 1 (open): not possible in state triage"),
        ({"events": [OPEN, ANSWER | {"action": "fly"}]}, "event 1 (fly): there is no such action"),
        ({"events": [OPEN, ANSWER | {"action": None}]}, "event 1 (None): action must be text"),
        ({"events": [OPEN, ANSWER | {"data": {}}]}, "event 1 (answer): answered_at is missing"),
        ({"events": [OPEN, ANSWER | {"data": 3}]}, "event 1 (answer): data must be an object"),
        ({"events": [OPEN, ANSWER | {"at": "noon"}]}, "event 1 (answer): at must be a time"),
        ({"events": [OPEN, ANSWER | {"who": None}]}, "event 1 (answer): who must be text"),
        ({"events": [OPEN, ANSWER | {"at": "2026-04-01T00:00:00+09:00"}]}, "before the event"),
    ],
)
def test_a_record_that_is_wrong_is_answered_with_its_error(
    change: dict[str, object], said: str
) -> None:
    assert said in error(**change)


@pytest.mark.parametrize("bad", [b"{", b"[1]", b'{"id": 7}', b"\xff\xfe", b'{"id": "\\ud800"}'])
def test_a_bad_line_is_named_or_skipped(bad: bytes) -> None:
    good = json.dumps(RECORD).encode()
    with pytest.raises(InvalidMessage, match=r"^line 3: "):
        list(clocks_lines([good, b"\n", bad, good], {"national": national()}))
    skipped: list[InvalidMessage] = []
    policies = {"national": national()}
    out = list(clocks_lines([good, bad, good], policies, True, skipped.append))
    assert len(out) == 2
    assert [str(error).partition(":")[0] for error in skipped] == ["line 2"]
