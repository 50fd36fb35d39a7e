"""What a person may do to a ticket now, and what it asks of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One thing an action asks for. `kind`: text, longtext, datetime, unit, units, grade, bool,
    clock, promise, position, ticket, url, approver, choice, step, gates. `choices` are (value,
    label); where there are any, the answer is one of them (of `units` and `gates`: some)."""

    name: str
    label_zh: str
    kind: str
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ActionOffer:
    """An action that state and role allow; `next_zh` says what happens after the click."""

    action: str
    label_zh: str
    fields: tuple[FieldSpec, ...]
    next_zh: str
    weight: str = "plain"
