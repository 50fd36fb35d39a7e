"""What the API's tests stand on: real stores in a folder behind a real server, and one case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx import Client, Response
from sqlalchemy import Engine

from responder.api.app import create_api
from responder.api.services import Services
from responder.desk import Desk
from responder.keys import Keys
from responder.people import People
from responder.repeats import Repeats
from responder.store import TicketStore
from responder.webhooks import Webhooks
from stream.index import Index
from stream.messages import EventChanged
from stream.sql import open_engine
from stream.sqlite_index import SqliteIndex
from tests.desk_world import ANA, CHEN, FAR, HOU, LIN, QIN, ROOT, SECRET, quick_people, tell
from tests.loopback import serving
from tests.responder_world import (
    HOUR,
    NOON,
    SetClock,
    changed,
    district,
    judged,
    post,
    relevant,
)

HOMES = {"qinghe": district()}
PHONE = "13900001234"
PROBLEM = "application/problem+json"
FIRE = post(1, "北坡仓库起火", f"联系人 {PHONE}")
CASE = {
    "jurisdiction": "qinghe",
    "title": "来电反映路灯不亮",
    "text": "南湖路",
    "topic": "urban",
    "grade": 1,
    "emergency": False,
}
STAFF = (ROOT, QIN, LIN, ANA, CHEN, HOU, FAR)


@dataclass(frozen=True, slots=True)
class House:
    """The API over stores of its own, with everybody of STAFF."""

    engine: Engine
    clock: SetClock
    people: People
    desk: Desk
    index: SqliteIndex
    api: FastAPI
    address: str

    @contextmanager
    def signed_in(self, login: str) -> Iterator[Client]:
        """A client of somebody with a cookie and its token."""
        with self.stranger() as web:
            answer = web.post("/session", json={"login": login, "password": SECRET})
            assert answer.status_code == 200, answer.text
            web.headers["x-csrf-token"] = answer.json()["csrf_token"]
            yield web

    def stranger(self) -> Client:
        """A client of nobody; patient, for the machine may be busy."""
        return Client(base_url=f"{self.address}/api/v1", trust_env=False, timeout=120)

    def keyed(self, root: Client, *scopes: str, **more: Any) -> tuple[Client, str]:
        """A client with a key that `root` makes, and the key's number."""
        form = {"name": "热线平台", "role": "monitor", "scopes": scopes, "jurisdiction": "qinghe"}
        made = root.post("/keys", json=form | more)
        assert made.status_code == 201, made.text
        web = self.stranger()
        web.headers["authorization"] = f"Bearer {made.json()['token']}"
        return web, made.json()["key"]["key_id"]

    def tell(self, *changes: EventChanged) -> None:
        """Grouping tells of events; tickets open for what asks for one."""
        tell(self.engine, *changes)


@contextmanager
def empty_store(folder: Path) -> Iterator[Engine]:
    """A ticket store of its own."""
    engine = open_engine(f"sqlite:///{folder / 't.db'}", durable=False)
    TicketStore(engine).migrate()
    yield engine
    engine.dispose()


@contextmanager
def open_house(folder: Path, problems: Callable[[], Sequence[str]] = lambda: ()) -> Iterator[House]:
    """A house with one ticket, of FIRE."""
    index = SqliteIndex(folder / "index.db")
    index.put([judged(FIRE)])
    with empty_store(folder) as engine:
        clock = SetClock(NOON + HOUR)
        people = quick_people(engine, clock)
        for person in STAFF:
            people.create(person, SECRET)
        services = services_over(engine, index, people, clock, problems)
        tell(engine, changed(relevant(FIRE)))
        api = create_api(services)
        with serving(api) as url:
            yield House(engine, clock, people, services.desk, index, api, url)
    index.close()


def problem(answer: Response, status: int, code: str | None = None) -> str:
    """What a refusal says to people; it must be a problem document."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status
    assert code in (None, body["code"]), body
    return str(body["detail"])


def ticket_of(web: Client) -> str:
    """The newest ticket that the client sees."""
    return str(web.get("/tickets").json()["lines"][0]["ticket_id"])


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
