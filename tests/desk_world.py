"""What the desks' tests stand on: a store on each database, the people of the district, and the
word of grouping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine

from responder.handlers import respond_handler
from responder.people import People, Person, Role
from responder.store import TicketStore
from stream.messages import EventChanged
from stream.sql import open_engine
from tests.responder_world import MINUTE, NOON, SetClock, district, recorded
from yuqing.domain.clock import Clock

HOMES = {"qinghe": district("json://127.0.0.1:9/hook")}
SECRET = "quiet-lake-77"
ROOT = Person("root", "管理员", Role.ADMIN)
QIN = Person("qin", "区管理员", Role.ADMIN, "qinghe")
LIN = Person("lin", "林一", Role.MONITOR, "qinghe")
ANA = Person("ana", "安娜", Role.ANALYST, "qinghe")
CHEN = Person("chen", "陈二", Role.UNIT, "qinghe", "yingji")
HOU = Person("hou", "侯三", Role.UNIT, "qinghe", "renshe")
SHEN = Person("shen", "沈四", Role.REVIEWER, "qinghe")
WU = Person("wu", "吴五", Role.LEADER, "qinghe")
FAR = Person("far", "远方", Role.ANALYST, "yunxi")
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
"""The databases that a fixture `engine` is made on, by `store_on`."""


@contextmanager
def store_on(request: pytest.FixtureRequest, folder: Path, *staff: Person) -> Iterator[Engine]:
    """A ticket store on the database that `request` asks for, with the accounts of `staff`."""
    sqlite = f"sqlite:///{folder / 't.db'}"
    on_sqlite = request.param == "sqlite"
    made = open_engine(sqlite if on_sqlite else request.getfixturevalue("postgres_url"))
    TicketStore(made).migrate()
    hire(made, *staff)
    yield made
    made.dispose()


def hire(engine: Engine, *staff: Person) -> None:
    """Accounts for `staff`."""
    people = quick_people(engine, SetClock())
    for person in staff:
        people.create(person, SECRET)


def quick_people(engine: Engine, clock: Clock) -> People:
    """Accounts whose passwords are hashed as fast as argon2 can."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    return People(engine, clock, quick)


def tell(engine: Engine, *changes: EventChanged, at: timedelta = 10 * MINUTE) -> None:
    """Grouping tells of events; tickets open for what asks for one."""
    handle = respond_handler(TicketStore(engine), HOMES, SetClock(NOON + at))
    assert handle(recorded(*changes)).refused == ()
