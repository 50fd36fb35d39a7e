"""Accounts as administrators look after them: whom they may make, change, reset and sign out.

`responder.people` keeps the accounts and notes every change; here is what stands before it. An
administrator of one jurisdiction reaches its people only, and nobody shuts the own way in: so
whoever administers can always be undone by another, and never by accident by oneself.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, func, select

from responder.doors import check_admin, in_place
from responder.people import People, Person
from responder.person import person_in
from responder.schema import people as table
from responder.schema import sign_ins
from stream.sql import failures_named, reading
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import clean

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `locked_until` None: not locked now; `signed_in` is how many sign-ins count
    now, `used_at` when one of them was last used."""

    person: Person
    active: bool
    created_at: datetime
    locked_until: datetime | None
    signed_in: int
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One sign-in that counts."""

    since: datetime
    used_at: datetime
    expires_at: datetime


class Accounts:
    """The accounts that an administrator reaches. All methods raise NotAllowed for anybody else,
    NotFound for an account that is out of reach, RetryLater when the store is away."""

    def __init__(
        self,
        engine: Engine,
        people: People,
        clock: Clock,
        jurisdictions: Mapping[str, Jurisdiction],
    ) -> None:
        self._engine, self._people, self._clock = engine, people, clock
        self._jurisdictions = jurisdictions

    def listed(self, me: Person) -> tuple[Account, ...]:
        """Those that are active first, by login."""
        check_admin(me)
        query = select(table).order_by(table.c.active.desc(), table.c.login)
        if me.jurisdiction is not None:
            query = query.where(table.c.jurisdiction == me.jurisdiction)
        with failures_named(), reading(self._engine).begin() as connection:
            rows = connection.execute(query).all()
            counted = connection.execute(self._counting()).all()
        by_login = {row.login: row for row in counted}
        return tuple(self._account(row, by_login.get(row.login)) for row in rows)

    def sign_ins(self, me: Person, login: str) -> tuple[SignedIn, ...]:
        """The sign-ins of `login` that count, the latest first."""
        self._reached(me, login)
        used = func.coalesce(sign_ins.c.used_at, sign_ins.c.created_at).label("used")
        query = select(sign_ins.c.created_at, used, sign_ins.c.expires_at).where(
            sign_ins.c.login == login, *self._counts()
        )
        with failures_named(), reading(self._engine).begin() as connection:
            rows = connection.execute(query.order_by(sign_ins.c.created_at.desc())).all()
        return tuple(SignedIn(row.created_at, row.used, row.expires_at) for row in rows)

    def create(self, me: Person, person: Person) -> str:
        """A new account; returns its first password, which nobody can show again.

        Raises InvalidMessage naming the field, or Conflict.
        """
        check_admin(me)
        password = secrets.token_urlsafe(12)
        self._people.create(self._fit(me, person), password, me.login)
        return password

    def change(self, me: Person, was: Account, person: Person) -> None:
        """Replace what was seen as `was`; what the account opens changes at once, and it stays
        signed in. Raises InvalidMessage, or Conflict when it is no longer `was`."""
        self._unchanged(me, was)
        fit = self._fit(me, person)
        rights = (was.person.role, was.person.jurisdiction, was.person.unit)
        if person.login == me.login and rights != (fit.role, fit.jurisdiction, fit.unit):
            raise NotAllowed("不能改自己的角色、辖区和单位，请由另一位管理员办理")
        self._people.change(fit, was.active, me.login)

    def switch(self, me: Person, was: Account, active: bool) -> None:
        """Shut the account, which signs it out, or open it again. Raises Conflict."""
        self._unchanged(me, was)
        if was.person.login == me.login:
            raise NotAllowed("不能停用自己，请由另一位管理员办理")
        self._people.change(was.person, active, me.login)

    def reset(self, me: Person, login: str) -> str:
        """A new password, returned once; the account is signed out everywhere and unlocked."""
        self._reached(me, login)
        password = secrets.token_urlsafe(12)
        self._people.set_password(login, password, me.login)
        return password

    def end_sign_ins(self, me: Person, login: str) -> int:
        """Sign `login` out everywhere; returns how many sign-ins ended."""
        self._reached(me, login)
        return self._people.end_sign_ins(login, me.login)

    def _reached(self, me: Person, login: str) -> Account:
        found = next((one for one in self.listed(me) if one.person.login == login), None)
        if found is None:
            raise NotFound(f"没有账号 {login}")
        return found

    def _unchanged(self, me: Person, was: Account) -> None:
        now = self._reached(me, was.person.login)
        if (now.person, now.active) != (was.person, was.active):
            raise Conflict(f"账号 {was.person.login} 已被别人修改，请重新打开再改")

    def _fit(self, me: Person, person: Person) -> Person:
        """`person`, if `me` may make such an account."""
        name = clean(person.name).strip()
        if not 1 <= len(name) <= LONGEST_NAME:
            raise InvalidMessage(f"name: 姓名或岗位须为 1 至 {LONGEST_NAME} 字")
        place = in_place(me, person.jurisdiction)
        home = self._jurisdictions.get(place) if place else None
        if place and home is None:
            raise InvalidMessage(f"jurisdiction: 没有辖区 {place}")
        if person.unit and (home is None or home.unit(person.unit) is None):
            raise InvalidMessage(f"unit: 所选辖区没有单位 {person.unit}")
        return Person(person.login, name, person.role, place, person.unit, person.channels)

    def _counts(self) -> tuple[ColumnElement[bool], ...]:
        now = self._clock.now()
        idle = now - real_span(self._clock, self._people.unused_for)
        used = func.coalesce(sign_ins.c.used_at, sign_ins.c.created_at)
        return sign_ins.c.expires_at > now, used > idle

    def _counting(self) -> Select[Any]:
        used = func.coalesce(sign_ins.c.used_at, sign_ins.c.created_at)
        counted = select(sign_ins.c.login, func.count().label("many"), func.max(used).label("used"))
        return counted.where(*self._counts()).group_by(sign_ins.c.login)

    def _account(self, row: Row[Any], counted: Row[Any] | None) -> Account:
        locked = (
            row.locked_until if row.locked_until and row.locked_until > self._clock.now() else None
        )
        many, used = (counted.many, counted.used) if counted else (0, None)
        return Account(person_in(self._engine, row), row.active, row.created_at, locked, many, used)
