"""Administrators and other people's accounts: whom they reach, what they cannot do by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, select

from responder.accounts import Accounts
from responder.audit_check import verify
from responder.people import People, Person, Role
from responder.schema_doors import audit_log
from responder.sign_ins import FAILURES, UNUSED_FOR
from responder.store import TicketStore
from stream.sql import open_engine
from tests.responder_world import MINUTE, SetClock, district
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound

QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
SECRET = "quiet-lake-77"
ROOT = Person("root", "管理员", Role.ADMIN)
LOCAL = Person("bendi", "本地管理员", Role.ADMIN, "qinghe")
LIN = Person("lin", "林一", Role.MONITOR, "qinghe", channels=("mailto://a:b@example.org",))
HOMES = {"qinghe": district()}


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
    for person in (ROOT, LOCAL, LIN):
        made.create(person, SECRET)
    return made


@pytest.fixture
def accounts(engine: Engine, people: People, clock: SetClock) -> Accounts:
    return Accounts(engine, people, clock, HOMES)


def noted(engine: Engine, what: str) -> list[tuple[str, str]]:
    query = select(audit_log.c.who, audit_log.c.subject).where(audit_log.c.what == what)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(audit_log.c.number))]


def test_a_new_account_opens_with_the_password_that_is_returned_once(
    accounts: Accounts, people: People, engine: Engine
) -> None:
    chen = Person("chen", " 陈二 ", Role.UNIT, "qinghe", "yingji")
    password = accounts.create(ROOT, chen)
    found = people.person_of(people.sign_in("chen", password))
    assert found == replace(chen, name="陈二")
    assert noted(engine, "person_created")[-1] == ("root", "person:chen")
    assert verify(engine).findings == ()


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (Person("chen", "陈二", Role.UNIT, "qinghe", "nowhere"), "unit"),
        (Person("chen", "陈二", Role.UNIT, "qinghe"), "unit"),
        (Person("chen", "陈二", Role.UNIT, None, "yingji"), "unit"),
        (Person("chen", "陈二", Role.MONITOR, "atlantis"), "jurisdiction"),
        (Person("chen", " ", Role.MONITOR, "qinghe"), "name"),
        (Person("Chen", "陈二", Role.MONITOR, "qinghe"), "login"),
        (Person("key.chen", "陈二", Role.MONITOR, "qinghe"), "login"),
    ],
)
def test_an_account_that_fits_nothing_is_refused_by_its_field(
    accounts: Accounts, person: Person, field: str
) -> None:
    with pytest.raises(InvalidMessage, match=f"^{field}: "):
        accounts.create(ROOT, person)


def test_only_administrators_look_and_only_at_their_own(accounts: Accounts, people: People) -> None:
    people.create(Person("far", "远方", Role.MONITOR, "beiling"), SECRET)
    with pytest.raises(NotAllowed):
        accounts.listed(LIN)
    assert [one.person.login for one in accounts.listed(LOCAL)] == ["bendi", "lin"]
    assert len(accounts.listed(ROOT)) == 4
    for reach in (accounts.reset, accounts.end_sign_ins, accounts.sign_ins):
        with pytest.raises(NotFound):
            reach(LOCAL, "far")
        with pytest.raises(NotFound):
            reach(LOCAL, "root")


def test_one_jurisdictions_administrator_makes_accounts_of_it_only(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        accounts.create(LOCAL, Person("chen", "陈二", Role.MONITOR, "beiling"))
    accounts.create(LOCAL, Person("chen", "陈二", Role.ADMIN, None))
    made = {one.person.login: one.person for one in accounts.listed(ROOT)}["chen"]
    assert made.jurisdiction == "qinghe"


def test_who_is_signed_in_and_who_is_locked_is_told(
    accounts: Accounts, people: People, clock: SetClock
) -> None:
    people.sign_in("lin", SECRET)
    clock.pass_by(MINUTE)
    people.sign_in("lin", SECRET)
    lin = {one.person.login: one for one in accounts.listed(ROOT)}["lin"]
    assert (lin.signed_in, lin.used_at, lin.locked_until) == (2, clock.now(), None)
    since = [one.since for one in accounts.sign_ins(ROOT, "lin")]
    assert since == [clock.now(), clock.now() - MINUTE]
    for _ in range(FAILURES):
        with pytest.raises(NotAllowed):
            people.sign_in("lin", "not-the-password")
    locked = {one.person.login: one for one in accounts.listed(ROOT)}["lin"]
    assert locked.locked_until is not None
    clock.pass_by(UNUSED_FOR + timedelta(seconds=1))
    later = {one.person.login: one for one in accounts.listed(ROOT)}["lin"]
    assert (later.signed_in, later.used_at, later.locked_until) == (0, None, None)
    assert accounts.sign_ins(ROOT, "lin") == ()


def test_a_reset_ends_every_sign_in_and_lifts_the_lock(
    accounts: Accounts, people: People, engine: Engine
) -> None:
    token = people.sign_in("lin", SECRET)
    for _ in range(FAILURES):
        with pytest.raises(NotAllowed):
            people.sign_in("lin", "not-the-password")
    password = accounts.reset(ROOT, "lin")
    assert people.person_of(token) is None
    with pytest.raises(NotAllowed):
        people.sign_in("lin", SECRET)
    assert people.person_of(people.sign_in("lin", password)) == LIN
    assert noted(engine, "password_set") == [("root", "person:lin")]


def test_signing_out_everywhere_keeps_the_password(
    accounts: Accounts, people: People, engine: Engine
) -> None:
    tokens = [people.sign_in("lin", SECRET) for _ in range(2)]
    assert accounts.end_sign_ins(ROOT, "lin") == 2
    assert [people.person_of(token) for token in tokens] == [None, None]
    assert people.person_of(people.sign_in("lin", SECRET)) == LIN
    assert noted(engine, "sign_ins_ended") == [("root", "person:lin")]


def test_a_shut_account_opens_again_with_what_it_had(accounts: Accounts, people: People) -> None:
    token = people.sign_in("lin", SECRET)
    was = {one.person.login: one for one in accounts.listed(ROOT)}["lin"]
    accounts.switch(ROOT, was, active=False)
    assert people.person_of(token) is None
    shut = {one.person.login: one for one in accounts.listed(ROOT)}["lin"]
    assert not shut.active
    with pytest.raises(NotAllowed):
        people.sign_in("lin", SECRET)
    accounts.switch(ROOT, shut, active=True)
    assert people.person_of(people.sign_in("lin", SECRET)) == LIN


def test_a_change_upon_what_somebody_else_changed_is_a_conflict(
    accounts: Accounts, people: People
) -> None:
    token = people.sign_in("lin", SECRET)
    was = {one.person.login: one for one in accounts.listed(ROOT)}["lin"]
    accounts.change(ROOT, was, replace(LIN, role=Role.ANALYST))
    assert people.person_of(token) == replace(LIN, role=Role.ANALYST)
    with pytest.raises(Conflict):
        accounts.change(ROOT, was, replace(LIN, name="林大"))
    with pytest.raises(Conflict):
        accounts.switch(ROOT, replace(was, active=False), active=True)


def test_nobody_shuts_the_own_way_in(accounts: Accounts) -> None:
    mine = {one.person.login: one for one in accounts.listed(ROOT)}["root"]
    with pytest.raises(NotAllowed):
        accounts.switch(ROOT, mine, active=False)
    for other in (Role.MONITOR, Role.ANALYST):
        with pytest.raises(NotAllowed):
            accounts.change(ROOT, mine, replace(ROOT, role=other))
    with pytest.raises(NotAllowed):
        accounts.change(ROOT, mine, replace(ROOT, jurisdiction="qinghe"))
    accounts.change(ROOT, mine, replace(ROOT, name="总管理员"))
    assert accounts.listed(ROOT)[-1].person.name == "总管理员"


def test_ones_own_password_asks_for_the_old_one(people: People) -> None:
    token = people.sign_in("lin", SECRET)
    with pytest.raises(NotAllowed):
        people.change_password("lin", "not-the-password", "narrow-river-41")
    with pytest.raises(InvalidMessage, match=r"^password: "):
        people.change_password("lin", SECRET, "short")
    assert people.person_of(token) == LIN
    people.change_password("lin", SECRET, "narrow-river-41")
    assert people.person_of(token) is None
    assert people.person_of(people.sign_in("lin", "narrow-river-41")) == LIN
