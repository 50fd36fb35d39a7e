"""Which pushes reached nobody: every channel of every recipient has finally failed.

What a channel still tries is not among them, nor what one recipient of several took; whoever has
no channel at all is told by the console only, and that alone is no failure.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, select

from responder.schema import outbox

_SILENT = {"failed", "console"}


def unheard(connection: Connection, which: ColumnElement[bool]) -> tuple[str, ...]:
    """The keys of the pushes among the outbox rows `which` that finally reached nobody, in the
    order in which they were written."""
    mine = (outbox.c.kind == "push") & which
    failed = select(outbox.c.key).where(mine, outbox.c.state == "failed")
    keys = {_push_of(key) for key in connection.execute(failed).scalars()}
    if not keys:
        return ()
    states: defaultdict[str, set[str]] = defaultdict(set)
    query = select(outbox.c.key, outbox.c.state).where(mine).order_by(outbox.c.outbox_id)
    for key, state in connection.execute(query):
        states[_push_of(key)].add(state)
    return tuple(key for key, found in states.items() if key in keys and found <= _SILENT)


def _push_of(key: str) -> str:
    return key.rpartition(":")[0]
