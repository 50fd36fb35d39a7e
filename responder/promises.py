"""承诺: what was promised in public, and whether it was kept and said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from responder.act import Act
from responder.fields import Data, located, moment_or_none, word_or_none
from responder.transitions import Action
from yuqing.domain.errors import InvalidMessage

_ENDS = (Action.PROMISE_KEPT, Action.PROMISE_PUBLISHED, Action.PROMISE_WAIVED)
PROMISE_ACTIONS = frozenset({Action.PROMISE, *_ENDS})


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. `due` is None when it names none that can be read; else aware, UTC."""

    name: str
    text: str
    due: datetime | None
    kept: bool = False
    published: bool = False
    waived: bool = False

    @property
    def settled(self) -> bool:
        """True when it no longer holds up the closing: waived, or both kept and published."""
        return self.waived or (self.kept and self.published)


def promises_of(acts: Sequence[Act]) -> tuple[Promise, ...]:
    """Every promise on record with what became of it, in the order they were made.

    Raises InvalidMessage, naming the event, when one does not say which promise it is about.
    """
    made: dict[str, Data] = {}
    ended: set[tuple[str, Action]] = set()
    for position, act in enumerate(acts):
        if act.action in PROMISE_ACTIONS:
            with located(position, act.action):
                name = promise_name(act.data)
            if act.action == Action.PROMISE:
                made[name] = act.data
            else:
                ended.add((name, Action(act.action)))
    return tuple(_promise(name, data, ended) for name, data in made.items())


def promise_name(data: Data) -> str:
    """Which promise the act is about."""
    name = data.get("promise")
    if isinstance(name, int) and not isinstance(name, bool):
        return str(name)
    if not isinstance(name, str) or not name:
        raise InvalidMessage(f"promise must name the promise, not {name!r}")
    return name


def _promise(name: str, data: Data, ended: set[tuple[str, Action]]) -> Promise:
    kept, published, waived = ((name, end) in ended for end in _ENDS)
    text = word_or_none(data, "text") or ""
    return Promise(name, text, _due(data), kept=kept, published=published, waived=waived)


def _due(data: Data) -> datetime | None:
    # No clock hangs on it, so an unreadable one is no reason to refuse the whole history.
    try:
        return moment_or_none(data, "due")
    except InvalidMessage:
        return None
