"""Who works here: accounts, made and changed by administrators and the command line.

Every change of an account is noted in the audit log, and so is every sign-in. Passwords rest as
argon2 hashes: whoever reads the database cannot use them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from responder.person import KEY_PREFIX, Person, Role, person_in
from responder.schema import people as table
from responder.schema import sign_ins
from responder.sealing import sealed
from responder.sign_ins import LOGIN, LONGEST, SignIns
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, InvalidMessage, NotFound

__all__ = ["COMMAND_LINE", "KEY_PREFIX", "People", "Person", "Role", "everybody", "names_of"]

COMMAND_LINE = "command_line"
SHORTEST = 10


class People(SignIns):
    """Accounts and sign-ins in the ticket store. All methods raise RetryLater when it is away."""

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

    def change_password(self, login: str, old: str, new: str) -> None:
        """A person's own new password, for who knows the `old` one; guesses at it count as those
        at the door do. All sign-ins of the account end. Raises NotAllowed, InvalidMessage."""
        _check_password(new)
        self.sign_in(login, old)
        self.set_password(login, new, login)

    def end_sign_ins(self, login: str, by: str) -> int:
        """Sign `login` out everywhere; returns how many sign-ins ended."""
        mine = delete(sign_ins).where(sign_ins.c.login == login)
        with failures_named(), self._engine.begin() as connection:
            ended = connection.execute(mine).rowcount
            self._note(connection, by, "sign_ins_ended", login, {"ended": ended})
        return ended

    def everybody(self) -> tuple[Person, ...]:
        """All active accounts, by login."""
        return everybody(self._engine)

    def check(self) -> None:
        """Nothing, when the store answers. Raises RetryLater."""
        with failures_named(), reading(self._engine).begin() as connection:
            connection.execute(select(table.c.login).limit(1))


def everybody(engine: Engine) -> tuple[Person, ...]:
    """All active accounts, by login."""
    query = select(table).where(table.c.active).order_by(table.c.login)
    with failures_named(), reading(engine).begin() as connection:
        return tuple(person_in(engine, row) for row in connection.execute(query))


def names_of(engine: Engine) -> dict[str, str]:
    """Logins and the names they stand for, also of accounts that were shut: what they did stays."""
    query = select(table.c.login, table.c.name).order_by(table.c.login)
    with failures_named(), reading(engine).begin() as connection:
        return {row.login: row.name for row in connection.execute(query)}


def _check(person: Person) -> None:
    if not LOGIN.fullmatch(person.login) or person.login.startswith(KEY_PREFIX):
        raise InvalidMessage(
            "login: 账号只能用小写字母、数字和 . _ -，且以字母或数字开头，不以 key. 开头"
        )
    if person.role is Role.UNIT and not (person.unit and person.jurisdiction):
        raise InvalidMessage("unit: 责任单位账号必须写明辖区和单位")


def _check_password(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidMessage(f"password: 密码须为 {SHORTEST} 至 {LONGEST} 个字符")


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
