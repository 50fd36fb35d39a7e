"""Who works here: accounts, sign-in with lockout, and sign-ins that expire.

A sign-in ends at the latest after some hours, and sooner when nobody uses it. Every change of an
account and every sign-in is noted in the audit log. Passwords rest as argon2 hashes, sign-in
tokens as SHA-256: whoever reads the database can use neither. Spans are real ones even when the
world's clock runs fast (a demo), so nobody is thrown out after a minute.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import Connection, Engine, Row, case, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from responder.audit import Entry, note
from responder.schema import people as table
from responder.schema import sign_ins
from responder.sealing import opened, sealed
from stream.sql import failures_named, reading
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SIGNED_IN_FOR = timedelta(hours=12)
UNUSED_FOR = timedelta(hours=2)
USE_NOTED_EVERY = timedelta(minutes=1)
COMMAND_LINE = "command_line"
KEY_PREFIX = "key."
SHORTEST, LONGEST = 10, 128
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_REFUSED = "账号或密码不正确，或账号已暂时锁定"


class Role(StrEnum):
    """值班监测员, 研判员, 责任单位, 审核人, 领导, 管理员."""

    MONITOR = "monitor"
    ANALYST = "analyst"
    UNIT = "unit"
    REVIEWER = "reviewer"
    LEADER = "leader"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `jurisdiction` None: all of them. `unit` is the code of the unit that a
    person of role `unit` acts for. `channels` are apprise URLs for alerts."""

    login: str
    name: str
    role: Role
    jurisdiction: str | None = None
    unit: str | None = None
    channels: tuple[str, ...] = ()


class People:
    """Accounts and sign-ins in the ticket store. All methods raise RetryLater when it is away."""

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

    def create(self, person: Person, password: str, by: str = COMMAND_LINE) -> Person:
        """A new account, made `by` somebody. Raises InvalidMessage (login, password or role
        unfit) or Conflict."""
        _check(person)
        _check_password(password)
        row = _row(person) | {
            "password": self._hasher.hash(password),
            "active": True,
            "failures": 0,
            "created_at": self._clock.now(),
        }
        try:
            with failures_named(), self._engine.begin() as connection:
                connection.execute(insert(table).values(row | _resting(connection, person)))
                self._note(connection, by, "person_created", person.login, _row(person))
        except IntegrityError as error:
            raise Conflict(f"账号 {person.login} 已存在") from error
        return person

    def create_admin(self, login: str, name: str, password: str) -> Person:
        """The first administrator, who may create everybody else."""
        return self.create(Person(login, name, Role.ADMIN), password)

    def change(self, person: Person, active: bool = True, by: str = COMMAND_LINE) -> Person:
        """Replace what is known of an account; one made inactive is signed out everywhere.

        Raises InvalidMessage (unfit) or NotFound.
        """
        _check(person)
        with failures_named(), self._engine.begin() as connection:
            where = table.c.login == person.login
            done = connection.execute(
                update(table)
                .where(where)
                .values(_row(person) | {"active": active} | _resting(connection, person))
            )
            if done.rowcount == 0:
                raise NotFound(f"没有账号 {person.login}")
            if not active:
                connection.execute(delete(sign_ins).where(sign_ins.c.login == person.login))
            detail = _row(person) | {"active": active}
            self._note(connection, by, "person_changed", person.login, detail)
        return person

    def set_password(self, login: str, password: str, by: str = COMMAND_LINE) -> None:
        """A new password; all sign-ins of the account end, a lock is lifted."""
        _check_password(password)
        hashed = self._hasher.hash(password)
        with failures_named(), self._engine.begin() as connection:
            done = connection.execute(
                update(table)
                .where(table.c.login == login)
                .values(password=hashed, failures=0, locked_until=None)
            )
            if done.rowcount == 0:
                raise NotFound(f"没有账号 {login}")
            connection.execute(delete(sign_ins).where(sign_ins.c.login == login))
            self._note(connection, by, "password_set", login)

    def everybody(self) -> tuple[Person, ...]:
        """All active accounts, by login."""
        return everybody(self._engine)

    def check(self) -> None:
        """Nothing, when the store answers. Raises RetryLater."""
        with failures_named(), reading(self._engine).begin() as connection:
            connection.execute(select(table.c.login).limit(1))

    def sign_in(self, login: str, password: str) -> str:
        """A token to keep in a cookie. Raises NotAllowed, never telling what was wrong."""
        row = self._find(login)
        fits = self._hasher.verify(password[:LONGEST], row.password if row else self._nobody)
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
        return _person(self._engine, row)

    def sign_out(self, token: str) -> None:
        """End the sign-in; an unknown token changes nothing."""
        ended = delete(sign_ins).where(sign_ins.c.token_sha256 == _digest(token))
        with failures_named(), self._engine.begin() as connection:
            login = connection.execute(ended.returning(sign_ins.c.login)).scalar_one_or_none()
            if login is not None:
                self._note(connection, login, "signed_out", login)

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
        if not _LOGIN.fullmatch(login):
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


def everybody(engine: Engine) -> tuple[Person, ...]:
    """All active accounts, by login."""
    query = select(table).where(table.c.active).order_by(table.c.login)
    with failures_named(), reading(engine).begin() as connection:
        return tuple(_person(engine, row) for row in connection.execute(query))


def _check(person: Person) -> None:
    if not _LOGIN.fullmatch(person.login) or person.login.startswith(KEY_PREFIX):
        raise InvalidMessage(
            "login: 账号只能用小写字母、数字和 . _ -，且以字母或数字开头，不以 key. 开头"
        )
    if person.role is Role.UNIT and not (person.unit and person.jurisdiction):
        raise InvalidMessage("unit: 责任单位账号必须写明辖区和单位")


def _check_password(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidMessage(f"password: 密码须为 {SHORTEST} 至 {LONGEST} 个字符")


def _said(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What of an account goes into the log: where alerts go is a phone or a mailbox."""
    return {key: value for key, value in detail.items() if key != "channels"}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _row(person: Person) -> dict[str, Any]:
    return {
        "login": person.login,
        "name": person.name,
        "role": person.role.value,
        "jurisdiction": person.jurisdiction,
        "unit": person.unit,
        "channels": list(person.channels),
    }


def _resting(connection: Connection, person: Person) -> dict[str, Any]:
    return {"channels": [sealed(connection, channel) for channel in person.channels]}


def _person(engine: Engine, row: Row[Any]) -> Person:
    channels = opened(engine, row.channels)
    return Person(row.login, row.name, Role(row.role), row.jurisdiction, row.unit, channels)
