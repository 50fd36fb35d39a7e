"""Ticket events to webhooks: written with the act that makes them, signed and sent later.

The form is that of Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`,
an HMAC-SHA256 over id, timestamp and body, so that a receiver can tell a forged, a changed or a
replayed delivery. An event says what happened and where to read more; it carries no personal data.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, Engine, Row, select

from responder.act import Act
from responder.claims import backoff, claim, delivered, put_off
from responder.copies import plain
from responder.rows import insert_new
from responder.schema import outbox
from responder.schema_doors import webhooks
from responder.sealing import opened
from responder.stored import Stored
from responder.ticket import Ticket
from responder.webhooks import SECRET_PREFIX
from stream.sql import failures_named
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.text import discreet

LONGEST_PAUSE = timedelta(hours=1)
ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Posted:
    """`error` is None when the receiver took it; `retry_after` is when it asks to be tried."""

    error: str | None = None
    retry_after: timedelta | None = None


class HookPoster(Protocol):
    """Brings one event to one address."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """Post `body`; never raises for what the receiver or the network does, follows no
        redirect, and gives up after some seconds."""
        ...


def put_hooks(
    connection: Connection,
    stored: Stored,
    acts: Sequence[Act],
    steps: Sequence[Ticket],
    now: datetime,
) -> int:
    """Write an outbox row for each new act and each webhook that wants it, within the caller's
    transaction; `steps` is the ticket after each of `acts`. Returns how many are new."""
    wanting = connection.execute(select(webhooks).where(webhooks.c.active)).all() if acts else []
    rows = [
        _hook_row(hook, stored, act, ticket, now)
        for hook in wanting
        for act, ticket in zip(acts, steps, strict=True)
        if _wants(hook, stored, act, ticket)
    ]
    return insert_new(connection, outbox, rows)


def send_hooks(engine: Engine, poster: HookPoster, clock: Clock, limit: int = 100) -> int:
    """Send up to `limit` due events; returns how many were taken. Safe in any number of
    processes. A webhook that fails is let be for the rest of this call, so that it keeps no
    other waiting. Raises RetryLater when the store is away."""
    sent, failed = 0, list[str]()
    for _ in range(limit):
        which = (outbox.c.kind == "hook") & outbox.c.target.not_in(failed)
        rows = claim(engine, which, clock, 1)
        if not rows:
            break
        if _send(engine, rows[0], poster, clock):
            sent += 1
        else:
            failed.append(rows[0].target)
    return sent


def signature(secret: str, delivery: str, timestamp: int, body: bytes) -> str:
    """What `webhook-signature` says."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{delivery}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _wants(hook: Row[Any], stored: Stored, act: Act, ticket: Ticket) -> bool:
    units = (ticket.unit, *ticket.co_units)
    return (
        hook.jurisdiction in (None, stored.jurisdiction)
        and (hook.unit is None or hook.unit in units)
        and (not hook.actions or act.action in hook.actions)
    )


def _hook_row(
    hook: Row[Any], stored: Stored, act: Act, ticket: Ticket, now: datetime
) -> dict[str, Any]:
    return {
        "key": f"hook:{hook.webhook_id}:{stored.ticket_id}:{ticket.acts}",
        "kind": "hook",
        "ticket_id": stored.ticket_id,
        "purpose": "webhook",
        "target": f"webhook:{hook.webhook_id}",
        "payload": plain(_event(stored, act, ticket)),
        "created_at": now,
        "due_at": now,
        "state": "pending",
        "attempts": 0,
    }


def _event(stored: Stored, act: Act, ticket: Ticket) -> dict[str, Any]:
    data = {
        "ticket_id": stored.ticket_id,
        "jurisdiction": stored.jurisdiction,
        "title": discreet(stored.title),
        "topic": stored.topic,
        "version": ticket.acts,
        "action": act.action,
        "who": act.who,
        "state": ticket.state.value,
        "grade": int(ticket.grade),
        "emergency": ticket.emergency,
        "unit": ticket.unit,
        "href": f"/api/v1/tickets/{stored.ticket_id}",
    }
    return {"type": f"ticket.{act.action}", "timestamp": act.at, "data": data}


def _send(engine: Engine, row: Row[Any], poster: HookPoster, clock: Clock) -> bool:
    number = int(row.target.removeprefix("webhook:"))
    query = select(webhooks).where(webhooks.c.webhook_id == number)
    with failures_named(), engine.begin() as connection:
        hook = connection.execute(query).one_or_none()
    if hook is None or not hook.active:
        delivered(engine, row, state="cancelled")
        return True
    (secret,) = opened(engine, [hook.secret])
    body, stamp = orjson.dumps(row.payload), int(clock.now().timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": row.key,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(secret, row.key, stamp, body),
    }
    posted = poster.post(hook.url, body, headers)
    if posted.error is None:
        delivered(engine, row, state="sent", delivered_at=clock.now(), error=None)
        return True
    pause = backoff(row.key, row.attempts, LONGEST_PAUSE)
    pause = max(pause, min(posted.retry_after or pause, LONGEST_PAUSE))
    now = clock.now()
    put_off(engine, [row], now + real_span(clock, pause), posted.error, now, ATTEMPTS)
    return False
