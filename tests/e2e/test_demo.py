"""The demo as its user starts it: a whole week's worth of stages in one command, and its end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from tests.e2e.command_line import assert_told, await_door, free_port, living, run, started

# what a killed stage had taken stands still until its lease on it ends, 30 s later
SECONDS = "45"
MUST_BE_SEEN = {"crawled", "judged", "indexed", "events", "tickets", "escalations"}


@contextmanager
def demo(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A demo in `folder`, from the moment on at which its console answers."""
    arguments = ("demo", "--speed", "3600", "--no-browser")
    where = {"data_dir": str(folder), "port": str(port), **settings}
    with started(folder, *arguments, **where) as process:
        assert await_door(process, f"http://127.0.0.1:{port}/sign-in").status_code == 200
        yield process


def test_a_demo_survives_a_killed_stage_sees_all_stages_and_ends_by_itself(tmp_path: Path) -> None:
    stages = tmp_path / "demo"
    with demo(tmp_path, free_port(), demo_seconds=SECONDS) as process:
        first = living(stages)
        assert len(first) == 4
        victim = next(one for one, said in first.items() if said.startswith("stages"))
        os.kill(victim, signal.SIGKILL)
        out, said = process.communicate(timeout=90)
    assert process.returncode == 0, said.decode()
    assert b"Traceback" not in said
    assert "judge-group-index" in said.decode(), "the restart is told"
    assert b"killed" not in said, "every stage ended when asked to"
    counts = orjson.loads(out.splitlines()[-1])
    assert set(counts) == MUST_BE_SEEN | {"dead"}
    assert all(counts[name] > 0 for name in MUST_BE_SEEN), counts
    assert len(out.splitlines()) == 1, "stdout is the one line only"
    assert living(stages) == {}
    _again_and_stopped(tmp_path, stages)


def _again_and_stopped(folder: Path, stages: Path) -> None:
    """A second demo in the same folder starts afresh, and SIGINT ends it at any time."""
    left = stages / "left-by-the-first"
    left.touch()
    with demo(folder, free_port()) as process:
        assert not left.exists()
        watched = [os.pidfd_open(child) for child in living(stages)]
        assert len(watched) == 4
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=30)
        for child in watched:
            assert select.select([child], [], [], 0)[0], "a child outlived the demo"
            os.close(child)
    assert (process.returncode, out) == (0, b""), said.decode()
    assert b"Traceback" not in said


def test_sigterm_while_it_starts_leaves_nobody_behind(tmp_path: Path) -> None:
    with started(tmp_path, "demo", "--no-browser", data_dir=str(tmp_path)) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert living(tmp_path / "demo") == {}


def test_a_demo_that_saw_nothing_fails(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "--no-browser", demo_seconds="0.1", data_dir=str(tmp_path))
    assert done.returncode == 1
    assert orjson.loads(done.stdout.splitlines()[-1])["tickets"] == 0


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("keep")
    done = run(tmp_path, "demo", "--no-browser", data_dir=str(tmp_path))
    assert_told(done, 1, "is not the folder of a demo")
    assert (tmp_path / "demo" / "mine.txt").read_text() == "keep"
