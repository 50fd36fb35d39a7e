"""What the API's tests stand on: real stores in a folder, and one case."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine

from responder.api.services import Services
from responder.desk import Desk
from responder.keys import Keys
from responder.people import People
from responder.repeats import Repeats
from responder.webhooks import Webhooks
from stream.index import Index
from tests.responder_world import SetClock, district
from yuqing.domain.clock import Clock

HOMES = {"qinghe": district()}
SECRET = "quiet-lake-77"


def quick_people(engine: Engine, clock: Clock) -> People:
    """Accounts whose passwords are hashed as fast as argon2 can."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    return People(engine, clock, quick)


def services_over(
    engine: Engine,
    index: Index,
    people: People,
    clock: SetClock,
    problems: Callable[[], Sequence[str]] = lambda: (),
) -> Services:
    """Everything the API stands on."""
    return Services(
        desk=Desk(engine, HOMES),
        index=index,
        people=people,
        keys=Keys(engine, clock),
        repeats=Repeats(engine, clock),
        webhooks=Webhooks(engine, clock),
        clock=clock,
        problems=problems,
    )
