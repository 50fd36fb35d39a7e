"""The console's door over real HTTP: forms that foreign pages cannot send, and OpenID Connect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Client, Response
from joserfc.jwk import RSAKey
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine

from responder.accounts import Accounts
from responder.api.services import COOKIE
from responder.console.backstage import Backstage
from responder.console.render import environment
from responder.console.session import AWAY, DOOR, add_sign_in
from responder.desk import Desk
from responder.keys import Keys
from responder.machines import Machines
from responder.oidc import STAY, Oidc, OidcPlan
from responder.people import People, Person, Role
from responder.store import TicketStore
from responder.webhooks import Webhooks
from stream import pulse
from stream.pulse import Pulse
from stream.sql import open_engine
from stream.sqlite_index import SqliteIndex
from tests.loopback import serving
from tests.oidc_provider import CLIENT, SECRET, Provider
from tests.responder_world import NOON, SetClock, district

HOMES = {"qinghe": district()}
PASSWORD = "quiet-lake-77"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    pulse.migrate_tables(made)
    yield made
    made.dispose()


@pytest.fixture
def people(engine: Engine, clock: SetClock) -> People:
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    made = People(engine, clock, quick)
    made.create(Person("lin", "林一", Role.MONITOR, "qinghe"), PASSWORD)
    return made


@pytest.fixture
def provider(clock: SetClock) -> Iterator[Provider]:
    made = Provider(lambda: int(clock.now().timestamp()))
    with serving(made.app()) as url:
        made.issuer = url
        yield made


@pytest.fixture
def web(
    engine: Engine, people: People, provider: Provider, clock: SetClock, tmp_path: Path
) -> Iterator[Client]:
    app, index = FastAPI(), SqliteIndex(tmp_path / "index.db")
    with serving(app) as url:
        plan = OidcPlan(provider.issuer, CLIENT, SECRET, url)
        stage = Backstage(
            desk=Desk(engine, HOMES),
            people=people,
            accounts=Accounts(engine, people, clock, HOMES),
            machines=Machines(Keys(engine, clock), Webhooks(engine, clock), HOMES),
            index=index,
            pulse=Pulse(engine),
            clock=clock,
            jurisdictions=HOMES,
            source_names={},
            reports=tmp_path,
            write_report=lambda _code, _week: tmp_path,
            oidc=Oidc(plan, "seal", clock.now),
        )
        add_sign_in(app, stage, environment("Asia/Shanghai"))
        with Client(base_url=url, trust_env=False) as made:
            yield made
    index.close()


def hidden(page: Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def entered(web: Client) -> Response:
    form = {"login": "lin", "password": PASSWORD, "door": hidden(web.get("/sign-in"), "door")}
    return web.post("/sign-in", data=form)


def test_the_form_is_taken_only_from_its_own_page(web: Client) -> None:
    form = {"login": "lin", "password": PASSWORD}
    assert web.post("/sign-in", data=form).status_code == 403
    assert web.post("/sign-in", data=form | {"door": "guessed"}).status_code == 403
    assert COOKIE not in web.cookies
    answer = entered(web)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookies = answer.headers["set-cookie"].lower()
    assert "httponly" in cookies
    assert "samesite=lax" in cookies
    assert DOOR in web.cookies


def test_a_foreign_page_cannot_sign_anybody_out(web: Client, people: People) -> None:
    entered(web)
    token = web.cookies[COOKIE]
    web.post("/sign-out", data={"csrf": "guessed"})
    web.post("/sign-out")
    assert people.person_of(token) is not None


def away(web: Client) -> Response:
    """To the provider and to the point of coming back, which is not yet asked for."""
    left = web.get("/sign-in/oidc", params={"next": "/tickets?state=triage"})
    assert left.status_code == 303, left.text
    there = web.get(left.headers["location"])
    assert there.status_code == 307, there.text
    return there


def test_another_house_lets_in_who_has_an_account(web: Client, people: People) -> None:
    answer = web.get(away(web).headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets?state=triage")
    person = people.person_of(web.cookies[COOKIE])
    assert person is not None
    assert person.login == "lin"
    assert AWAY not in web.cookies


def test_who_has_no_account_is_not_let_in(web: Client, provider: Provider) -> None:
    provider.login = "stranger"
    answer = web.get(away(web).headers["location"])
    assert answer.status_code == 401
    assert "没有登记" in answer.text
    assert COOKIE not in web.cookies


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://elsewhere.example"},
        {"aud": "another"},
        {"nonce": "old"},
        {"exp": int((NOON - timedelta(hours=1)).timestamp())},
        {"preferred_username": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    web: Client, provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.bend = lambda claims: claims.update(wrong)
    assert web.get(away(web).headers["location"]).status_code == 401
    assert COOKIE not in web.cookies


def test_a_token_signed_by_somebody_else_is_refused(web: Client, provider: Provider) -> None:
    provider.signer = RSAKey.generate_key(2048)
    assert web.get(away(web).headers["location"]).status_code == 401


def test_only_the_browser_that_left_comes_back(web: Client, clock: SetClock) -> None:
    first = away(web).headers["location"]
    web.cookies.delete(AWAY)
    assert web.get(first).status_code == 401
    away(web)
    assert web.get(first).status_code == 401  # the state is that of another visit
    late = away(web).headers["location"]
    clock.pass_by(STAY + timedelta(seconds=1))
    assert web.get(late).status_code == 401
    web.cookies.set(AWAY, "made.up")
    assert web.get(late).status_code == 401


def test_a_provider_that_is_away_is_said(web: Client, provider: Provider) -> None:
    there = away(web).headers["location"]
    provider.asked.clear()
    assert web.get(there).status_code == 401
    provider.issuer = "http://another.example"
    assert web.get("/sign-in/oidc").status_code == 503
