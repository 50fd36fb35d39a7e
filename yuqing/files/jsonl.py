"""JSON lines as the command line takes them: an object a line, with an id; errors by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import orjson

from yuqing.domain.errors import InvalidMessage

T = TypeVar("T")
Row = dict[str, Any]
OnBad = Callable[[InvalidMessage], None]


def ignore(_error: InvalidMessage) -> None:
    """What `on_bad` is when nobody counts."""


def read_rows(
    lines: Iterable[bytes], parse: Callable[[Row], T], skip_bad: bool, on_bad: OnBad
) -> Iterator[T]:
    """What `parse` makes of each line's object, order kept; blank lines are passed over.

    A line that is no JSON object with an `id` that is a string, or that `parse` refuses, raises
    InvalidMessage with its number; with `skip_bad` it is left out and given to `on_bad`.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            made = parse(_row(line))
        except InvalidMessage as error:
            named = InvalidMessage(f"line {number}: {error}")
            if not skip_bad:
                raise named from error
            on_bad(named)
        else:
            yield made


def text_of(row: Row, field: str) -> str:
    """The string in `field`, empty when there is none. Raises InvalidMessage for another type."""
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        raise InvalidMessage(f"field {field}: give a string")
    return value or ""


def _row(line: bytes) -> Row:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidMessage(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InvalidMessage("not a JSON object")
    if not isinstance(row.get("id"), str) or not row["id"]:
        raise InvalidMessage("field id: give a string that is not empty")
    return row
