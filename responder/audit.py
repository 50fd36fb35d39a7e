"""The audit log: every change, and every reading of personal data, chained by hash.

Each entry holds the hash of the one before it, so that an entry edited, removed or moved breaks
the chain at its place. The head (number and hash of the last entry) stands in a table of its own
and only moves on, so that a log cut short at its end is found too; an anchor (the head, noted
down outside the database) finds it even where somebody could rewrite both.

An act on a ticket is noted with its digest, so that the log also vouches for the histories.
No personal data is written here: what was read is named, not repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from responder.copies import digest, plain
from responder.schema_doors import audit_heads, audit_log

GENESIS = "0" * 64
ACT = "act"
READ_PERSONAL = "read_personal"
_LOG = "audit"


@dataclass(frozen=True, slots=True)
class Entry:
    """`who` did `what` to `subject` (kind:name); `detail` holds JSON values, nothing personal."""

    at: datetime
    who: str
    what: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the log; number 0 when it is empty."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Every field narrows; none given means any. `action` is that of an act on a ticket; `since` is
    within, `until` is not."""

    who: str | None = None
    what: str | None = None
    subject: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def note(connection: Connection, *entries: Entry) -> Head:
    """Append `entries` within the caller's transaction; returns the new head.

    Nothing is touched where there is nothing to note. The head's row is held until the
    transaction ends: whoever notes does it last, so that nobody who waits for the head holds
    anything that its holder wants.
    """
    if not entries:
        return head_of(connection)
    found = connection.execute(select(audit_heads).with_for_update()).one()
    head = Head(found.number, found.hash)
    rows = []
    for entry in entries:
        rows.append(_row(entry, head))
        head = Head(rows[-1]["number"], rows[-1]["hash"])
    connection.execute(insert(audit_log), rows)
    moved = update(audit_heads).where(audit_heads.c.log == _LOG)
    connection.execute(moved.values(number=head.number, hash=head.hash))
    return head


def noted_act(
    ticket_id: str, position: int, at: datetime, who: str, action: str, data: Any
) -> Entry:
    """The entry for one act of a ticket's history."""
    detail = {"position": position, "action": action}
    proof = {"sha256": act_digest(ticket_id, position, at, who, action, data)}
    return Entry(at, who, ACT, f"ticket:{ticket_id}", detail | proof)


def act_digest(
    ticket_id: str, position: int, at: datetime, who: str, action: str, data: Any
) -> str:
    """SHA-256 of an act as it is recorded."""
    return digest([ticket_id, position, at, who, action, plain(data)])


def hold_head(connection: Connection) -> None:
    """Hold the head's row, as `note` does: until the transaction ends nobody else writes what is
    written only by its holder."""
    connection.execute(select(audit_heads.c.number).with_for_update())


def head_of(connection: Connection) -> Head:
    """The head as it stands."""
    row = connection.execute(select(audit_heads)).one()
    return Head(row.number, row.hash)


def entries_of(
    connection: Connection, size: int, before: int | None = None, wanted: AuditFilter | None = None
) -> Sequence[Row[Any]]:
    """Up to `size` entries below number `before`, the latest first, narrowed as said."""
    query = select(audit_log).order_by(audit_log.c.number.desc()).limit(size)
    if before is not None:
        query = query.where(audit_log.c.number < before)
    return connection.execute(query.where(*_rules(wanted or AuditFilter()))).all()


def _rules(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    names = ("who", "what", "subject")
    rules = [audit_log.c[name] == getattr(wanted, name) for name in names if getattr(wanted, name)]
    if wanted.action:
        acts = audit_log.c.detail["action"].as_string() == wanted.action
        rules.append(and_(audit_log.c.what == ACT, acts))
    if wanted.since:
        rules.append(audit_log.c.at >= wanted.since)
    if wanted.until:
        rules.append(audit_log.c.at < wanted.until)
    return rules


def hash_of(number: int, entry: Entry, previous: str) -> str:
    """What entry `number` must carry as its hash after `previous`."""
    parts = [number, entry.at, entry.who, entry.what, entry.subject, plain(entry.detail), previous]
    options = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
    return hashlib.sha256(orjson.dumps(parts, option=options)).hexdigest()


def _row(entry: Entry, head: Head) -> dict[str, Any]:
    number = head.number + 1
    return {
        "number": number,
        "at": entry.at,
        "who": entry.who,
        "what": entry.what,
        "subject": entry.subject,
        "detail": plain(entry.detail),
        "previous": head.hash,
        "hash": hash_of(number, entry, head.hash),
    }
