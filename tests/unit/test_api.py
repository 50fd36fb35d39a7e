"""The HTTP API over real SQLite stores: doors, problems, and a ticket's way through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client
from sqlalchemy.event import listen

from responder.api.app import LARGEST_BODY
from responder.api.services import COOKIE
from tests.api_world import House, open_house, problem
from tests.desk_world import SECRET


class Behind:
    """What the pulse would tell."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def __call__(self) -> list[str]:
        return self.problems


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def house(tmp_path: Path, behind: Behind) -> Iterator[House]:
    with open_house(tmp_path, behind) as made:
        yield made


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with Client(base_url=house.address, trust_env=False, timeout=120) as web:
        yield web


@pytest.fixture
def root(client: Client) -> Client:
    answer = client.post("/api/v1/session", json={"login": "root", "password": SECRET})
    assert answer.status_code == 200, answer.text
    client.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return client


def test_a_stranger_learns_nothing(client: Client) -> None:
    for path in ("tickets", "tickets/X-1", "events", "posts", "watchlists", "notices", "counts"):
        problem(client.get(f"/api/v1/{path}"), 401)
    problem(client.post("/api/v1/session", json={"login": "root", "password": "wrong" * 3}), 401)
    client.cookies.set(COOKIE, "made-up")
    problem(client.get("/api/v1/session"), 401)


def test_the_cookie_is_out_of_reach_of_scripts(client: Client) -> None:
    answer = client.post("/api/v1/session", json={"login": "root", "password": SECRET})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    who = client.get("/api/v1/session").json()
    assert (who["role"], who["csrf_token"]) == ("admin", answer.json()["csrf_token"])
    assert answer.json()["csrf_token"] not in cookie
    csrf = {"x-csrf-token": who["csrf_token"]}
    assert client.delete("/api/v1/session", headers=csrf).status_code == 204
    problem(client.get("/api/v1/session"), 401)


def test_changes_from_foreign_pages_are_refused(root: Client) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    problem(root.post("/api/v1/tickets", content="a=b", headers=form), 415)
    problem(root.post("/api/v1/notices/1/read"), 415)
    evil = {"origin": "https://evil.example"}
    problem(root.post("/api/v1/tickets", json={}, headers=evil), 403)
    problem(root.delete("/api/v1/session", headers=evil), 403)
    own = {"origin": str(root.base_url).rstrip("/")}
    problem(root.post("/api/v1/tickets", json={}, headers=own), 422)


def test_a_ticket_is_read_and_acted_on(root: Client) -> None:
    listing = root.get("/api/v1/tickets", params={"state": "triage", "grade_min": 3}).json()
    assert listing["total"] == 1
    ticket_id = listing["lines"][0]["ticket_id"]
    names = [one["action"] for one in root.get(f"/api/v1/tickets/{ticket_id}/actions").json()]
    assert "assign" in names
    act = {"action": "assign", "version": 1, "data": {"unit": "yingji"}}
    line = root.post(f"/api/v1/tickets/{ticket_id}/acts", json=act).json()
    assert (line["state"], line["unit_zh"], line["version"]) == ("assigned", "应急局", 2)
    page = root.get(f"/api/v1/tickets/{ticket_id}").json()
    assert [one["action"] for one in page["history"]] == ["open", "assign"]
    assert "13900001234" not in str(page)


def test_errors_of_the_domain_have_one_table(root: Client) -> None:
    ticket_id = root.get("/api/v1/tickets").json()["lines"][0]["ticket_id"]
    acts = f"/api/v1/tickets/{ticket_id}/acts"
    note = {"action": "note", "version": 1, "data": {"text": "甲"}}
    assert root.post(acts, json=note).status_code == 200
    assert "root" in problem(root.post(acts, json=note), 409)
    close = {"action": "close", "version": 2, "data": {"proof": "x"}}
    assert "当前状态" in problem(root.post(acts, json=close), 403)
    assert "unit" in problem(root.post(acts, json=note | {"action": "assign", "version": 2}), 422)
    problem(root.get("/api/v1/tickets/QINGHE-2026-000099"), 404)
    problem(root.get("/api/v1/nowhere"), 404)
    problem(root.get("/api/v1/tickets", params={"size": 0}), 422)
    problem(root.get("/api/v1/tickets", params={"after": "zzz"}), 422)
    problem(root.get("/api/v1/tickets/%00"), 422)
    problem(root.post("/api/v1/offers/99999999999999999999/refuse", json={"reason": "x"}), 422)
    problem(root.post("/api/v1/offers/7/refuse", json={"reason": "x"}), 404)


def test_a_case_by_hand_and_a_watchlist(root: Client) -> None:
    case = {
        "jurisdiction": "qinghe",
        "title": "来电反映路灯不亮",
        "text": "南湖路",
        "topic": "urban",
        "grade": 1,
        "emergency": False,
        "discovered_at": "2026-03-02T12:30:00+08:00",
    }
    made = root.post("/api/v1/tickets", json=case)
    assert made.status_code == 201
    assert made.json()["opened_at"] == "2026-03-02T05:00:00Z"
    problem(root.post("/api/v1/tickets", json=case | {"discovered_at": "2026-03-02T12:30"}), 422)
    draft = {"jurisdiction": "qinghe", "name": "北坡", "query": "北坡 -演练", "notify": ["root"]}
    saved = root.post("/api/v1/watchlists", json=draft)
    assert saved.status_code == 201
    number = saved.json()["watchlist_id"]
    assert root.put(f"/api/v1/watchlists/{number}", json=draft | {"version": 1}).status_code == 200
    problem(root.put(f"/api/v1/watchlists/{number}", json=draft | {"version": 1}), 409)
    assert root.get(f"/api/v1/watchlists/{number}/hits").json()["lines"] == []
    assert root.delete(f"/api/v1/watchlists/{number}").status_code == 204
    assert root.get("/api/v1/watchlists").json()["lines"] == []


def test_events_search_counts_and_notices(root: Client) -> None:
    event = root.get("/api/v1/events", params={"text": "起火"}).json()["lines"][0]
    posts = root.get(f"/api/v1/events/{event['event_id']}").json()["posts"]
    assert posts[0]["body"].startswith("联系人 139")
    found = root.get("/api/v1/posts", params={"text": "起火 -演练", "severity": 3}).json()
    assert (found["total"], found["posts"][0]["severity_zh"]) == (1, "重大")
    assert "13900001234" not in str(found)
    assert dict(found["facets"]["topic"]) == {"work_safety": 1}
    problem(root.get("/api/v1/posts", params={"after": "nonsense"}), 422)
    assert root.get("/api/v1/counts").json()["waiting_triage"] == 1
    assert root.get("/api/v1/notices").json()["lines"] == []
    assert root.get("/api/v1/offers").json() == {"lines": [], "next": None}


def test_a_unit_is_kept_to_its_own(client: Client) -> None:
    client.post("/api/v1/session", json={"login": "hou", "password": SECRET})
    assert client.get("/api/v1/tickets").json()["total"] == 0
    problem(client.get("/api/v1/posts"), 403)
    assert client.get("/api/v1/events").json()["total"] == 0


def test_bodies_have_a_limit(root: Client) -> None:
    huge = b'{"title": "' + b"x" * LARGEST_BODY + b'"}'
    kind = {"content-type": "application/json"}
    problem(root.post("/api/v1/tickets", content=huge, headers=kind), 413)


def test_health_and_readiness(client: Client, behind: Behind) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200
    behind.problems.append("抓取停滞")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["抓取停滞"])


def test_a_locked_store_is_a_503_that_tells_no_secrets(root: Client, house: House) -> None:
    # The usual five seconds would be long to wait for.
    house.engine.dispose()
    listen(house.engine, "connect", lambda link, _: link.execute("PRAGMA busy_timeout=50"))
    with house.engine.begin():
        act = {"action": "note", "version": 1, "data": {"text": "甲"}}
        ticket_id = root.get("/api/v1/tickets").json()["lines"][0]["ticket_id"]
        answer = root.post(f"/api/v1/tickets/{ticket_id}/acts", json=act)
    assert "sqlite" not in problem(answer, 503).lower()
    assert answer.headers["retry-after"] == "5"


def test_the_openapi_document_is_served_and_no_page_loads_scripts(client: Client) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert "/api/v1/tickets/{ticket_id}/acts" in paths
    assert client.get("/docs").status_code == 404


def test_a_body_of_untold_length_is_refused(root: Client) -> None:
    pieces = (b"x" for _ in range(3))
    headers = {"content-type": "application/json"}
    problem(root.post("/api/v1/tickets", content=pieces, headers=headers), 411)


def test_a_record_leaves_as_it_is_recomputed(root: Client) -> None:
    ticket_id = root.get("/api/v1/tickets").json()["lines"][0]["ticket_id"]
    record = root.get(f"/api/v1/tickets/{ticket_id}/record").json()
    assert set(record) == {"id", "policy", "now", "events"}
    assert record["events"][0]["to"] == "triage"
    problem(root.get("/api/v1/tickets/X-1/record"), 404)
