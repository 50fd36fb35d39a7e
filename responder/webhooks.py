"""Webhooks: which outside systems are told of which acts on tickets, and by whose order.

Every ticket event leaves through the outbox, in the transaction that makes it: `responder.hooks`
writes and sends them. Here is who subscribes.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from responder.audit import Entry, note
from responder.schema import outbox
from responder.schema_doors import webhooks as table
from responder.sealing import sealed
from responder.transitions import Action
from stream.sql import failures_named, reading
from yuqing.domain.clock import Clock
from yuqing.domain.errors import Conflict, InvalidMessage, NotFound
from yuqing.domain.text import clean

SECRET_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """A subscription as asked for. `actions` empty: every act; `jurisdiction` None: all of them;
    `unit` narrows to tickets that are with that unit."""

    name: str
    url: str
    actions: tuple[str, ...] = ()
    jurisdiction: str | None = None
    unit: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription, without its secret."""

    webhook_id: int
    name: str
    url: str
    actions: tuple[str, ...]
    jurisdiction: str | None
    unit: str | None
    active: bool
    version: int
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One event on its way to a webhook; `state`: pending, sent, failed."""

    delivery_id: int
    type: str
    ticket_id: str
    state: str
    attempts: int
    created_at: datetime
    delivered_at: datetime | None
    error: str | None


class Webhooks:
    """The subscriptions in the ticket store. All methods raise RetryLater when it is away."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def create(self, draft: WebhookDraft, by: str) -> tuple[Webhook, str]:
        """A new subscription, and the secret that its signatures are made with; shown once.

        Raises InvalidMessage naming the field.
        """
        row = _row(draft) | {"version": 1, "created_by": by, "created_at": self._clock.now()}
        secret = _secret()
        with failures_named(), self._engine.begin() as connection:
            resting = {"secret": sealed(connection, secret)}
            fresh = insert(table).values(row | resting).returning(table)
            made = _webhook(connection.execute(fresh).one())
            self._note(connection, by, "webhook_created", made.webhook_id, _told(draft))
        return made, secret

    def listed(self, jurisdiction: str | None = None) -> tuple[Webhook, ...]:
        """All subscriptions, or those of one jurisdiction, by number."""
        query = select(table).order_by(table.c.webhook_id)
        if jurisdiction is not None:
            query = query.where(table.c.jurisdiction == jurisdiction)
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_webhook(row) for row in connection.execute(query))

    def get(self, webhook_id: int) -> Webhook:
        """One subscription. Raises NotFound."""
        with failures_named(), reading(self._engine).begin() as connection:
            return _webhook(_found(connection, webhook_id))

    def change(self, webhook_id: int, version: int, draft: WebhookDraft, by: str) -> Webhook:
        """Replace what was read at `version`; the secret stays. Raises NotFound, Conflict,
        InvalidMessage."""
        row = _row(draft) | {"version": version + 1}
        with failures_named(), self._engine.begin() as connection:
            made = _replaced(connection, webhook_id, version, row)
            self._note(connection, by, "webhook_changed", webhook_id, _told(draft))
        return made

    def rotate(self, webhook_id: int, version: int, by: str) -> tuple[Webhook, str]:
        """A new secret for what was read at `version`; what is sent from now on, also what was
        written before, is signed with it. Raises NotFound, Conflict."""
        secret = _secret()
        with failures_named(), self._engine.begin() as connection:
            row = {"secret": sealed(connection, secret), "version": version + 1}
            made = _replaced(connection, webhook_id, version, row)
            self._note(connection, by, "webhook_rotated", webhook_id, {})
        return made, secret

    def drop(self, webhook_id: int, by: str, version: int | None = None) -> None:
        """End the subscription, as it was read at `version` if any; what is still on its way to it
        lapses. Raises NotFound, Conflict."""
        waiting = (outbox.c.target == f"webhook:{webhook_id}") & (outbox.c.state == "pending")
        with failures_named(), self._engine.begin() as connection:
            if version not in (None, _found(connection, webhook_id).version):
                raise Conflict(f"事件订阅 {webhook_id} 已被修改，请重新读取")
            connection.execute(update(outbox).where(waiting).values(state="cancelled"))
            connection.execute(delete(table).where(table.c.webhook_id == webhook_id))
            self._note(connection, by, "webhook_dropped", webhook_id, {})

    def deliveries(
        self, webhook_id: int, size: int, after: int | None = None
    ) -> tuple[HookDelivery, ...]:
        """What was sent, the latest first; `after`: the last delivery of the page before."""
        mine = (outbox.c.kind == "hook") & (outbox.c.target == f"webhook:{webhook_id}")
        query = select(outbox).where(mine).order_by(outbox.c.outbox_id.desc()).limit(size)
        if after is not None:
            query = query.where(outbox.c.outbox_id < after)
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_delivery(row) for row in connection.execute(query))

    def _note(
        self, connection: Connection, by: str, what: str, webhook_id: int, detail: dict[str, Any]
    ) -> None:
        note(connection, Entry(self._clock.now(), by, what, f"webhook:{webhook_id}", detail))


def _secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _replaced(
    connection: Connection, webhook_id: int, version: int, row: dict[str, Any]
) -> Webhook:
    _found(connection, webhook_id)
    mine = (table.c.webhook_id == webhook_id) & (table.c.version == version)
    made = connection.execute(update(table).where(mine).values(row).returning(table)).one_or_none()
    if made is None:
        raise Conflict(f"事件订阅 {webhook_id} 已被修改，请重新读取")
    return _webhook(made)


def _found(connection: Connection, webhook_id: int) -> Row[Any]:
    query = select(table).where(table.c.webhook_id == webhook_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"没有事件订阅 {webhook_id}")
    return row


def _row(draft: WebhookDraft) -> dict[str, Any]:
    name = clean(draft.name).strip()
    if not 1 <= len(name) <= 64:
        raise InvalidMessage("name: 名称须为 1 至 64 字")
    return {
        "name": name,
        "url": _address(draft.url),
        "actions": _actions(draft.actions),
        "jurisdiction": draft.jurisdiction,
        "unit": draft.unit,
        "active": draft.active,
    }


def _told(draft: WebhookDraft) -> dict[str, Any]:
    """What of a subscription goes into the log, which never forgets: of an address neither who
    signs in there nor what is asked, for these may be secrets."""
    parts = urlsplit(draft.url)
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
    return _row(draft) | {"url": shown.geturl()}


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 2000
        fits = fits and url.isascii() and url.isprintable() and " " not in url and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise InvalidMessage("url: 须为 http:// 或 https:// 开头的地址")
    return url


def _actions(actions: Sequence[str]) -> list[str]:
    known = {action.value for action in Action}
    if unknown := sorted(set(actions) - known):
        raise InvalidMessage(f"actions: 没有操作 {'、'.join(unknown)[:200]}")
    return sorted(set(actions))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        row.webhook_id,
        row.name,
        row.url,
        tuple(row.actions),
        row.jurisdiction,
        row.unit,
        row.active,
        row.version,
        row.created_by,
        row.created_at,
    )


def _delivery(row: Row[Any]) -> HookDelivery:
    return HookDelivery(
        row.outbox_id,
        row.payload["type"],
        row.ticket_id,
        row.state,
        row.attempts,
        row.created_at,
        row.delivered_at,
        row.error,
    )
