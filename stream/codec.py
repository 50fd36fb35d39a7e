"""Words to versioned JSON and back; what does not fit is an InvalidMessage, never a guess."""

from __future__ import annotations

import orjson
from pydantic import TypeAdapter, ValidationError

from stream.messages import (
    Corrected,
    Crawled,
    DeadLetter,
    EventChanged,
    Judged,
    Message,
    Regrouped,
    Relevant,
    Seen,
    TicketChanged,
)
from stream.moments import check_moments
from yuqing.domain.errors import InvalidMessage

VERSION = 1
_KINDS: dict[str, type[Message]] = {
    "crawled": Crawled,
    "seen": Seen,
    "judged": Judged,
    "relevant": Relevant,
    "event_changed": EventChanged,
    "ticket_changed": TicketChanged,
    "corrected": Corrected,
    "regrouped": Regrouped,
    "dead": DeadLetter,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_ADAPTERS: dict[str, TypeAdapter[Message]] = {}


def encode(message: Message) -> bytes:
    """`message` as UTF-8 JSON: {"v": 1, "kind": ..., "data": {...}}; equal words, equal bytes.

    Raises InvalidMessage for what `decode` would refuse: a time without a zone or outside the
    calendar, half a surrogate pair.
    """
    check_moments(message)
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
    check_moments(message)
    return message


def _adapter(name: str) -> TypeAdapter[Message]:
    if name not in _KINDS:
        raise InvalidMessage(f"unknown kind {name!r}: field kind")
    if name not in _ADAPTERS:
        _ADAPTERS[name] = TypeAdapter(_KINDS[name])
    return _ADAPTERS[name]


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "data"
    return f"field {field}: {first['msg']}"
