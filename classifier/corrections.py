"""Corrections as gold labels: what `yuqing corrections export` writes, read for training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from yuqing.domain.errors import InvalidMessage
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

FIELDS = ("id", "text", "relevant", "topic", "also", "severity", "emergency", "disposition")
"""What every row has, in the form of the gold labels; `places`, `who`, `at`, `changed`, `before`
and `note` stand beside them."""


def read_corrections(path: Path) -> tuple[dict[str, Any], ...]:
    """The rows of an exported file, the last of each id, in order.

    Each is {id, text, relevant, topic, also, severity, emergency, disposition, places, who, at,
    changed, before, note}. Raises InvalidMessage naming the line and the field.
    """
    found: dict[str, dict[str, Any]] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                row = _row(line, number)
                found.pop(row["id"], None)
                found[row["id"]] = row
    return tuple(found.values())


def check_labels(row: Mapping[str, Any]) -> None:
    """Raises InvalidMessage naming the field of `row` that is no label of its head."""
    _check("relevant", isinstance(row.get("relevant"), bool))
    _check("topic", row.get("topic") in set(Topic))
    also = row.get("also") or []
    _check("also", isinstance(also, list) and set(also) <= set(Topic))
    severity = row.get("severity")
    _check("severity", type(severity) is int and severity in set(Severity))
    _check("emergency", row.get("emergency") in {None, *Emergency})
    _check("disposition", row.get("disposition") in set(Disposition))


def _row(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidMessage(f"line {number}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InvalidMessage(f"line {number}: not a JSON object")
    try:
        _check("id", isinstance(row.get("id"), str) and bool(row["id"]))
        _check("text", isinstance(row.get("text"), str) and bool(row["text"].strip()))
        check_labels(row)
    except InvalidMessage as error:
        raise InvalidMessage(f"line {number}: {error}") from error
    return row


def _check(field: str, good: bool) -> None:
    if not good:
        raise InvalidMessage(f"field {field}: missing or not one of its labels")
