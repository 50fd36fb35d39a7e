"""The commands that read and write JSON lines: what goes in, what comes out, what is told."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import orjson
import pytest

from responder.policy import policy_to_data
from tests.e2e.command_line import YUQING, assert_told, environment, run
from yuqing.domain.policy import national

FIRST = {
    "id": "p-1",
    "text": "南塘镇一处冷库发生爆炸，4人死亡，11人受伤，现场仍有人被困",
    "more": [1],
}
SECOND = {"id": "p-2", "title": "路灯不亮", "body": "清河路的路灯坏了半个月，晚上老人不敢出门。"}
POSTS = b"".join(orjson.dumps(row) + b"\n" for row in (FIRST, SECOND))
BAD = (
    b'{"id": "a", "text": "\xe5\x81\x9c\xe6\xb0\xb4", "body": "\xe5\x81\x9c\xe6\xb0\xb4"}\n'
    b"{not json}\n"
    b'{"text": "no id", "body": "x"}\n'
    b'{"id": 7, "text": "a number", "body": "x"}\n'
    b"[]\n"
    b'{"id": "u", "text": "\xff\xfe"}\n'
    b'{"id": "z", "text": "\xe7\x9b\xb8\xe4\xba\xb2", "body": "\xe7\x9b\xb8\xe4\xba\xb2"}\n'
)
RECORD = {
    "id": "T-1",
    "policy": "national",
    "now": "2026-03-02T16:00:00+08:00",
    "events": [
        {
            "at": "2026-03-02T09:00:00+08:00",
            "who": "a",
            "action": "open",
            "data": {"discovered_at": "2026-03-02T08:30:00+08:00", "grade": 3, "emergency": True},
        }
    ],
}


def rows(out: bytes) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in out.splitlines()]


def test_classify_keeps_the_order_and_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    done = run(tmp_path, "classify", given=POSTS)
    assert done.returncode == 0, done.stderr
    first, second = rows(done.stdout)
    assert (first["id"], second["id"]) == ("p-1", "p-2")
    assert first["emergency"] == "accident"
    assert list(first) == [
        "id",
        "relevant",
        "topic",
        "also",
        "severity",
        "emergency",
        "disposition",
        "rumour_risk",
        "confidence",
        "evidence",
        "places",
        "unit_kind_guess",
        "watch_kinds",
    ]
    for found in first["evidence"]:  # type: ignore[attr-defined]
        start, end = found["span"]
        assert str(FIRST["text"])[start:end] == found["text"]
    assert done.stderr == b"", "progress is for terminals only"
    windows = b"\xef\xbb\xbf" + POSTS.replace(b"\n", b"\r\n") + b"\r\n"
    assert run(tmp_path, "classify", given=windows).stdout == done.stdout


@pytest.mark.parametrize("command", ["classify", "cluster", "clocks"])
def test_no_lines_in_none_out(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command, given=b"")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("command", ["classify", "cluster", "clocks"])
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command, given=BAD)
    assert_told(done, 1, "yuqing: line 2: not JSON")


@pytest.mark.parametrize("command", ["classify", "cluster", "clocks"])
def test_bad_lines_can_be_counted_and_passed_over(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command, "--skip-bad", given=BAD)
    assert_told(done, 0, "line 3: ", "line 4: ", "line 5: not a JSON object", "5 bad lines skipped")
    assert [row["id"] for row in rows(done.stdout)] == ["a", "z"]


def test_a_line_too_long_to_be_meant_is_still_answered(tmp_path: Path) -> None:
    long = orjson.dumps({"id": "long", "text": "某小区连日停水，居民盼望解决。" * 150_000})
    deep = b'{"id": "deep", "text": "x", "y": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    done = run(tmp_path, "classify", "--skip-bad", given=long + b"\n" + deep + b"\n")
    assert_told(done, 0, "line 2: not JSON", "1 bad lines skipped")
    assert [row["id"] for row in rows(done.stdout)] == ["long"]


def test_cluster_names_an_event_by_its_oldest_post(tmp_path: Path) -> None:
    text = "北仓街道东苑小区三号楼电梯昨晚坠落，两名住户被困一小时，物业至今没有说法"
    posts = [
        {"id": "late", "text": text + "，转发求关注！", "at": "2026-03-02T11:00:00+08:00"},
        {"id": "other", "title": "春茶节", "body": "柳溪镇春茶节周末开幕。", "time": "2026-03-02"},
        {"id": "early", "text": text, "at": "2026-03-02T09:00:00+08:00"},
    ]
    given = b"".join(orjson.dumps(post) + b"\n" for post in posts)
    done = run(tmp_path, "cluster", given=given)
    assert done.returncode == 0, done.stderr
    assert rows(done.stdout) == [
        {"id": "late", "event": "early"},
        {"id": "other", "event": "other"},
        {"id": "early", "event": "early"},
    ]
    assert run(tmp_path, "cluster", given=given).stdout == done.stdout


def test_clocks_are_recomputed_from_an_exported_history(tmp_path: Path) -> None:
    exported = RECORD | {"id": "T-2", "policy": policy_to_data(national())}
    wrong = RECORD | {"id": "T-3", "policy": "nowhere"}
    given = b"".join(orjson.dumps(record) + b"\n" for record in (RECORD, exported, wrong))
    done = run(tmp_path, "clocks", given=given)
    assert done.returncode == 0, done.stderr
    named, copied, refused = rows(done.stdout)
    assert named["state"] == "triage"
    assert copied | {"id": "T-1"} == named
    clocks = {clock["name"]: clock for clock in named["clocks"]}  # type: ignore[attr-defined]
    assert clocks["authoritative_release"] == {
        "name": "authoritative_release",
        "round": 1,
        "start": "2026-03-02T00:30:00+00:00",
        "due": "2026-03-02T05:30:00+00:00",
        "stopped_at": None,
        "status": "breached",
        "late_seconds": 9000,
    }
    assert "nowhere" in str(refused["error"])


def test_memory_does_not_grow_with_the_lines(tmp_path: Path) -> None:
    line = '{"id": "%d", "text": "第%d号院停水第%d天，没有人管，请有关部门处理"}\n'
    many = tmp_path / "many.jsonl"
    many.write_text("".join(line % (n, n, n % 40) for n in range(20_000)), "utf-8")
    few = tmp_path / "few.jsonl"
    few.write_text("".join(line % (n, n, n % 40) for n in range(500)), "utf-8")
    assert _most_memory(many) < 1.15 * _most_memory(few)


def _most_memory(file: Path) -> int:
    """The most memory, in KiB, that classifying `file` took."""
    with file.open("rb") as lines:
        process = subprocess.Popen(
            [*YUQING, "classify"],
            cwd=file.parent,
            env=environment({}),
            stdin=lines,
            stdout=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss


def test_a_reader_that_has_enough_is_no_error_to_tell(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_bytes(POSTS * 2000)
    with posts.open("rb") as lines:
        process = subprocess.Popen(
            [*YUQING, "classify"],
            cwd=tmp_path,
            env=environment({}),
            stdin=lines,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        with process:
            assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_terminal_is_shown_progress(tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    done = subprocess.run(
        [*YUQING, "classify"],
        cwd=tmp_path,
        env=environment({}) | {"TERM": "xterm", "COLUMNS": "80"},
        input=POSTS,
        stdout=subprocess.PIPE,
        stderr=terminal,
        timeout=60,
    )
    os.close(terminal)
    shown = os.read(master, 100_000).decode()
    os.close(master)
    assert done.returncode == 0
    assert len(rows(done.stdout)) == 2
    assert "研判" in shown
