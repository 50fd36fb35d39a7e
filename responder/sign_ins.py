"""Signing in with lockout, and sign-ins that expire.

A sign-in ends at the latest after some hours, and sooner when nobody uses it. Sign-in tokens rest
as SHA-256: whoever reads the database cannot use them. Spans are real ones even when the world's
clock runs fast (a demo), so nobody is thrown out after a minute.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import Connection, Engine, Row, case, delete, func, insert, or_, select, update

from responder.audit import Entry, note
from responder.person import Person, person_in
from responder.schema import people as table
from responder.schema import sign_ins
from stream.sql import failures_named, reading
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import NotAllowed, TooMany

FAILURES = 5
AT_ONCE = 8
"""How many passwords are looked at together: each takes much memory by design, and a flood of
guesses must leave room for everybody else."""
LOCKED_FOR = timedelta(minutes=15)
SIGNED_IN_FOR = timedelta(hours=12)
UNUSED_FOR = timedelta(hours=2)
USE_NOTED_EVERY = timedelta(minutes=1)
LONGEST = 128
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_REFUSED = "账号或密码不正确，或账号已暂时锁定"


class SignIns:
    """Sign-ins in the ticket store. All methods raise RetryLater when it is away."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        hasher: PasswordHash | None = None,
        signed_in_for: timedelta = SIGNED_IN_FOR,
        unused_for: timedelta = UNUSED_FOR,
    ) -> None:
        self._engine, self._clock = engine, clock
        self.signed_in_for, self.unused_for = signed_in_for, unused_for
        self._hasher = hasher or PasswordHash.recommended()
        self._nobody = self._hasher.hash(secrets.token_hex(8))
        self._verifying = threading.BoundedSemaphore(AT_ONCE)

    def sign_in(self, login: str, password: str) -> str:
        """A token to keep in a cookie. Raises NotAllowed, never telling what was wrong, and
        TooMany."""
        row = self._find(login)
        fits = self._fits(password, row.password if row else self._nobody)
        if row is None:
            raise NotAllowed(_REFUSED)
        now = self._clock.now()
        if not row.active or (row.locked_until and row.locked_until > now):
            raise NotAllowed(_REFUSED)
        if not fits:
            self._count_failure(login)
            raise NotAllowed(_REFUSED)
        return self._remember(login, "password")

    def sign_in_known(self, login: str, vouched_by: str) -> str:
        """A token for somebody whom another house (`vouched_by`) has let in; only for an account
        that is here already. Raises NotAllowed."""
        row = self._find(login)
        if row is None or not row.active:
            raise NotAllowed("统一身份认证的账号在本系统没有登记，或已停用")
        return self._remember(login, vouched_by)

    def person_of(self, token: str) -> Person | None:
        """Whose unexpired sign-in `token` is; asking counts as use, so an open page keeps it."""
        now = self._clock.now()
        idle = real_span(self._clock, self.unused_for)
        used = func.coalesce(sign_ins.c.used_at, sign_ins.c.created_at)
        query = (
            select(table, used.label("used_at"))
            .join(sign_ins, sign_ins.c.login == table.c.login)
            .where(sign_ins.c.token_sha256 == _digest(token), used > now - idle)
            .where(sign_ins.c.expires_at > now, table.c.active)
        )
        with failures_named(), reading(self._engine).begin() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if now - row.used_at >= real_span(self._clock, USE_NOTED_EVERY):
            self._used(token, now)
        return person_in(self._engine, row)

    def sign_out(self, token: str) -> None:
        """End the sign-in; an unknown token changes nothing."""
        ended = delete(sign_ins).where(sign_ins.c.token_sha256 == _digest(token))
        with failures_named(), self._engine.begin() as connection:
            login = connection.execute(ended.returning(sign_ins.c.login)).scalar_one_or_none()
            if login is not None:
                self._note(connection, login, "signed_out", login)

    def _fits(self, password: str, hashed: str) -> bool:
        if not self._verifying.acquire(blocking=False):
            raise TooMany("同时登录的人太多，请稍后再试")
        try:
            return self._hasher.verify(password[:LONGEST], hashed) and len(password) <= LONGEST
        finally:
            self._verifying.release()

    def _used(self, token: str, now: datetime) -> None:
        mine = update(sign_ins).where(sign_ins.c.token_sha256 == _digest(token))
        with failures_named(), self._engine.begin() as connection:
            connection.execute(mine.values(used_at=now))

    def _note(
        self,
        connection: Connection,
        who: str,
        what: str,
        login: str,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        entry = Entry(self._clock.now(), who, what, f"person:{login}", _said(detail or {}))
        note(connection, entry)

    def _find(self, login: str) -> Row[Any] | None:
        if not LOGIN.fullmatch(login):
            return None
        with failures_named(), reading(self._engine).begin() as connection:
            return connection.execute(select(table).where(table.c.login == login)).one_or_none()

    def _count_failure(self, login: str) -> None:
        full = table.c.failures + 1 >= FAILURES
        until = self._clock.now() + real_span(self._clock, LOCKED_FOR)
        counted = (
            update(table)
            .where(table.c.login == login)
            .values(
                failures=case((full, 0), else_=table.c.failures + 1),
                locked_until=case((full, until), else_=table.c.locked_until),
            )
            .returning(table.c.failures)
        )
        with failures_named(), self._engine.begin() as connection:
            if connection.execute(counted).scalar_one_or_none() == 0:
                self._note(connection, login, "locked_out", login)

    def _remember(self, login: str, how: str) -> str:
        token, now = secrets.token_urlsafe(32), self._clock.now()
        fresh = {
            "token_sha256": _digest(token),
            "login": login,
            "created_at": now,
            "used_at": now,
            "expires_at": now + real_span(self._clock, self.signed_in_for),
        }
        with failures_named(), self._engine.begin() as connection:
            connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
            # Checked again: guesses made side by side may have locked it since it was read.
            free = or_(table.c.locked_until.is_(None), table.c.locked_until <= now)
            done = connection.execute(
                update(table)
                .where(table.c.login == login, table.c.active, free)
                .values(failures=0, locked_until=None)
            )
            if done.rowcount == 0:
                raise NotAllowed(_REFUSED)
            connection.execute(insert(sign_ins).values(fresh))
            self._note(connection, login, "signed_in", login, {"how": how})
        return token


def _said(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What of an account goes into the log: where alerts go is a phone or a mailbox."""
    return {key: value for key, value in detail.items() if key != "channels"}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
