"""Pages of lists whose rows are known by a moment and a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, Field

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
