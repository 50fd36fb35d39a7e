"""The OpenAPI document is kept to: whatever a client sends within it or beside it, the API answers
as the document says, and never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from fastapi.testclient import TestClient
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
from responder.handlers import respond_handler
from responder.people import Person, Role
from responder.store import TicketStore
from stream.sql import open_engine
from stream.sqlite_index import SqliteIndex
from tests.api_world import HOMES, SECRET, quick_people, services_over
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


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[object, dict[str, str]]]:
    """The application over a store with one ticket, and the headers of an administrator."""
    folder: Path = tmp_path_factory.mktemp("contract")
    engine = open_engine(f"sqlite:///{folder / 't.db'}", durable=False)
    TicketStore(engine).migrate()
    clock = SetClock(NOON + HOUR)
    people = quick_people(engine, clock)
    people.create_admin("root", "管理员", SECRET)
    people.create(Person("chen", "陈二", Role.UNIT, "qinghe", "yingji"), SECRET)
    index = SqliteIndex(folder / "index.db")
    index.put([judged(FIRE)])
    handle = respond_handler(TicketStore(engine), HOMES, SetClock(NOON + 10 * MINUTE))
    handle(recorded(changed(relevant(FIRE))))
    app = create_api(services_over(engine, index, people, clock))
    with TestClient(app) as web:
        form = {"login": "root", "password": SECRET}
        answer = web.post("/api/v1/session", json=form)
        cookie = f"yuqing_session={answer.cookies['yuqing_session']}"
    yield app, {"cookie": cookie, "x-csrf-token": answer.json()["csrf_token"]}
    index.close()
    engine.dispose()


@pytest.fixture(scope="module")
def api_schema(session: tuple[object, dict[str, str]]) -> object:
    found = schemathesis.openapi.from_asgi("/api/openapi.json", session[0])
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
def test_every_operation_answers_as_documented(
    case: schemathesis.Case, session: tuple[object, dict[str, str]]
) -> None:
    case.call_and_validate(headers=session[1], checks=list(CHECKS))


def test_the_document_tells_examples_and_refusals(session: tuple[object, dict[str, str]]) -> None:
    with TestClient(session[0]) as web:  # type: ignore[arg-type]
        document = web.get("/api/openapi.json").json()
    acts = document["paths"]["/api/v1/tickets/{ticket_id}/acts"]["post"]
    assert {"401", "403", "404", "409", "412", "428"} <= set(acts["responses"])
    named = [one["name"] for one in acts["parameters"]]
    assert {"If-Match", "Idempotency-Key"} <= set(named)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
    assert set(document["components"]["securitySchemes"]) == {"key", "cookie"}
