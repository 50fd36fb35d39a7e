"""Whether a drill killed -9 five times from outside leaves the record of one that nobody disturbed.

python -m benchmarks.drill_kills [SEEDS] [FIRST_SEED] [JURISDICTION]    20 from 1, qixingguan

Both drills for each seed; the records are compared byte for byte. Each run is a process of its own,
forked so that a thousand of them do not import the program a thousand times.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import IO

from tests.e2e.drill_child import be_heard
from tests.e2e.killing import FARTHEST, Running, kill_at_random
from yuqing.app.cli import main as yuqing

# What the command imports when it is called.
from yuqing.app.drill import record, rehearsal, run  # noqa: F401


@contextmanager
def forked(folder: Path, tells: bool, *words: str) -> Iterator[Running]:
    """`yuqing drill WORDS` in a child, its stdout in our hands; killed at the end if it runs."""
    reads, writes = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reads)
        _be_child(folder, writes, tells, words)
    os.close(writes)
    codes: list[int] = []

    def wait() -> int:
        if not codes:
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        return codes[0]

    with os.fdopen(reads, "rb") as told:
        try:
            yield Running(pid, told, wait)
        finally:
            if not codes:
                os.kill(pid, SIGKILL)
                wait()


def _be_child(folder: Path, out: int, tells: bool, words: tuple[str, ...]) -> None:
    code = 1
    try:
        os.dup2(out, 1)
        os.chdir(folder)
        sys.argv = ["yuqing", "drill", *words]
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        if tells:
            be_heard()
        yuqing()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


def whole(told: IO[bytes], wait: Callable[[], int]) -> bytes:
    """The record of a run that is left in peace."""
    said = told.read()
    code = wait()
    assert code == 0, f"the drill ended with {code}"
    return said


def recorded(folder: Path, *words: str) -> bytes:
    """What the drill prints with --json."""
    with forked(folder, False, *words, "--json") as running:
        return whole(running.told, running.wait)


def same(scenario: str, home: str, seed: int, undisturbed: bytes) -> bool:
    """Kill it five times, let it end, compare."""
    words = (scenario, "--jurisdiction", home, "--folder", "d")
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        kill_at_random(lambda: forked(place, True, *words), scenario, Random(seed))
        return recorded(place, *words) == undisturbed


def main() -> int:
    """1 when a record differs."""
    seeds, first = (int(word) for word in (sys.argv[1:3] + ["20", "1"][len(sys.argv) - 1 :])[:2])
    home = sys.argv[3] if len(sys.argv) > 3 else "qixingguan"
    alike: Counter[str] = Counter()
    for scenario in FARTHEST:
        undisturbed = recorded(Path(tempfile.gettempdir()), scenario, "--jurisdiction", home)
        for seed in range(first, first + seeds):
            if same(scenario, home, seed, undisturbed):
                alike[scenario] += 1
            else:
                print(f"{scenario}: with seed {seed} the record differs", flush=True)
        told = f"{scenario} of {home}: {alike[scenario]} of {seeds} the same, each killed 5 times"
        print(told, flush=True)
    return 0 if alike.total() == seeds * len(FARTHEST) else 1


if __name__ == "__main__":
    sys.exit(main())
