"""The tables of the doors: keys of machine clients, requests seen before, webhooks, the audit log.

Apart from `schema`, whose tables are what a case is made of; these say who came in and what
was done in the service as a whole.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from responder.schema import metadata, notices, outbox
from stream.sql import UtcDateTime

_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

audit_log = Table(
    "audit_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("who", String(128), nullable=False),
    Column("what", String(48), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_log_subject", "subject", "number"),
    Index("audit_log_who", "who", "number"),
)
"""`hash` is over the entry and `previous`, the hash of the entry before it."""

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("log", String(16), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row: the last entry. It only moves on, so a log cut short at its end no longer fits it."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("jurisdiction", String(64)),
    Column("unit", String(64)),
    Column("scopes", JSON, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime()),
    Column("revoked_at", UtcDateTime()),
    Column("used_at", UtcDateTime()),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("who", String(128), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("claimed_at", UtcDateTime(), nullable=False),
    Column("status", Integer),
    Column("headers", JSON),
    Column("body", Text),
    Index("idempotency_keys_age", "claimed_at"),
)
"""`status` null: the request is in hand, or the process that had it died."""

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("actions", JSON, nullable=False),
    Column("jurisdiction", String(64)),
    Column("unit", String(64)),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    sqlite_autoincrement=True,
)
"""`actions` empty: every one. `secret` signs, so it cannot rest as a hash: it rests sealed
(`responder.sealing`). Deliveries and the audit log name a webhook by its number, so the number of
one that was dropped is never given again."""

Index("outbox_target", outbox.c.target, outbox.c.outbox_id)
Index("notices_ticket", notices.c.ticket_id)
