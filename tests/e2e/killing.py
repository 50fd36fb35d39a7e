"""A drill that is killed -9 from outside, again and again, wherever it has got to by then."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random
from typing import IO

KILLS = 5
FARTHEST = {"accident": 1200, "silence": 850}
"""Lines that a drill surely tells in each of KILLS + 1 runs, were they all of one length."""


@dataclass(frozen=True, slots=True)
class Running:
    """A drill that tells on `told`; `wait` gives its exit code once it has ended."""

    pid: int
    told: IO[bytes]
    wait: Callable[[], int]


def kill_at_random(
    start: Callable[[], AbstractContextManager[Running]], scenario: str, chance: Random
) -> list[int]:
    """Start the drill KILLS times and kill each after a random number of lines; returns those.

    It runs on while its line is read, so that it dies anywhere between two lines.
    """
    asked = [chance.randrange(1, FARTHEST[scenario]) for _ in range(KILLS)]
    for lines in asked:
        with start() as running:
            for number in range(lines):
                assert running.told.readline(), f"it ended after {number} lines"
            os.kill(running.pid, signal.SIGKILL)
            assert running.wait() == -signal.SIGKILL
    return asked
