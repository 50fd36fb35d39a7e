"""Drills: a scripted accident to its closing, the same record when it is killed again and again,
and a silence in which the chains are walked to their end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.e2e.command_line import environment, run
from tests.e2e.killing import Running, kill_at_random

TEMPLATE = str(Path(__file__).parents[2] / "jurisdictions" / "template.yaml")
CHILD = str(Path(__file__).with_name("drill_child.py"))


def drilled(place: Path, scenario: str, *more: str) -> dict[str, Any]:
    """The record of a drill that nobody disturbs."""
    done = run(place, "drill", scenario, "--jurisdiction", TEMPLATE, "--json", *more)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def acts(record: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [event for event in record["ticket"]["events"] if event["action"] == action]


@pytest.fixture(scope="module")
def accident(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return drilled(tmp_path_factory.mktemp("accident"), "accident")


def test_an_accident_runs_from_the_call_to_the_closing(accident: dict[str, Any]) -> None:
    assert accident["state"] == "evaluated"
    told = accident["summary"]
    assert told["refused"] == 0
    assert told["minutes_to_publication"] == 240
    assert told["minutes_to_conference"] == 450
    assert told["minutes_to_closing"] == 3000
    national = {clock["name"]: clock["status"] for clock in accident["clocks"] if clock["national"]}
    assert national == dict.fromkeys(
        ("authoritative_release", "press_conference", "first_spokesperson"), "met"
    )
    for action in ("grade", "assign", "report_up", "consult", "approve", "promise_published"):
        assert acts(accident, action), action


def test_all_who_must_know_are_told_at_once_and_their_receipts_are_on_record(
    accident: dict[str, Any],
) -> None:
    events = accident["ticket"]["events"]
    assert events[0]["data"]["origin"] == "offline"
    told = {
        position: event
        for position, event in enumerate(events)
        if event["action"] in ("report_up", "notify") and "receipt" not in event["data"]
    }
    assert [event["data"]["to"] for event in told.values()] == ["superior", "publicity", "superior"]
    assert all(event["data"]["parts"]["asked"] for event in told.values())
    first, *_, last = told.values()
    assert "三人受伤送医" not in first["data"]["text"]
    assert "三人受伤送医" in last["data"]["text"]  # what was found out since
    receipts = {event["data"]["of"] for event in events if "receipt" in event["data"]}
    assert receipts == set(told)
    sent = {push["key"] for push in accident["pushes"] if push["title"].startswith("舆情报告")}
    for position, event in told.items():
        key = f"{accident['ticket']['id']}:report:{position}:{event['data']['to']}:0"
        assert key in sent


def test_nobody_looks_at_first_so_the_chain_is_walked_and_a_link_acknowledges(
    accident: dict[str, Any],
) -> None:
    late = [event["data"] for event in acts(accident, "escalate")]
    assert [one["target"] for one in late if one["cause"] == "unacknowledged"] == [
        "duty",
        "principal",
    ]
    reminded = [one for one in late if one.get("clock") == "acknowledge"]
    assert {one["cause"] for one in reminded} == {"clock_soon"}
    (acknowledged,) = acts(accident, "acknowledge")
    assert acknowledged["data"]["via"] == "link"
    (tapped,) = [push for push in accident["pushes"] if push["acknowledged_at"]]
    assert (tapped["state"], tapped["key"]) == ("sent", acknowledged["data"]["push"])
    after = [push for push in accident["pushes"] if push["due_at"] > acknowledged["at"]]
    assert all(push["purpose"] != "acknowledge" for push in after)
    assert all(push["sent_at"] for push in accident["pushes"] if push["state"] != "console")


def test_the_record_can_be_recomputed_by_who_trusts_nothing_else(
    accident: dict[str, Any], tmp_path: Path
) -> None:
    done = run(tmp_path, "clocks", given=json.dumps(accident["ticket"]).encode())
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    names = ("name", "round", "start", "due", "stopped_at", "status", "late_seconds")
    ours = [[clock[name] for name in names] for clock in accident["clocks"]]
    theirs = [[clock[name] for name in names] for clock in found["clocks"]]
    assert [one[0] for one in theirs] == [one[0] for one in ours]
    assert [one[5:] for one in theirs] == [one[5:] for one in ours]
    assert found["state"] == accident["state"]


@pytest.mark.timeout(900)
def test_killed_five_times_it_gives_the_same_record(
    accident: dict[str, Any], tmp_path: Path
) -> None:
    words = ["drill", "accident", "--jurisdiction", TEMPLATE, "--json", "--folder", "d"]

    def child(kill_at: int) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, CHILD, str(kill_at), *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment({}), capture_output=True, timeout=120
        )

    for kill_at in (120, 260, 333, 47, 290):
        assert child(kill_at).returncode == -signal.SIGKILL
    whole = child(0)
    assert whole.returncode == 0, whole.stderr.decode()
    assert json.loads(whole.stdout) == accident
    again = child(0)  # it is over; nothing more happens
    assert json.loads(again.stdout) == accident


@contextmanager
def telling(place: Path, scenario: str) -> Iterator[Running]:
    """The drill in a process that tells of every step; killed at the end if it still runs."""
    words = ["drill", scenario, "--jurisdiction", TEMPLATE, "--folder", "d"]
    command = [sys.executable, CHILD, "tell", *words]
    child = subprocess.Popen(
        command, cwd=place, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        try:
            yield Running(child.pid, child.stdout, child.wait)
        finally:
            child.kill()


@pytest.mark.timeout(900)  # seven drills, on a machine that may be busy
@pytest.mark.parametrize(("scenario", "seed"), [("accident", 1), ("silence", 2)])
def test_killed_from_outside_at_random_it_gives_the_same_record(
    scenario: str, seed: int, tmp_path: Path
) -> None:
    words = ("drill", scenario, "--jurisdiction", TEMPLATE, "--json")
    undisturbed = run(tmp_path, *words)
    assert undisturbed.returncode == 0, undisturbed.stderr.decode()
    kill_at_random(lambda: telling(tmp_path, scenario), scenario, Random(seed))
    whole = run(tmp_path, *words, "--folder", "d")
    assert whole.returncode == 0, whole.stderr.decode()
    assert whole.stdout == undisturbed.stdout


def test_in_silence_the_chains_are_walked_to_their_end(tmp_path: Path) -> None:
    record = drilled(tmp_path, "silence")
    assert record["state"] == "assigned"
    causes: dict[str, list[str]] = {}
    for event in acts(record, "escalate"):
        matter = event["data"].get("clock", "") + event["data"]["cause"]
        causes.setdefault(matter, []).append(event["data"]["target"])
    chain = ["duty", "principal", "coordinator", "publicity"]
    for matter in (
        "unreported",
        "unacknowledged",
        "authoritative_releaseclock_late",
        "press_conferenceclock_late",
        "first_spokespersonclock_late",
    ):
        assert sorted(causes[matter]) == sorted(chain)
    keys = [event["data"]["key"] for event in acts(record, "escalate")]
    assert len(keys) == len(set(keys))
    assert record["summary"]["pushes_sent"] == record["summary"]["pushes"]
    assert not acts(record, "acknowledge")


def test_a_folder_holds_one_drill(tmp_path: Path) -> None:
    drilled(tmp_path, "silence", "--folder", "d")
    done = run(tmp_path, "drill", "accident", "--jurisdiction", TEMPLATE, "--folder", "d")
    assert done.returncode == 1
    assert b"holds the drill silence" in done.stderr
    for arguments, said in (
        (("flood", "--jurisdiction", TEMPLATE), b"accident, silence"),
        (("accident", "--jurisdiction", "nowhere"), b"no jurisdiction"),
    ):
        done = run(tmp_path, "drill", *arguments)
        assert done.returncode != 0
        assert said in done.stderr
        assert b"Traceback" not in done.stderr


def test_the_timeline_is_for_people(tmp_path: Path) -> None:
    done = run(tmp_path, "drill", "accident", "--jurisdiction", TEMPLATE)
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode()
    assert "登记新闻发布会" in said
    assert "→ 推送 政府总值班室" in said
    assert "时限“发布权威信息”：按时" in said
