"""What one message says of one matter, or of several due to one person: a flood is not a help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MERGED = 50
"""How many matters one message may stand for."""
_ROOM = 1500
_RANK = {"acknowledge": 0, "clock": 1, "case": 2}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing due: `view` and `acknowledge` are links, empty where there is none."""

    purpose: str
    title: str
    body: str
    view: str = ""
    acknowledge: str = ""


def compose(items: Sequence[Item], notices: str = "") -> tuple[str, str]:
    """(title, body) of the one message that tells all `items`; `notices` links to the rest.

    What must be acknowledged comes first. Links are ours and come last: nothing that strangers
    wrote stands behind them.
    """
    if len(items) == 1:
        return items[0].title, "\n".join((items[0].body, *_links(items[0])))
    ranked = sorted(items, key=lambda item: _RANK.get(item.purpose, len(_RANK)))
    told = [_brief(number, item) for number, item in enumerate(ranked, 1)]
    shown = _within(told, _ROOM)
    left = len(told) - len(shown)
    rest = [f"另有{left}项，见控制台{notices and '：'}{notices}"] if left else []
    return f"{len(items)}项待办：{ranked[0].title}", "\n".join((*shown, *rest))


def _brief(number: int, item: Item) -> str:
    return "\n".join((f"【{number}】{item.title}", *_links(item)))


def _links(item: Item) -> list[str]:
    named = (("查看：", item.view), ("一键签收：", item.acknowledge))
    return [f"{name}{link}" for name, link in named if link]


def _within(told: Sequence[str], room: int) -> list[str]:
    # The first is told in any case.
    shown, used = list[str](), 0
    for text in told:
        used += len(text.encode())
        if shown and used > room:
            break
        shown.append(text)
    return shown
