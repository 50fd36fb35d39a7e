"""Run the embedded service: a few child processes, watched, restarted, stopped in order."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger("supervise")
RESTARTS = 5
GRACE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep alive: `arguments` of the yuqing command line, and what it gets beyond
    the common environment."""

    name: str
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    crashes: list[float] = field(default_factory=list)


class Supervisor:
    """Starts children in the given order and stops them together. A child that exits by itself
    is started again; one that does so more than 5 times in a minute ends the whole service
    (`failed` tells)."""

    def __init__(
        self, children: Sequence[Child], environment: Mapping[str, str], logs: Path
    ) -> None:
        self._children, self._environment, self._logs = tuple(children), environment, logs
        self._running: list[_Running] = []
        self.stop = threading.Event()
        self.failed: str | None = None

    def start(self) -> None:
        """Start every child."""
        self._logs.mkdir(parents=True, exist_ok=True)
        for child in self._children:
            self._running.append(_Running(child, self._spawn(child)))

    def watch(self, seconds: float | None = None) -> None:
        """Return when told to stop, when a child cannot be kept alive, or after `seconds`."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self.stop.wait(0.2):
            if end is not None and time.monotonic() >= end:
                return
            for running in self._running:
                if running.process.poll() is not None and not self._restart(running):
                    return

    def shut_down(self) -> None:
        """Ask each child to finish, wait, and kill what does not."""
        for running in self._running:
            if running.process.poll() is None:
                running.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        for running in self._running:
            try:
                running.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("killed", child=running.child.name)
                running.process.kill()
                running.process.wait()

    def alive(self) -> bool:
        """True while every child runs."""
        return all(running.process.poll() is None for running in self._running)

    def on_signals(self) -> None:
        """SIGTERM and SIGINT end `watch`."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        with (self._logs / f"{child.name}.log").open("ab") as sink:
            return subprocess.Popen(
                [sys.executable, "-m", "yuqing.app.cli", *child.arguments],
                env={**self._environment, **dict(child.environment)},
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _restart(self, running: _Running) -> bool:
        now = time.monotonic()
        running.crashes = [at for at in running.crashes if now - at < 60] + [now]
        log.warning("exited", child=running.child.name, code=running.process.returncode)
        if len(running.crashes) > RESTARTS:
            self.failed = running.child.name
            return False
        running.process = self._spawn(running.child)
        return True
