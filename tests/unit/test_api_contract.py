"""The OpenAPI document is kept to: whatever a client sends within it or beside it, the API answers
as the document says, and never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, settings
from jsonschema_rs import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)

from responder.api.services import COOKIE, csrf_token
from tests.api_world import open_house
from tests.desk_world import SECRET

Operation = APIOperation[Any, Any, Any, Any]
AnyCase = schemathesis.Case[Any]
EXAMPLES = 10
"""For each operation: enough to meet odd texts and numbers, few enough to run every day."""
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
)


@dataclass(frozen=True, slots=True)
class House:
    """Where the API is served, a client, and the headers of an administrator."""

    url: str
    web: httpx.Client
    headers: dict[str, str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The API over a store with one ticket."""
    with (
        open_house(tmp_path_factory.mktemp("contract")) as made,
        httpx.Client(trust_env=False, timeout=120) as web,
    ):
        token = made.people.sign_in("root", SECRET)
        headers = {"cookie": f"{COOKIE}={token}", "x-csrf-token": csrf_token(token)}
        yield House(made.address, web, headers)


def operations(house: House) -> list[Operation]:
    found = schemathesis.openapi.from_url(f"{house.url}/api/openapi.json")
    # Signing out would end the session that all other requests come under.
    kept = found.include(path_regex="^/api/").exclude(path="/api/v1/session", method="DELETE")
    return [one.ok() for one in kept.get_all_operations() if isinstance(one, Ok)]


def sent(house: House, case: AnyCase) -> httpx.Response:
    """What the API answers to `case`; what cannot be sent over HTTP at all is no case."""
    told = case.as_transport_kwargs(house.url)
    headers = {**dict(told.get("headers") or {}), **house.headers}
    body = {"content": told["data"]} if told.get("data") is not None else {}
    body |= {"json": told["json"]} if told.get("json") is not None else {}
    method, url, params = told["method"], told["url"], told.get("params")
    try:
        return house.web.request(method, url, params=params, headers=headers, **body)
    except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeEncodeError):
        reject()


def check_shape(document: dict[str, Any], operation: Operation, answer: httpx.Response) -> None:
    """What came back has the shape that is documented for its status."""
    # Ours, for schemathesis rewrites prefixItems to what JSON Schema 2020-12 no longer allows.
    told = document["paths"][operation.path][operation.method.lower()]["responses"]
    kind = answer.headers.get("content-type", "").partition(";")[0]
    shape = told[str(answer.status_code)].get("content", {}).get(kind, {}).get("schema")
    if shape and "json" in kind:
        whole = shape | {"components": document["components"]}
        Draft202012Validator(whole).validate(answer.json())


def test_every_operation_answers_as_documented(house: House) -> None:
    known = operations(house)
    document = house.web.get(f"{house.url}/api/openapi.json").json()
    for operation in known:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: AnyCase) -> None:
            answer = sent(house, case)
            case.validate_response(answer, checks=list(CHECKS))
            check_shape(document, case.operation, answer)

        check()
    assert len(known) > 30


def test_the_document_tells_examples_and_refusals(house: House) -> None:
    document = house.web.get(f"{house.url}/api/openapi.json").json()
    acts = document["paths"]["/api/v1/tickets/{ticket_id}/acts"]["post"]
    assert {"401", "403", "404", "409", "412", "428"} <= set(acts["responses"])
    named = [one["name"] for one in acts["parameters"]]
    assert {"If-Match", "Idempotency-Key"} <= set(named)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            if "requestBody" in operation:
                assert exemplified(document, operation), (method, path)
    assert set(document["components"]["securitySchemes"]) == {"key", "cookie"}


def exemplified(document: dict[str, Any], operation: dict[str, Any]) -> bool:
    """Whether the body is shown by example: as a whole, or each field that must be given."""
    named = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    shape = document["components"]["schemas"][named.rpartition("/")[2]]
    needed = [shape["properties"][name] for name in shape.get("required", ())]
    shown = [one for one in needed if "examples" in one or one.get("type") == "boolean"]
    return "examples" in shape or (bool(needed) and len(shown) == len(needed))
