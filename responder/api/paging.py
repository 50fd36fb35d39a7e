"""Pages of lists whose rows are known by a moment and a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, Field

from responder.registers import page_key
from yuqing.domain.errors import InvalidMessage

T = TypeVar("T")


class Paged(BaseModel, Generic[T]):
    """One page; `next` is the `after` of the following one, null on the last."""

    lines: list[T]
    next: str | None = Field(examples=["2026-03-02T05:00:00+00:00|17", None])


def paged(
    lines: Sequence[T], size: int, key: Callable[[T], tuple[datetime, int | str]]
) -> Paged[T]:
    """A page out of up to `size + 1` lines; `key` is the moment and the name of a line."""
    shown = list(lines[:size])
    if len(lines) <= size:
        return Paged(lines=shown, next=None)
    at, name = key(shown[-1])
    return Paged(lines=shown, next=f"{at.isoformat()}|{name}")


def beyond(
    lines: Sequence[T], after: str | None, key: Callable[[T], tuple[datetime, int | str]]
) -> Sequence[T]:
    """What follows the line `after` of a short list that was read whole, the latest first, its
    lines numbered downwards. Raises InvalidMessage."""
    if after is None:
        return lines
    _at, number = page_key(after)
    if not number.isdecimal() or len(number) > 18:
        raise InvalidMessage("after: 翻页标记不对，请从第一页开始")
    return [one for one in lines if int(key(one)[1]) < int(number)]
