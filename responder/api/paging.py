"""Pages of lists whose rows are known by a moment and a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, Field

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


def page_of(
    lines: Sequence[T], size: int, after: str | None, key: Callable[[T], object]
) -> Paged[T]:
    """A page of a short list that was read whole, in its own order; `key` names a line.

    Raises InvalidMessage when the line `after` is not, or no longer, on the list.
    """
    names = [str(key(one)) for one in lines]
    if after is not None and after not in names:
        raise InvalidMessage("after: 翻页标记不对，请从第一页开始")
    start = 0 if after is None else names.index(after) + 1
    end = start + size
    return Paged(lines=list(lines[start:end]), next=names[end - 1] if end < len(names) else None)
