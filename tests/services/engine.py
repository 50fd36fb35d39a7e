"""The life of one service: started once, shared, stopped by the last one who needs it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.services.places import STATE, Unavailable, account, listening

PATIENCE = 120.0


@dataclass(frozen=True)
class Launch:
    """A server process to start: it is ready when `url` can be asked through `Engine.ready`."""

    command: Sequence[str]
    folder: Path
    port: int
    url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM


class Engine(Protocol):
    """One kind of service."""

    name: str

    def prepare(self) -> Launch:
        """Install what is missing and lay out fresh data. Raises Unavailable."""
        ...

    def ready(self, url: str) -> bool:
        """Whether the service at `url` answers as it should."""
        ...


def start(engine: Engine, user: str) -> str:
    """The URL of the running `engine`, started if need be; `user` holds it until `release`.

    `user` is a process id, or "pinned" for until `stop`. Raises Unavailable.
    """
    with _lock(engine):
        url = running(engine)
        if url is None:
            _kill(engine)
            url = _launch(engine)
        holders = _holders(engine)
        holders.mkdir(parents=True, exist_ok=True)
        (holders / user).touch()
    return url


def release(engine: Engine, user: str) -> None:
    """`user` needs the engine no more; the last one stops it."""
    with _lock(engine):
        (_holders(engine) / user).unlink(missing_ok=True)
        if not any(_alive(holder.name) for holder in _holders(engine).glob("*")):
            _kill(engine)


def stop(engine: Engine) -> None:
    """Stop the engine whoever uses it."""
    with _lock(engine):
        for holder in _holders(engine).glob("*"):
            holder.unlink()
        _kill(engine)


def running(engine: Engine) -> str | None:
    """The URL of the engine if it runs and answers."""
    state = _state(engine)
    if state is None or not engine.ready(str(state["url"])):
        return None
    return str(state["url"])


def _launch(engine: Engine) -> str:
    launch = engine.prepare()
    log = STATE / f"{engine.name}.log"
    who = account()
    with log.open("wb") as out:
        child = subprocess.Popen(
            launch.command,
            cwd=launch.folder,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(launch.folder)}
            | {"LANG": "C.UTF-8"}
            | dict(launch.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=who.name,
            group=who.gid if who.name else None,
            extra_groups=[] if who.name else None,
        )
    _remember(engine, child.pid, launch)
    _wait(engine, child, launch.url, log)
    child.returncode = 0  # it outlives us on purpose; without this Python warns that it does
    return launch.url


def _wait(engine: Engine, child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not engine.ready(url):
        if child.poll() is not None or time.monotonic() > deadline:
            _kill(engine)
            tail = log.read_text(errors="replace")[-2000:]
            raise Unavailable(f"{engine.name} did not start (exit {child.returncode}): {tail}")
        time.sleep(0.1)


def _remember(engine: Engine, pid: int, launch: Launch) -> None:
    path = STATE / f"{engine.name}.json"
    path.touch(mode=0o600)
    state = {"url": launch.url, "pid": pid, "port": launch.port, "signal": int(launch.stop_signal)}
    path.write_text(json.dumps(state | {"mark": str(launch.command[-1])}))


def _state(engine: Engine) -> dict[str, str | int] | None:
    try:
        found: dict[str, str | int] = json.loads((STATE / f"{engine.name}.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found


def _kill(engine: Engine) -> None:
    state = _state(engine)
    if state is None:
        return
    pid, port = int(state["pid"]), int(state["port"])
    if str(state["mark"]) in _command_of(pid):
        for how, patience in ((int(state["signal"]), 20.0), (signal.SIGKILL, 10.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, how)
            if _gone(pid, port, patience):
                break
    (STATE / f"{engine.name}.json").unlink(missing_ok=True)


def _gone(pid: int, port: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not listening(port) and not _command_of(pid):
            return True
        time.sleep(0.05)
    return False


def _command_of(pid: int) -> str:
    """The command line of `pid`, so that a reused process id is never taken for ours; empty for
    one that is gone or only waits to be reaped."""
    asked = subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", "stat=,args="],
        capture_output=True,
        text=True,
        check=False,
    )
    line = asked.stdout.strip()
    return "" if line.startswith("Z") else line


def _alive(user: str) -> bool:
    return user == "pinned" or bool(_command_of(int(user)))


def _holders(engine: Engine) -> Path:
    return STATE / "users" / engine.name


@contextlib.contextmanager
def _lock(engine: Engine) -> Iterator[None]:
    STATE.mkdir(exist_ok=True)
    with (STATE / f"{engine.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
