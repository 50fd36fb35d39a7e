"""Labels of our own beside the gold ones: texts we wrote, and rows of the public data by number.

The gold posts are mostly letters to a mayor and headlines; these add how people write elsewhere
(short, angry, joking), what offices publish, and the rarer topics. A row of public data is named by
file and number, so no sentence of it stands in the project.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from classifier.train.sources import CUT, joined, rows

WEIGHTS = {"gold": 2.0, "further": 1.0, "authored": 0.5, "corrected": 1.5}


def authored() -> tuple[dict[str, Any], ...]:
    """Posts written for training: text, relevant, topic, severity, disposition; of grave ones the
    emergency too."""
    return tuple(_own("authored.jsonl"))


def further(data: Path) -> tuple[dict[str, Any], ...]:
    """Rows of the public data under `data` with the labels we gave them, text cut to CUT."""
    labels = tuple(_own("further.jsonl"))
    wanted: dict[str, dict[int, Any]] = {}
    for label in labels:
        wanted.setdefault(label["file"], {})
    for file in wanted:
        numbers = {label["row"] for label in labels if label["file"] == file}
        found = enumerate(rows(data / f"{file}.jsonl.gz"))
        wanted[file] = {number: row for number, row in found if number in numbers}
    return tuple(label | {"text": _text(wanted[label["file"]], label)} for label in labels)


def _own(name: str) -> Iterator[dict[str, Any]]:
    with resources.files("classifier.train").joinpath(name).open("rb") as file:
        for line in file:
            yield json.loads(line)


def _text(found: Mapping[int, Any], label: Mapping[str, Any]) -> str:
    row = found[label["row"]]
    if "title" in label:
        return str(row["titles"][label["title"]])
    text = row["text"] if "text" in row else joined(row)
    return str(text).strip()[:CUT]
