"""Words to versioned JSON and back; what does not fit is an InvalidMessage, never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

from stream.messages import (
    Crawled,
    DeadLetter,
    EventChanged,
    Judged,
    Message,
    Relevant,
    Seen,
    TicketChanged,
)
from yuqing.domain.errors import InvalidMessage

VERSION = 1
_KINDS: dict[str, type[Message]] = {
    "crawled": Crawled,
    "seen": Seen,
    "judged": Judged,
    "relevant": Relevant,
    "event_changed": EventChanged,
    "ticket_changed": TicketChanged,
    "dead": DeadLetter,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_ADAPTERS: dict[str, TypeAdapter[Message]] = {}
_TIMED: dict[type, tuple[str, ...]] = {}
# A day away from the calendar's ends, so that every zone can show the time.
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)


def encode(message: Message) -> bytes:
    """`message` as UTF-8 JSON: {"v": 1, "kind": ..., "data": {...}}; equal words, equal bytes.

    Raises InvalidMessage for what `decode` would refuse: a time without a zone or outside the
    calendar, half a surrogate pair.
    """
    for field, moment in _moments(message, "data"):
        _check(field, moment)
    envelope = {"v": VERSION, "kind": _NAMES[type(message)], "data": message}
    try:
        return orjson.dumps(envelope, option=orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError as error:
        raise InvalidMessage(f"cannot be written as JSON: {error}") from error


def decode(value: bytes) -> Message:
    """The message in `value`. Raises InvalidMessage naming the field that does not fit."""
    try:
        envelope = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise InvalidMessage(f"not JSON: {error}") from error
    if not isinstance(envelope, dict) or envelope.get("v") != VERSION:
        raise InvalidMessage("not a message of version 1: field v")
    try:
        message = _adapter(str(envelope.get("kind"))).validate_python(envelope.get("data"))
    except ValidationError as error:
        raise InvalidMessage(_explain(error)) from error
    for field, moment in _moments(message, "data"):
        _check(field, moment)
    return message


def _adapter(name: str) -> TypeAdapter[Message]:
    if name not in _KINDS:
        raise InvalidMessage(f"unknown kind {name!r}: field kind")
    if name not in _ADAPTERS:
        _ADAPTERS[name] = TypeAdapter(_KINDS[name])
    return _ADAPTERS[name]


def _check(field: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise InvalidMessage(f"field {field}: {moment.isoformat()} has no time zone")
    if not _EARLIEST <= moment <= _LATEST:
        raise InvalidMessage(f"field {field}: {moment.isoformat()} is outside the calendar")


def _moments(value: object, path: str) -> Iterator[tuple[str, datetime]]:
    if isinstance(value, datetime):
        yield path, value
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from _moments(part, f"{path}.{place}")
    else:
        for name in _with_moments(type(value)):
            yield from _moments(getattr(value, name), f"{path}.{name}")


def _with_moments(kind: type) -> tuple[str, ...]:
    """The fields of `kind` that may hold a time somewhere."""
    if kind not in _TIMED:
        hints = get_type_hints(kind).items() if is_dataclass(kind) else ()
        _TIMED[kind] = tuple(name for name, hint in hints if _mentions(hint))
    return _TIMED[kind]


def _mentions(hint: Any) -> bool:
    if hint is datetime or (isinstance(hint, type) and _with_moments(hint)):
        return True
    return any(_mentions(part) for part in get_args(hint))


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "data"
    return f"field {field}: {first['msg']}"
