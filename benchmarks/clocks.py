"""How many random histories engine and reference read alike, and how long long histories take.

python -m benchmarks.clocks [HISTORIES] [FIRST_SEED]    a million unless told otherwise
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

from responder.act import Act
from responder.clocks import read_clocks
from responder.policy import national
from tests.reference.clock_histories import LOCAL_POLICY, ORIGIN, compare
from yuqing.domain.jurisdiction import Policy

MANY = 1_000_000
MINUTE = timedelta(minutes=1)
LENGTHS = (1_000, 10_000, 100_000)


def long_history(length: int, action: Callable[[int], tuple[str, dict[str, object]]]) -> list[Act]:
    """A ticket that goes on for `length` acts of a minute each."""
    opened = {"grade": 3, "emergency": True, "discovered_at": ORIGIN.isoformat()}
    acts = [Act(ORIGIN, "甲", "open", opened), Act(ORIGIN, "甲", "assign", {"unit": "a"})]
    for number in range(length):
        name, data = action(number)
        acts.append(Act(ORIGIN + number * MINUTE, "甲", name, data))
    return acts


def published(number: int) -> tuple[str, dict[str, object]]:
    """Publications, each recorded a while after it stood."""
    when = ORIGIN + max(0, number - 30) * MINUTE
    return "publish", {"published_at": when.isoformat(), "official": number % 3 == 0}


def regraded(number: int) -> tuple[str, dict[str, object]]:
    """Re-gradings that drop and ask again, publications between."""
    if number % 2:
        return published(number)
    return "grade", {"grade": 2 + number // 2 % 2, "emergency": True}


def reassigned(number: int) -> tuple[str, dict[str, object]]:
    """Assignments that start numbered clocks anew, publications between."""
    return published(number) if number % 2 else ("reassign", {"unit": "b"})


def reopened(number: int) -> tuple[str, dict[str, object]]:
    """Rounds without end, publications between."""
    kind = number % 3
    return ("merge", {}) if kind == 0 else ("reopen", {}) if kind == 1 else published(number)


def time_one(policy: Policy, acts: list[Act]) -> float:
    """Seconds to read the clocks of `acts` once."""
    begun = perf_counter()
    read_clocks(acts, policy, acts[-1].at)
    return perf_counter() - begun


def main(histories: int, first: int) -> None:
    """Print both measurements."""
    begun, acts = perf_counter(), 0
    for seed in range(first, first + histories):
        acts += len(compare(seed))
    took = perf_counter() - begun
    print(f"{histories} random histories, {acts} acts, 0 differences, {took:.1f} s")
    for shape in (published, regraded, reassigned, reopened):
        for name, policy in (("national", national()), ("local", LOCAL_POLICY)):
            times = [time_one(policy, long_history(n, shape)) for n in LENGTHS]
            told = ", ".join(f"{n} acts {t:.3f} s" for n, t in zip(LENGTHS, times, strict=True))
            print(f"{shape.__name__} ({name}): {told}")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*(given + [MANY, 0][len(given) :]))
