"""What `yuqing train` does: which rows teach, which tune, which only measure, and the artifacts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.train.further import WEIGHTS, authored, further
from classifier.train.sources import gold_mark, rows
from yuqing.domain.errors import ConfigError

Row = dict[str, Any]
_MEASURED = 3  # one gold row in so many is kept out of everything but the measurement


@dataclass(frozen=True, slots=True)
class Split:
    """Labelled rows by use: `taught` with a weight each, `tuned` on for thresholds and
    calibration, `measured` with never looked at before."""

    taught: tuple[Row, ...]
    weights: tuple[float, ...]
    tuned: tuple[Row, ...]
    measured: tuple[Row, ...]

    @property
    def unseen(self) -> list[str]:
        """The texts that nothing may be fitted on."""
        return [row["text"] for row in (*self.tuned, *self.measured)]


def split(data: Path, labels: Path, corrections: Sequence[Row] = ()) -> Split:
    """The rows of `labels`/posts.jsonl, of our own labels on the texts under `data`, those written
    for training, and people's `corrections`.

    Raises ConfigError when a folder lacks what is read.
    """
    gold_file = labels / "posts.jsonl"
    for needed in (gold_file, data / "topics" / "taidi_raw_train.jsonl.gz"):
        if not needed.is_file():
            raise ConfigError(str(needed), "file", "not found", "Name the folders of the data")
    gold, own = list(rows(gold_file)), further(data)
    measured = tuple(row for row in gold if is_measured(row["id"]))
    tuned = tuple(row for row in own if row.get("tune"))
    kept = {gold_mark(row["text"]) for row in (*measured, *tuned)}
    offered = [(row, "gold") for row in gold if not is_measured(row["id"])]
    offered += [(row, "further") for row in own if not row.get("tune")]
    offered += [(row, "authored") for row in authored()]
    offered += [(row, "corrected") for row in corrections]
    taught = [(row, WEIGHTS[kind]) for row, kind in offered if gold_mark(row["text"]) not in kept]
    known = {gold_mark(row["text"]) for row, _ in taught} | {gold_mark(r["text"]) for r in measured}
    tuned = tuple(row for row in tuned if gold_mark(row["text"]) not in known)
    return Split(
        tuple(row for row, _ in taught), tuple(weight for _, weight in taught), tuned, measured
    )


def is_measured(row_id: str) -> bool:
    """Whether the gold row `row_id` is one of those kept for measuring; by its id alone."""
    return int(hashlib.sha256(row_id.encode()).hexdigest(), 16) % _MEASURED == 0
