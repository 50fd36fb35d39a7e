"""Accounts: argon2 at rest, lockout, sign-ins that expire in real time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, select

from responder.audit_check import verify
from responder.people import People, Person, Role
from responder.schema import people as table
from responder.schema import sign_ins
from responder.schema_doors import audit_log
from responder.sign_ins import FAILURES, LOCKED_FOR, SIGNED_IN_FOR, UNUSED_FOR
from responder.store import TicketStore
from stream.sql import open_engine
from tests.responder_world import MINUTE, SetClock
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound

QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
SECRET = "红杉-quiet-lake-7"
WRONG = "红杉-quiet-lake-8"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def people(engine: Engine, clock: SetClock) -> People:
    made = People(engine, clock, QUICK)
    made.create(Person("lin", "林一", Role.MONITOR, "qinghe"), SECRET)
    return made


def test_the_database_holds_neither_password_nor_token(people: People, engine: Engine) -> None:
    token = people.sign_in("lin", SECRET)
    with engine.connect() as connection:
        row = connection.execute(select(table)).one()
        kept = connection.execute(select(sign_ins)).one()
    assert row.password.startswith("$argon2id$")
    assert SECRET not in row.password
    assert token not in str(tuple(kept))
    assert people.person_of(token) == Person("lin", "林一", Role.MONITOR, "qinghe")


def test_signing_in_never_tells_what_was_wrong(people: People) -> None:
    said = set()
    for login, password in (("lin", WRONG), ("nobody", SECRET), ("Lin\x00", SECRET), ("lin", "")):
        with pytest.raises(NotAllowed) as refusal:
            people.sign_in(login, password)
        said.add(str(refusal.value))
    assert len(said) == 1


def test_too_many_failures_lock_the_account_for_a_while(people: People, clock: SetClock) -> None:
    for _ in range(FAILURES):
        with pytest.raises(NotAllowed):
            people.sign_in("lin", WRONG)
    with pytest.raises(NotAllowed):
        people.sign_in("lin", SECRET)
    clock.pass_by(LOCKED_FOR + MINUTE)
    assert people.sign_in("lin", SECRET)


def test_a_success_forgives_earlier_failures(people: People) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            with pytest.raises(NotAllowed):
                people.sign_in("lin", WRONG)
        people.sign_in("lin", SECRET)


def test_a_sign_in_expires_and_can_be_ended(people: People, clock: SetClock) -> None:
    first, second = people.sign_in("lin", SECRET), people.sign_in("lin", SECRET)
    people.sign_out(first)
    people.sign_out("never-was")
    assert people.person_of(first) is None
    assert people.person_of(second) is not None
    clock.pass_by(SIGNED_IN_FOR + MINUTE)
    assert people.person_of(second) is None


def test_a_sign_in_that_nobody_uses_ends_and_one_in_use_lasts(
    people: People, clock: SetClock
) -> None:
    used, forgotten = people.sign_in("lin", SECRET), people.sign_in("lin", SECRET)
    for _ in range(3):
        clock.pass_by(UNUSED_FOR - MINUTE)
        assert people.person_of(used) is not None
    assert people.person_of(forgotten) is None
    clock.pass_by(UNUSED_FOR)
    assert people.person_of(used) is None


def test_what_befalls_an_account_is_in_the_audit_log(people: People, engine: Engine) -> None:
    for _ in range(FAILURES):
        with pytest.raises(NotAllowed):
            people.sign_in("lin", WRONG)
    people.set_password("lin", SECRET, by="root")
    people.sign_out(people.sign_in("lin", SECRET))
    with engine.connect() as connection:
        rows = connection.execute(select(audit_log).order_by(audit_log.c.number)).all()
    assert [(row.what, row.who) for row in rows] == [
        ("person_created", "command_line"),
        ("locked_out", "lin"),
        ("password_set", "root"),
        ("signed_in", "lin"),
        ("signed_out", "lin"),
    ]
    assert SECRET not in str(rows)
    assert verify(engine).findings == ()


def test_another_house_lets_in_only_who_has_an_account(people: People) -> None:
    assert people.person_of(people.sign_in_known("lin", "oidc")) is not None
    people.change(Person("lin", "林一", Role.MONITOR, "qinghe"), active=False)
    for login in ("lin", "nobody", "key.lin"):
        with pytest.raises(NotAllowed):
            people.sign_in_known(login, "oidc")


def test_on_a_fast_clock_a_sign_in_lasts_as_long_in_real_time(engine: Engine) -> None:
    clock = SetClock(rate=600)
    people = People(engine, clock, QUICK, unused_for=SIGNED_IN_FOR)
    people.create_admin("root", "管理员", SECRET)
    token = people.sign_in("root", SECRET)
    clock.pass_by(SIGNED_IN_FOR * 600 - timedelta(minutes=10))
    assert people.person_of(token) is not None
    clock.pass_by(timedelta(minutes=20))
    assert people.person_of(token) is None


def test_an_account_made_inactive_or_given_a_new_password_is_signed_out(people: People) -> None:
    token = people.sign_in("lin", SECRET)
    people.set_password("lin", WRONG)
    assert people.person_of(token) is None
    token = people.sign_in("lin", WRONG)
    people.change(Person("lin", "林一", Role.MONITOR, "qinghe"), active=False)
    assert people.person_of(token) is None
    with pytest.raises(NotAllowed):
        people.sign_in("lin", WRONG)
    assert people.everybody() == ()


@pytest.mark.parametrize(
    ("person", "password", "field"),
    [
        (Person("Li n", "x", Role.ADMIN), SECRET, "login"),
        (Person("li", "x", Role.ADMIN), "short", "password"),
        (Person("li", "x", Role.ADMIN), "长" * 129, "password"),
        (Person("li", "x", Role.UNIT, "qinghe"), SECRET, "unit"),
    ],
)
def test_unfit_accounts_are_refused(
    people: People, person: Person, password: str, field: str
) -> None:
    with pytest.raises(InvalidMessage, match=field):
        people.create(person, password)


def test_logins_are_unique_and_strangers_unknown(people: People) -> None:
    with pytest.raises(Conflict):
        people.create_admin("lin", "另一个", SECRET)
    with pytest.raises(NotFound):
        people.set_password("nobody", SECRET)
    with pytest.raises(NotFound):
        people.change(Person("nobody", "x", Role.ADMIN))


def test_a_change_makes_no_unfit_account(people: People) -> None:
    with pytest.raises(InvalidMessage, match="unit"):
        people.change(Person("lin", "林一", Role.UNIT, "qinghe"))


def test_a_right_guess_among_many_at_once_does_not_slip_past_the_lock(engine: Engine) -> None:
    class Racing(PasswordHash):
        people: People
        rival = False

        def verify(self, password: str | bytes, hash: str | bytes) -> bool:
            if not self.rival:
                self.rival = True
                for _ in range(FAILURES):
                    with pytest.raises(NotAllowed):
                        self.people.sign_in("lin", "wrong" * 3)
            return super().verify(password, hash)

    hasher = Racing((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    hasher.people = People(engine, SetClock(), hasher)
    hasher.people.create(Person("lin", "林一", Role.MONITOR, "qinghe"), "quiet-lake-77")
    with pytest.raises(NotAllowed):
        hasher.people.sign_in("lin", "quiet-lake-77")


def test_a_password_with_more_behind_it_is_another(people: People) -> None:
    longest = "长" * 128
    people.set_password("lin", longest)
    with pytest.raises(NotAllowed):
        people.sign_in("lin", longest + "x")
    assert people.sign_in("lin", longest)
