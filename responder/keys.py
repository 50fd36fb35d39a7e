"""Keys of machine clients: made by an administrator, shown once, kept as a hash, revocable.

A key acts within a role, a jurisdiction and perhaps a unit like a person does, narrowed by its
scopes. What decides or proves (grades, approvals, evidence, extensions) needs a person's name, so
no key may do it, and what a key grades counts as the machine's.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from responder.audit import Entry, note
from responder.people import KEY_PREFIX, Person, Role
from responder.schema_doors import api_keys
from stream.sql import failures_named, reading
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import InvalidMessage, NotFound
from yuqing.domain.text import clean

ROLES = (Role.MONITOR, Role.ANALYST, Role.UNIT)
USE_NOTED_EVERY = timedelta(minutes=1)
_PREFIX = "yq_"
_TOKEN = re.compile(r"yq_(?P<key_id>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")


class Scope(StrEnum):
    """What a key may do: read, write (open cases and act), export whole records."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret. `jurisdiction` None: all of them."""

    key_id: str
    name: str
    role: str
    jurisdiction: str | None
    unit: str | None
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    @property
    def person(self) -> Person:
        """Whom the key acts as."""
        login = f"{KEY_PREFIX}{self.key_id}"
        return Person(login, self.name, Role(self.role), self.jurisdiction, self.unit)


@dataclass(frozen=True, slots=True)
class KeyDraft:
    """A key to be made."""

    name: str
    role: str
    scopes: tuple[str, ...]
    jurisdiction: str | None = None
    unit: str | None = None
    expires_at: datetime | None = None


class Keys:
    """The keys in the ticket store. All methods raise RetryLater when it is away."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def create(self, draft: KeyDraft, by: str) -> tuple[ApiKey, str]:
        """A new key and its token, which nobody can show again. Raises InvalidMessage."""
        _check(draft, self._clock.now())
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        row = {
            "key_id": key_id,
            "secret_sha256": _digest(secret),
            "name": clean(draft.name).strip(),
            "role": draft.role,
            "jurisdiction": draft.jurisdiction,
            "unit": draft.unit,
            "scopes": sorted(set(draft.scopes)),
            "created_by": by,
            "created_at": self._clock.now(),
            "expires_at": draft.expires_at,
        }
        detail = {name: row[name] for name in ("name", "role", "jurisdiction", "unit", "scopes")}
        entry = Entry(self._clock.now(), by, "key_created", f"key:{key_id}", detail)
        with failures_named(), self._engine.begin() as connection:
            made = connection.execute(insert(api_keys).values(row).returning(api_keys)).one()
            note(connection, entry)
        return _key(made), f"{_PREFIX}{key_id}_{secret}"

    def listed(self) -> tuple[ApiKey, ...]:
        """All keys, the newest first, revoked ones too."""
        query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.key_id)
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_key(row) for row in connection.execute(query))

    def revoke(self, key_id: str, by: str) -> ApiKey:
        """From now on the key opens nothing; twice changes nothing. Raises NotFound."""
        now = self._clock.now()
        mine = api_keys.c.key_id == key_id
        ended = update(api_keys).where(mine, api_keys.c.revoked_at.is_(None))
        with failures_named(), self._engine.begin() as connection:
            done = connection.execute(ended.values(revoked_at=now))
            row = connection.execute(select(api_keys).where(mine)).one_or_none()
            if row is None:
                raise NotFound(f"没有接口密钥 {key_id}")
            if done.rowcount:
                note(connection, Entry(now, by, "key_revoked", f"key:{key_id}"))
        return _key(row)

    def rotate(self, key_id: str, by: str) -> tuple[ApiKey, str]:
        """A new token for a key that still counts; the former opens nothing any more.

        Raises NotFound.
        """
        now, secret = self._clock.now(), secrets.token_urlsafe(32)
        mine = (api_keys.c.key_id == key_id) & api_keys.c.revoked_at.is_(None)
        fresh = update(api_keys).where(mine).values(secret_sha256=_digest(secret))
        with failures_named(), self._engine.begin() as connection:
            row = connection.execute(fresh.returning(api_keys)).one_or_none()
            if row is None:
                raise NotFound(f"没有有效的接口密钥 {key_id}")
            note(connection, Entry(now, by, "key_rotated", f"key:{key_id}"))
        return _key(row), f"{_PREFIX}{key_id}_{secret}"

    def of(self, token: str) -> ApiKey | None:
        """The key that `token` is, if it still counts."""
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return None
        query = select(api_keys).where(api_keys.c.key_id == parts["key_id"])
        with failures_named(), reading(self._engine).begin() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(row.secret_sha256, _digest(parts["secret"])):
            return None
        now = self._clock.now()
        if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
            return None
        self._used(row, now)
        return _key(row)

    def _used(self, row: Row[Any], now: datetime) -> None:
        if row.used_at and now - row.used_at < real_span(self._clock, USE_NOTED_EVERY):
            return
        mine = update(api_keys).where(api_keys.c.key_id == row.key_id)
        with failures_named(), self._engine.begin() as connection:
            connection.execute(mine.values(used_at=now))


def _check(draft: KeyDraft, now: datetime) -> None:
    if not 1 <= len(clean(draft.name).strip()) <= 64:
        raise InvalidMessage("name: 名称须为 1 至 64 字")
    if draft.role not in ROLES:
        raise InvalidMessage(f"role: 接口密钥的角色只能是 {_listed(ROLES)}")
    if not draft.scopes or set(draft.scopes) - set(Scope):
        raise InvalidMessage(f"scopes: 权限范围须在 {_listed(Scope)} 之中，至少一项")
    if draft.role == Role.UNIT and not (draft.unit and draft.jurisdiction):
        raise InvalidMessage("unit: 责任单位的密钥必须写明辖区和单位")
    if draft.expires_at is not None and draft.expires_at <= now:
        raise InvalidMessage("expires_at: 失效时间须晚于现在")


def _listed(words: Sequence[str] | type[StrEnum]) -> str:
    return "、".join(str(word) for word in words)


def _digest(secret: str) -> str:
    # The secret has 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        row.key_id,
        row.name,
        row.role,
        row.jurisdiction,
        row.unit,
        tuple(row.scopes),
        row.created_by,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.used_at,
    )
