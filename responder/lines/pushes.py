"""From the outbox and the notices to what is shown of what people were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from responder import labels
from responder.lines.names import unit_zh
from responder.readmodels.pushes import NoticeLine, PushLine
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet


def push_line(
    row: Row[Any], jurisdiction: Jurisdiction | None, names: Mapping[str, str] | None = None
) -> PushLine:
    """One push and its delivery; `names` maps logins to the names of people."""
    recipient = str(row.payload.get("recipient", ""))
    return PushLine(
        push_id=row.outbox_id,
        purpose=row.purpose,
        target=row.target,
        target_zh=discreet(_told(row.target, recipient, jurisdiction, names or {})),
        title=discreet(row.payload["title"]),
        due_at=row.due_at,
        state=row.state,
        state_zh=labels.named(labels.PUSH_STATES, row.state),
        attempts=row.attempts,
        delivered_at=row.delivered_at,
        error=row.error,
        via=row.via or "",
        purpose_zh=labels.named(labels.PUSH_PURPOSES, row.purpose),
        next_try_at=row.lease_until if row.state == "pending" and row.attempts else None,
        acknowledged_at=row.acknowledged_at,
    )


def _told(
    target: str, recipient: str, jurisdiction: Jurisdiction | None, names: Mapping[str, str]
) -> str:
    """To whom a push goes: the unit and its contact, all of a role, or one person."""
    kind, _, name = target.partition(":")
    if kind == "person":
        return names.get(name) or (recipient if recipient != name else "") or name
    whole = (
        unit_zh(jurisdiction, name) if kind == "unit" else f"全体{labels.named(labels.ROLES, name)}"
    )
    return f"{whole} {recipient}".strip()


def notice_line(row: Row[Any]) -> NoticeLine:
    """One notice of a person; the row carries `read_at`."""
    return NoticeLine(
        row.notice_id,
        discreet(row.title),
        discreet(row.body),
        row.link,
        row.ticket_id,
        row.at,
        row.read_at is not None,
    )
