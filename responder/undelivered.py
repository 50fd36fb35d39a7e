"""Which pushes reached nobody: every channel of every recipient has finally failed.

What a channel still tries is not among them, nor what one recipient of several took; whoever has
no channel at all is told by the console only, and that alone is no failure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from responder.schema import outbox

_SILENT = {"failed", "console"}


@dataclass(frozen=True, slots=True)
class Unheard:
    """A push that finally reached nobody: its key, what it was about, whom it was for."""

    key: str
    title: str
    recipients: tuple[str, ...]


def unheard(connection: Connection, which: ColumnElement[bool]) -> tuple[Unheard, ...]:
    """Of the pushes among the outbox rows `which` those that finally reached nobody, in the order
    in which they were written."""
    mine = (outbox.c.kind == "push") & which
    failed = select(outbox.c.key).where(mine, outbox.c.state == "failed")
    keys = {_push_of(key) for key in connection.execute(failed).scalars()}
    if not keys:
        return ()
    pushes: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    query = select(outbox).where(mine).order_by(outbox.c.outbox_id)
    for row in connection.execute(query):
        pushes[_push_of(row.key)].append(row)
    lost = ((key, rows) for key, rows in pushes.items() if key in keys)
    return tuple(_lost(key, rows) for key, rows in lost if {row.state for row in rows} <= _SILENT)


def _lost(key: str, rows: list[Row[Any]]) -> Unheard:
    names = tuple(str(row.payload.get("recipient", "")) for row in rows)
    return Unheard(key, str(rows[0].payload["title"]), names)


def _push_of(key: str) -> str:
    return key.rpartition(":")[0]
