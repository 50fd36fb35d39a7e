"""Something in a file that does not fit: where, why, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

Keys = tuple[str | int, ...]


class Mistake(NamedTuple):
    """`keys` lead to the field from the top of the file."""

    keys: Keys
    problem: str
    remedy: str
