"""The supervisor keeps children alive, gives up on a hopeless one, and stops what it started."""

from __future__ import annotations

import os
from pathlib import Path

from yuqing.app.supervise import Child, Supervisor


def supervisor(tmp_path: Path, *children: Child) -> Supervisor:
    return Supervisor(children, dict(os.environ), tmp_path / "logs")


def test_a_child_that_cannot_live_ends_the_service_and_is_named(tmp_path: Path) -> None:
    watcher = supervisor(tmp_path, Child("wrong", ("no-such-command",)))
    watcher.start()
    watcher.watch(120)
    watcher.shut_down()
    assert watcher.failed == "wrong"
    assert "No such command" in (tmp_path / "logs" / "wrong.log").read_text()


def test_told_to_stop_it_returns_at_once(tmp_path: Path) -> None:
    watcher = supervisor(tmp_path)
    watcher.start()
    watcher.stop.set()
    watcher.watch()
    watcher.shut_down()
    assert watcher.failed is None
    assert watcher.alive()
