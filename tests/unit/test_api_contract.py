"""The OpenAPI document is kept to: whatever a client sends within it or beside it, the API answers
as the document says, and never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.pytest import from_fixture
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from responder.api.app import create_api
from responder.api.services import COOKIE, csrf_token
from responder.handlers import respond_handler
from responder.store import TicketStore
from stream.sql import open_engine
from stream.sqlite_index import SqliteIndex
from tests.api_world import HOMES, SECRET, quick_people, services_over
from tests.loopback import serving
from tests.responder_world import (
    HOUR,
    MINUTE,
    NOON,
    SetClock,
    changed,
    judged,
    post,
    recorded,
    relevant,
)

FIRE = post(1, "北坡仓库起火", "联系人 13900001234")
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@dataclass(frozen=True, slots=True)
class House:
    """Where the API is served, and the headers of an administrator."""

    url: str
    headers: dict[str, str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The API over a store with one ticket."""
    folder = tmp_path_factory.mktemp("contract")
    engine = open_engine(f"sqlite:///{folder / 't.db'}", durable=False)
    TicketStore(engine).migrate()
    clock = SetClock(NOON + HOUR)
    people = quick_people(engine, clock)
    people.create_admin("root", "管理员", SECRET)
    index = SqliteIndex(folder / "index.db")
    index.put([judged(FIRE)])
    handle = respond_handler(TicketStore(engine), HOMES, SetClock(NOON + 10 * MINUTE))
    handle(recorded(changed(relevant(FIRE))))
    token = people.sign_in("root", SECRET)
    headers = {"cookie": f"{COOKIE}={token}", "x-csrf-token": csrf_token(token)}
    with serving(create_api(services_over(engine, index, people, clock))) as url:
        yield House(url, headers)
    index.close()
    engine.dispose()


@pytest.fixture(scope="module")
def api_schema(house: House) -> object:
    found = schemathesis.openapi.from_url(f"{house.url}/api/openapi.json")
    # Signing out would end the session that all other requests come under.
    return found.include(path_regex="^/api/").exclude(path="/api/v1/session", method="DELETE")


contract = from_fixture("api_schema")


@contract.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_documented(case: schemathesis.Case, house: House) -> None:
    case.call_and_validate(headers=house.headers, checks=list(CHECKS))


def test_the_document_tells_examples_and_refusals(house: House) -> None:
    document = httpx.get(f"{house.url}/api/openapi.json", trust_env=False).json()
    acts = document["paths"]["/api/v1/tickets/{ticket_id}/acts"]["post"]
    assert {"401", "403", "404", "409", "412", "428"} <= set(acts["responses"])
    named = [one["name"] for one in acts["parameters"]]
    assert {"If-Match", "Idempotency-Key"} <= set(named)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
    assert set(document["components"]["securitySchemes"]) == {"key", "cookie"}
