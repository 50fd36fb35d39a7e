"""Every time in a message has a zone and lies in the calendar; asked of each one that passes.

A long event carries hundreds of times, so the tests are put together once a kind of message, and
the name of the field is only looked for when one has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from yuqing.domain.errors import InvalidMessage

# A day away from the calendar's ends, so that every zone can show the time.
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)

Test = Callable[[Any], bool]


def check_moments(message: Any) -> None:
    """Raises InvalidMessage naming the field of `message` (a dataclass) whose time does not fit."""
    kind: Any = type(message)
    test = _test_of(kind)
    if test is None or test(message):
        return
    for field, moment in _moments(message, "data"):
        if moment.tzinfo is None:
            raise InvalidMessage(f"field {field}: {moment.isoformat()} has no time zone")
        if not _fits(moment):
            raise InvalidMessage(f"field {field}: {moment.isoformat()} is outside the calendar")


def _fits(moment: datetime) -> bool:
    return moment.tzinfo is not None and _EARLIEST <= moment <= _LATEST


@cache
def _test_of(hint: Any) -> Test | None:
    """What says whether all times in a value of type `hint` fit; None if it can hold none."""
    if hint is datetime:
        return _fits
    if is_dataclass(hint):
        return _test_of_fields(hint)
    parts = [_test_of(part) for part in get_args(hint)]
    if not any(parts):
        return None
    if get_origin(hint) is not tuple:  # a union with None
        inner = next(part for part in parts if part)
        return lambda value: value is None or inner(value)
    if get_args(hint)[-1] is Ellipsis:
        one = next(part for part in parts if part)
        return lambda values: all(map(one, values))
    timed = [(place, test) for place, test in enumerate(parts) if test]
    return lambda value: all(test(value[place]) for place, test in timed)


def _test_of_fields(kind: Any) -> Test | None:
    hints = get_type_hints(kind)
    timed = [(name, test) for name, hint in hints.items() if (test := _test_of(hint))]
    if not timed:
        return None
    return lambda value: all(test(getattr(value, name)) for name, test in timed)


def _moments(value: object, path: str) -> Iterator[tuple[str, datetime]]:
    if isinstance(value, datetime):
        yield path, value
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from _moments(part, f"{path}.{place}")
    elif is_dataclass(value):
        for field in fields(value):
            yield from _moments(getattr(value, field.name), f"{path}.{field.name}")
