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
_WRITTEN = 10  # and one in so many of the posts written for training


@dataclass(frozen=True, slots=True)
class Split:
    """Labelled rows by use: `taught` with a weight each, `tuned` on for thresholds and
    calibration; `measured` with never looked at before are gold ones and `written` ones."""

    taught: tuple[Row, ...]
    weights: tuple[float, ...]
    tuned: tuple[Row, ...]
    measured: tuple[Row, ...]
    written: tuple[Row, ...]

    @property
    def unseen(self) -> list[str]:
        """The texts that nothing may be fitted on."""
        return [row["text"] for row in (*self.tuned, *self.measured, *self.written)]


def split(data: Path, labels: Path, corrections: Sequence[Row] = ()) -> Split:
    """The rows of `labels`/posts.jsonl, of our own labels on the texts under `data`, those written
    for training, and people's `corrections`.

    Raises ConfigError when a folder lacks what is read.
    """
    gold_file = labels / "posts.jsonl"
    for needed in (gold_file, data / "topics" / "taidi_raw_train.jsonl.gz"):
        if not needed.is_file():
            raise ConfigError(str(needed), "file", "not found", "Name the folders of the data")
    gold, own, posts = list(rows(gold_file)), further(data), authored()
    measured = tuple(row for row in gold if is_measured(row["id"]))
    written = tuple(row for row in posts if is_measured(row["text"], _WRITTEN))
    tuned = tuple(row for row in own if row.get("tune"))
    kept = {gold_mark(row["text"]) for row in (*measured, *written, *tuned)}
    offered = {"gold": gold, "further": own, "authored": posts, "corrected": corrections}
    weighed = [(row, WEIGHTS[kind]) for kind, offer in offered.items() for row in offer]
    taught = [(row, weight) for row, weight in weighed if gold_mark(row["text"]) not in kept]
    known = {gold_mark(row["text"]) for row in (*(row for row, _ in taught), *measured)}
    tuned = tuple(row for row in tuned if gold_mark(row["text"]) not in known)
    weights = tuple(weight for _, weight in taught)
    return Split(tuple(row for row, _ in taught), weights, tuned, measured, written)


def is_measured(name: str, one_in: int = _MEASURED) -> bool:
    """Whether the row named `name` (the id of a gold one, the text of a written one) is one of
    those kept for measuring; by its name alone."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % one_in == 0
