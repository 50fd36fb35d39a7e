"""What the engine needs of an act's data, read strictly; other data is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from yuqing.domain.errors import InvalidMessage

Data = Mapping[str, object]


def instant(value: object, key: str) -> datetime:
    """`value` (ISO 8601 text or a datetime, aware) in UTC; InvalidMessage names `key`."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(moment, datetime):
            raise InvalidMessage(f"{key} must be a time in ISO 8601, not {value!r}")
        if moment.tzinfo is None or moment.utcoffset() is None:
            raise InvalidMessage(f"{key} must say its offset from UTC, such as +08:00: {value!r}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidMessage(f"{key} must be a time in ISO 8601, not {value!r}") from error


def moment(data: Data, key: str) -> datetime:
    """The time under `key`."""
    if data.get(key) is None:
        raise InvalidMessage(f"{key} is missing")
    return instant(data[key], key)


def moment_or_none(data: Data, key: str) -> datetime | None:
    """The time under `key`, None when it is absent or null."""
    return None if data.get(key) is None else instant(data[key], key)


def flag(data: Data, key: str, default: bool | None = None) -> bool:
    """The truth value under `key`; without a `default` it must be there."""
    value = data.get(key)
    value = default if value is None else value
    if not isinstance(value, bool):
        raise InvalidMessage(f"{key} must be true or false, not {value!r}")
    return value


def whole(data: Data, key: str) -> int:
    """The whole number under `key`."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidMessage(f"{key} must be a whole number, not {value!r}")
    return value


def grade_in(data: Data) -> int:
    """The grade, 0 to 4."""
    grade = whole(data, "grade")
    if not 0 <= grade <= 4:
        raise InvalidMessage(f"grade must be within 0..4, not {grade}")
    return grade


def word(data: Data, key: str) -> str:
    """The text under `key`, never empty."""
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidMessage(f"{key} must be text, not {value!r}")
    return value


def word_or_none(data: Data, key: str) -> str | None:
    """The text under `key`, None when it is anything else."""
    value = data.get(key)
    return value if isinstance(value, str) and value else None


@contextmanager
def located(position: int, action: str) -> Iterator[None]:
    """Makes an InvalidMessage about an act's data name the event, counted from 0."""
    try:
        yield
    except InvalidMessage as error:
        raise InvalidMessage(f"event {position} ({action}): {error}") from error
