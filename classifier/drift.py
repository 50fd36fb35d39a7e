"""Whether what the judge says has moved away from what it said when it was last looked at.

A judge fails silently: the town talks of something new, a source changes its layout, and the
shares of its answers shift. Compared are shares, not errors, so a move is a reason to look, never a
proof. No sampling is involved: with the counts below `LEAST` nothing is said at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from math import log, log2
from typing import Any

from yuqing.domain.drift import Drift, HeadDrift, Move
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.verdict import Severity, Topic

HEADS = ("relevant", "topic", "severity", "confidence")
BINS = 10
"""Confidence is compared in tenths."""
LEAST = 200
"""Posts a side must have: below it chance alone moves shares as far."""
_SMALLEST = 0.5  # a class that a side never has counts as half a post, so that logarithms exist
_NAMED = 3

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each class of each head was given; `model` names who gave them."""

    model: str
    counts: Mapping[str, Counts]

    def total(self, head: str) -> int:
        """The posts that `head` was counted over."""
        return sum(self.counts.get(head, {}).values())


def shares_of(model: str, rows: Iterable[Mapping[str, Any]]) -> Shares:
    """What verdicts of `model` say, each as `yuqing classify` prints it: for a reference.

    Raises InvalidMessage, with the number of the line, for what is no verdict.
    """
    counts: dict[str, Counter[str]] = {head: Counter() for head in HEADS}
    for number, row in enumerate(rows, start=1):
        try:
            _count(counts, row)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidMessage(f"line {number}: no verdict of `classify`: {error}") from error
    return Shares(model, {head: dict(sorted(found.items())) for head, found in counts.items()})


def _count(counts: Mapping[str, Counter[str]], row: Mapping[str, Any]) -> None:
    topic, severity = Topic(row["topic"]), Severity(row["severity"])
    counts["confidence"][confidence_bin(float(row["confidence"]))] += 1
    counts["relevant"]["true" if row["relevant"] else "false"] += 1
    if row["relevant"]:
        counts["topic"][topic.value] += 1
        counts["severity"][str(int(severity))] += 1


def confidence_bin(confidence: float) -> str:
    """The tenth that `confidence` lies in, by its lower end: "0.7"."""
    return f"{min(BINS - 1, int(confidence * BINS)) / BINS:.1f}"


def compare(reference: Shares, present: Shares) -> Drift:
    """Each head of `present` against `reference`."""
    heads = tuple(_head(head, reference, present) for head in HEADS)
    return Drift(present.model, reference.model, heads)


def psi(before: Counts, after: Counts) -> float:
    """The population stability index: 0 for equal shares, growing without end."""
    return sum((q - p) * log(q / p) for _name, p, q in _pairs(before, after))


def divergence(before: Counts, after: Counts) -> float:
    """The Jensen-Shannon divergence in bits: 0 for equal shares, 1 for nothing in common."""
    middle = [((p + q) / 2, p, q) for _name, p, q in _pairs(before, after)]
    return sum((p * log2(p / m) + q * log2(q / m)) / 2 for m, p, q in middle)


def save_shares(shares: Shares, path: Any) -> None:
    """Write `shares` as JSON to `path` (a pathlib.Path)."""
    data = {"model": shares.model, "counts": shares.counts}
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf8")


def load_shares(path: Traversable) -> Shares:
    """What `save_shares` wrote. Raises FileNotFoundError."""
    data = json.loads(path.read_text(encoding="utf8"))
    return Shares(str(data["model"]), data["counts"])


def shipped_shares() -> Shares:
    """The reference that ships with the model; an empty one, with which nothing is compared, where
    a model came without."""
    file = resources.files("classifier").joinpath("models", "reference.json")
    return load_shares(file) if file.is_file() else Shares("", {})


def _head(head: str, reference: Shares, present: Shares) -> HeadDrift:
    before, after = reference.counts.get(head, {}), present.counts.get(head, {})
    posts = present.total(head)
    if posts < LEAST or reference.total(head) < LEAST:
        return HeadDrift(head, posts, None, None, ())
    found = round(psi(before, after), 4), round(divergence(before, after), 4)
    return HeadDrift(head, posts, *found, _moves(before, after))


def _moves(before: Counts, after: Counts) -> tuple[Move, ...]:
    ranked = sorted(
        _pairs(before, after), key=lambda one: (-round(abs(one[2] - one[1]), 6), one[1])
    )
    return tuple(Move(name, round(p, 4), round(q, 4)) for name, p, q in ranked[:_NAMED])


def _pairs(before: Counts, after: Counts) -> list[tuple[str, float, float]]:
    """(class, share before, share after), no share quite 0, each side summing to 1."""
    names = sorted({*before, *after})
    one, two = ([max(_SMALLEST, side.get(n, 0)) for n in names] for side in (before, after))
    return [(n, p / sum(one), q / sum(two)) for n, p, q in zip(names, one, two, strict=True)]
