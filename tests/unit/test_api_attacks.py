"""Whoever tries the API's doors: without a key, with a stolen cookie, with another unit's key, with
odd bytes, twice at once. Each is refused as a problem document, and nothing is told or done."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import URL, Client, Response
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select

from responder.api.app import create_api
from responder.api.services import COOKIE
from responder.people import People
from responder.schema import tickets
from responder.schema_doors import audit_log
from responder.sign_ins import AT_ONCE, FAILURES, LOCKED_FOR, SIGNED_IN_FOR, UNUSED_FOR
from tests.api_world import (
    CASE,
    FIRE,
    PHONE,
    PROBLEM,
    House,
    open_house,
    problem,
    services_over,
    ticket_of,
)
from tests.desk_world import CHEN, SECRET
from tests.loopback import serving
from tests.responder_world import HOUR, MINUTE, NOON, changed, judged, post, relevant

JSON = {"content-type": "application/json"}
SURROGATE = "甲\ud800乙"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as made:
        yield made


@pytest.fixture
def root(house: House) -> Iterator[Client]:
    with house.signed_in("root") as web:
        yield web


def operations(house: House) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every operation under /api: its method, its path with the names filled in, its document."""
    for path, item in house.api.openapi()["paths"].items():
        for method, told in item.items():
            if path.startswith("/api/v1/"):
                filled = path.removeprefix("/api/v1")
                for name in told.get("parameters", ()):
                    kind = name["schema"].get("type")
                    value = {"key_id": "0" * 12}.get(name["name"], "1" if kind else "x")
                    filled = filled.replace(f"{{{name['name']}}}", value)
                yield method.upper(), filled, told


def asked(web: Client, method: str, path: str, **more: Any) -> Response:
    body: dict[str, Any] | None = {} if method in ("POST", "PUT") else None
    return web.request(method, path, json=body, **more)


def test_no_operation_answers_a_stranger(house: House) -> None:
    with house.stranger() as web:
        for method, path, _told in operations(house):
            if (method, path) != ("POST", "/session"):
                assert asked(web, method, path).status_code == 401, (method, path)


def test_a_stolen_cookie_alone_changes_nothing_anywhere(house: House, root: Client) -> None:
    del root.headers["x-csrf-token"]
    tried = 0
    for method, path, _told in operations(house):
        if method != "GET" and path != "/session":
            problem(asked(root, method, path), 403, "csrf_token_needed")
            tried += 1
    assert tried > 20
    assert root.get("/session").status_code == 200


def test_a_page_elsewhere_changes_nothing_even_with_the_token(house: House, root: Client) -> None:
    for method, path, _told in operations(house):
        if method != "GET":
            problem(asked(root, method, path, headers={"origin": "https://evil.example"}), 403)
            problem(asked(root, method, path, headers={"origin": "null"}), 403)
    assert root.get("/session").status_code == 200


def test_a_key_that_reads_changes_nothing_anywhere(house: House, root: Client) -> None:
    reader, _ = house.keyed(root, "read", role="analyst")
    with reader:
        for method, path, _told in operations(house):
            if method != "GET" and path != "/session":
                problem(asked(reader, method, path), 403, "not_allowed")


def test_every_list_that_grows_has_a_cursor(house: House) -> None:
    whole = {"/roster", "/tickets/1/actions"}
    for method, path, told in operations(house):
        if method != "GET" or path in whole:
            continue
        shape = told["responses"]["200"].get("content", {}).get("application/json", {})
        named = str(shape.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        fields = house.api.openapi()["components"]["schemas"].get(named, {}).get("properties", {})
        assert shape.get("schema", {}).get("type") != "array", path
        if "next" in fields:
            assert {"size", "after"} <= {one["name"] for one in told["parameters"]}, path


def test_every_list_is_walked_page_by_page(house: House, root: Client) -> None:
    for number in range(3):
        draft = {"jurisdiction": "qinghe", "name": f"方案 {number}", "query": "北坡"}
        assert root.post("/watchlists", json=draft).status_code == 201
        house.keyed(root, "read")[0].close()
        hook = {"name": f"x{number}", "url": "https://platform.example/"}
        assert root.post("/webhooks", json=hook).status_code == 201
        given = {"jurisdiction": "qinghe", "unit": "yingji", "giver": "应急局值班"}
        made = root.post("/handovers", json=given | {"taker": "应急局负责人"}).json()
        with house.signed_in("qin") as qin:
            assert qin.post(f"/handovers/{made['handover_id']}/take", json={}).status_code == 200
        house.clock.pass_by(MINUTE)
    for path in ("/watchlists", "/keys", "/webhooks", "/handovers?jurisdiction=qinghe"):
        assert walked(root, path) == walked(root, path, size=100), path
        assert len(walked(root, path)) == 3, path
        problem(root.get(path, params={"after": "zzz"}), 422, "invalid")
    with house.signed_in("hou") as hou:
        assert walked(hou, "/handovers?jurisdiction=qinghe") == []


def walked(web: Client, path: str, size: int = 2) -> list[Any]:
    found, after = list[Any](), None
    while True:
        query = {"size": size} | ({"after": after} if after else {})
        page = web.get(str(URL(path).copy_merge_params(query))).json()
        assert len(page["lines"]) <= size
        found += page["lines"]
        after = page["next"]
        if after is None:
            return found


def test_a_units_key_sees_and_touches_only_its_own_tickets(house: House, root: Client) -> None:
    fire, event = ticket_of(root), FIRE.post_id
    act = {"action": "assign", "version": 1, "data": {"unit": "yingji"}}
    assert root.post(f"/tickets/{fire}/acts", json=act).status_code == 200
    scopes = ("read", "write", "export")
    own, _ = house.keyed(root, *scopes, role="unit", unit="yingji")
    other, _ = house.keyed(root, *scopes, role="unit", unit="renshe")
    with own, other:
        assert own.get("/tickets").json()["total"] == 1
        assert own.get(f"/tickets/{fire}/export").status_code == 200
        assert own.get(f"/events/{event}").status_code == 200
        assert other.get("/tickets").json()["total"] == 0
        assert other.get("/tickets", params={"unit": "yingji"}).json()["total"] == 0
        assert other.get("/events").json()["total"] == 0
        assert other.get("/counts").json()["open_tickets"] == 0
        for path in ("", "/record", "/actions", "/export", "/print", "/report"):
            problem(other.get(f"/tickets/{fire}{path}"), 404, "not_found")
        note = {"action": "note", "version": 2, "data": {"text": "路过"}}
        problem(other.post(f"/tickets/{fire}/acts", json=note), 404, "not_found")
        problem(other.get(f"/events/{event}"), 404, "not_found")
        for path in ("/posts", "/watchlists", "/reviews", f"/posts/{event}"):
            problem(own.get(path), 403, "not_allowed")


def test_of_one_request_sent_ten_times_at_once_one_is_done(house: House, root: Client) -> None:
    headers = {"idempotency-key": "same"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: root.post("/tickets", json=CASE, headers=headers), range(10))
        )
    done = [one for one in answers if one.status_code == 201]
    for one in answers:
        if one.status_code != 201:
            problem(one, 409, "request_in_hand")
    assert sum("idempotency-replayed" not in one.headers for one in done) == 1
    assert len({one.content for one in done}) == 1
    with house.engine.connect() as link:
        assert link.execute(select(func.count()).select_from(tickets)).scalar_one() == 2


def test_of_two_requests_under_one_key_at_once_one_is_done(house: House, root: Client) -> None:
    headers = {"idempotency-key": "same"}
    cases = [CASE | {"title": f"第 {number} 件"} for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda case: root.post("/tickets", json=case, headers=headers), cases)
        )
    assert [one.status_code for one in answers].count(201) == 1
    for one in answers:
        if one.status_code != 201:
            problem(one, 409, "idempotency_key_reused")


def test_guessing_locks_the_account_and_tells_nothing(house: House) -> None:
    def tried(login: str, password: str) -> Response:
        with house.stranger() as web:
            return web.post("/session", json={"login": login, "password": password})

    unknown = problem(tried("nobody", SECRET), 401)
    said = {problem(tried("lin", f"wrong guess {n}"), 401) for n in range(FAILURES)}
    said.add(problem(tried("lin", SECRET), 401))
    assert said == {unknown}
    house.clock.pass_by(LOCKED_FOR + MINUTE)
    assert tried("lin", SECRET).status_code == 200


class Slow(PasswordHash):
    """Looks at no password before it is let."""

    def __init__(self) -> None:
        super().__init__((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
        self.looking, self.go = threading.Semaphore(0), threading.Event()

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        self.looking.release()
        self.go.wait()
        return super().verify(password, hash)


def test_a_flood_of_guesses_leaves_room_for_everybody_else(house: House, root: Client) -> None:
    slow = Slow()
    people = People(house.engine, house.clock, slow)
    services = services_over(house.engine, house.index, people, house.clock)
    guess = {"login": "lin", "password": "wrong guess"}
    with serving(create_api(services)) as url, ThreadPoolExecutor(AT_ONCE) as pool:
        web = Client(base_url=f"{url}/api/v1", trust_env=False, timeout=120)
        guesses = [pool.submit(web.post, "/session", json=guess) for _ in range(AT_ONCE)]
        for _ in guesses:
            slow.looking.acquire()
        refused = web.post("/session", json={"login": "ana", "password": SECRET})
        problem(refused, 429, "too_many")
        assert refused.headers["retry-after"] == "2"
        cookie = {"cookie": f"{COOKIE}={root.cookies[COOKIE]}"}
        assert web.get("/tickets", headers=cookie).status_code == 200
        slow.go.set()
        assert {one.result().status_code for one in guesses} == {401}
        signed_in = web.post("/session", json={"login": "ana", "password": SECRET})
        assert signed_in.status_code == 200
        web.close()


def test_a_session_ends_unused_and_in_any_case_after_a_day_of_work(house: House) -> None:
    with house.signed_in("lin") as idle, house.signed_in("lin") as busy:
        house.clock.pass_by(UNUSED_FOR - MINUTE)
        assert busy.get("/session").status_code == 200
        house.clock.pass_by(2 * MINUTE)
        problem(idle.get("/tickets"), 401)
        for _ in range(int(SIGNED_IN_FOR / HOUR)):
            busy.get("/session")
            house.clock.pass_by(HOUR)
        problem(busy.get("/tickets"), 401)


def test_a_shut_account_and_a_new_password_end_every_session(house: House) -> None:
    with house.signed_in("chen") as chen, house.signed_in("lin") as lin:
        house.people.change(CHEN, active=False, by="root")
        house.people.set_password("lin", "another-lake-88", by="root")
        problem(chen.get("/tickets"), 401)
        problem(lin.get("/tickets"), 401)


def test_who_leaves_leaves_for_good(house: House) -> None:
    with house.signed_in("lin") as lin:
        token = lin.cookies[COOKIE]
        assert lin.delete("/session").status_code == 204
    with house.stranger() as web:
        web.cookies.set(COOKIE, token)
        problem(web.get("/tickets"), 401)


def test_who_drafts_does_not_approve_and_who_asks_for_time_grants_none(
    house: House, root: Client
) -> None:
    ticket_id = ticket_of(root)

    def done(web: Client, action: str, **data: Any) -> Response:
        version = web.get(f"/tickets/{ticket_id}").json()["line"]["version"]
        act = {"action": action, "version": version, "data": data}
        return web.post(f"/tickets/{ticket_id}/acts", json=act)

    assert done(root, "assign", unit="yingji").status_code == 200
    asked = {"clock": "press_conference", "due": (NOON + 30 * HOUR).isoformat(), "reason": "难"}
    assert done(root, "request_extension", **asked).status_code == 200
    granted = asked | {"approver": "qin"}
    assert "申请延期" in problem(done(root, "extend", **granted), 403, "not_allowed")
    assert "批准" in problem(done(root, "extend", **asked, approver="root"), 403, "not_allowed")
    for action in ("acknowledge", "start"):
        assert done(root, action).status_code == 200
    assert done(root, "submit", draft="火已扑灭").status_code == 200
    problem(done(root, "approve", step="分管领导"), 403, "not_allowed")
    with house.signed_in("qin") as qin:
        assert done(qin, "approve", step="分管领导").status_code == 200


def test_personal_numbers_are_behind_the_mask_wherever_they_came_in(
    house: House, root: Client
) -> None:
    hidden = "139\u200b0000\u200c1234"
    planted = post(7, f"找 {hidden}", f"打 {hidden} 或 {PHONE}")
    house.tell(changed(relevant(planted, places=(PHONE,))))
    house.index.put([judged(planted, places=(PHONE,))])
    case = CASE | {"title": f"来电 {hidden}", "text": PHONE, "places": [PHONE]}
    case |= {"origin": "hotline", "reference": PHONE}
    ticket_id = root.post("/tickets", json=case).json()["ticket_id"]
    note = {"action": "note", "version": 1, "data": {"text": f"请打 {hidden}"}}
    assert root.post(f"/tickets/{ticket_id}/acts", json=note).status_code == 200
    given = {"jurisdiction": "qinghe", "unit": "yingji", "giver": "应急局值班"}
    given |= {"taker": "应急局负责人", "note": f"回 {PHONE}"}
    assert root.post("/handovers", json=given).status_code == 201
    correction = {"version": 1, "places": [PHONE], "note": PHONE}
    corrected = root.post(f"/posts/{planted.post_id}/corrections", json=correction)
    assert PHONE not in corrected.text
    pin = {"version": 1, "action": "pin", "post_ids": [planted.post_id], "reason": PHONE}
    assert PHONE not in root.post(f"/events/{planted.post_id}/regroupings", json=pin).text
    watch = {"jurisdiction": "qinghe", "name": "找人", "query": "打"}
    number = root.post("/watchlists", json=watch).json()["watchlist_id"]
    own = [f"/tickets/{one['ticket_id']}" for one in root.get("/tickets").json()["lines"]]
    for path in (
        *own,
        *(f"{one}/{part}" for one in own for part in ("record", "actions", "print", "report")),
        *("/tickets", "/events", "/posts", "/reviews", "/notices", "/offers", "/counts", "/audit"),
        *(f"/posts/{planted.post_id}{part}" for part in ("", "/corrections")),
        *(f"/events/{planted.post_id}{part}" for part in ("", "/regroupings")),
        *("/handovers?jurisdiction=qinghe", f"/watchlists/{number}/hits"),
    ):
        answer = root.get(path)
        assert answer.status_code == 200, path
        shown = answer.text.replace("\u200b", "").replace("\u200c", "")
        assert PHONE not in shown, path
    for path in own:
        with zipfile.ZipFile(io.BytesIO(root.get(f"{path}/export").content)) as archive:
            files = [archive.read(name).decode() for name in archive.namelist()]
        assert not any(PHONE in one.replace("\u200b", "").replace("\u200c", "") for one in files)


def test_every_look_behind_the_mask_is_noted(house: House, root: Client) -> None:
    ticket_id = ticket_of(root)
    problem(root.post(f"/tickets/{ticket_id}/unmasked", json={"reason": " "}), 422)
    assert PHONE in root.post(f"/tickets/{ticket_id}/unmasked", json={"reason": "回访"}).text
    assert root.get(f"/tickets/{ticket_id}/export", params={"reason": "调阅"}).status_code == 200
    assert root.get(f"/tickets/{ticket_id}/export").status_code == 200
    wanted = ("read_personal", "exported")
    query = select(audit_log).where(audit_log.c.what.in_(wanted)).order_by(audit_log.c.number)
    with house.engine.connect() as link:
        told = [(row.what, row.who, row.detail.get("reason")) for row in link.execute(query)]
    assert told == [
        ("read_personal", "root", "回访"),
        ("read_personal", "root", "调阅"),
        ("exported", "root", None),
    ]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"a":', 422),
        (b"[" * 100_000, 400),
        (b'{"grade":' + b"9" * 5000 + b"}", 400),
        (b'{"title":"\xff\xfe"}', 400),
        (b"null", 422),
        (b"[]", 422),
        (json.dumps(CASE | {"grade": float("nan")}).encode(), 422),
        (json.dumps(CASE | {"topic": SURROGATE}).encode(), 422),
        (json.dumps(CASE | {"jurisdiction": SURROGATE}).encode(), 404),
        (json.dumps(CASE | {"discovered_at": "0001-01-01T00:00:00+23:59"}).encode(), 422),
    ],
)
def test_odd_bytes_are_refused_with_a_problem(root: Client, content: bytes, status: int) -> None:
    problem(root.post("/tickets", content=content, headers=JSON), status)
    headers = JSON | {"idempotency-key": "k"}
    problem(root.post("/tickets", content=content, headers=headers), status)
    assert root.post("/tickets", json=CASE, headers=headers).status_code == 201


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_times_out_of_reach_are_refused(root: Client, edge: str) -> None:
    for path in ("/tickets", "/events", "/notices", "/offers", "/reviews"):
        problem(root.get(path, params={"after": f"{edge}|1"}), 422, "invalid")
    for name in ("since", "until"):
        problem(root.get("/posts", params={name: edge}), 422, "invalid")
    key = {"name": "x", "role": "monitor", "scopes": ["read"], "expires_at": edge}
    problem(root.post("/keys", json=key), 422, "invalid")
    due = {"clock": "response", "due": "9999-12-31T23:00:00Z", "approver": "qin", "reason": "x"}
    act = {"action": "extend", "version": 1, "data": due}
    problem(root.post(f"/tickets/{ticket_of(root)}/acts", json=act), 422, "invalid")


def test_odd_fields_of_an_act_are_refused_by_name(root: Client) -> None:
    acts = f"/tickets/{ticket_of(root)}/acts"
    published = {"published_at": (NOON + HOUR).isoformat(), "channel": "网站", "official": True}
    published |= {"speaker": "负责人", "principal": True, "url": "http://[/"}
    for action, data, field in (
        ("assign", {"unit": ["yingji"]}, "unit"),
        ("assign", {"unit": "yingji", "co_units": {"a": 1}}, "co_units"),
        ("grade", {"grade": 10**30, "emergency": True, "reason": "x"}, "grade"),
        ("note", {"text": {"a": 1}}, "text"),
        ("publish", published, "url"),
    ):
        act = {"action": action, "version": 1, "data": data}
        assert field in problem(root.post(acts, json=act), 422, "invalid")
    problem(root.get("/posts", params={"severity": 10**30}), 422, "invalid")
    problem(root.get("/posts", params={"after": "nonsense"}), 422, "invalid")


def test_addresses_and_methods_that_are_not_there(root: Client) -> None:
    for path in ("/nowhere", "/tickets/X-1/nothing", "/../api/v2"):
        problem(root.get(path), 404, "not_found")
    for method, path in (("PATCH", "/tickets"), ("DELETE", "/tickets/X-1"), ("PUT", "/keys")):
        answer = root.request(method, path, json={})
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"]
    assert root.request("HEAD", "/tickets").headers["content-type"] == PROBLEM


def test_credentials_that_are_no_text_open_nothing(house: House) -> None:
    with house.stranger() as web:
        for headers in (
            [(b"authorization", b"Bearer \xe9\xff")],
            [(b"cookie", f"{COOKIE}=".encode() + b"\xe9\xff")],
        ):
            problem(web.get("/tickets", headers=headers), 401)
    with house.signed_in("lin") as lin:
        wrong = [(b"x-csrf-token", b"\xe9\xff")]
        problem(lin.post("/tickets", json=CASE, headers=wrong), 403, "csrf_token_needed")


def test_what_is_ended_may_name_the_version_that_was_read(root: Client) -> None:
    draft = {"jurisdiction": "qinghe", "name": "北坡", "query": "北坡"}
    watch = f"/watchlists/{root.post('/watchlists', json=draft).json()['watchlist_id']}"
    hook = {"name": "x", "url": "https://platform.example/"}
    hooked = f"/webhooks/{root.post('/webhooks', json=hook).json()['webhook']['webhook_id']}"
    for path, form in ((watch, draft), (hooked, hook)):
        assert root.put(path, json=form | {"version": 1}).status_code == 200
        problem(root.delete(path, headers={"if-match": '"1"'}), 412, "outdated")
        assert root.delete(path, headers={"if-match": '"2"'}).status_code == 204


def test_a_key_lives_no_longer_than_it_was_made_for(house: House, root: Client) -> None:
    until = house.clock.now() + timedelta(minutes=5)
    web, _ = house.keyed(root, "read", expires_at=until.isoformat())
    with web:
        assert web.get("/tickets").status_code == 200
        house.clock.pass_by(timedelta(minutes=5))
        problem(web.get("/tickets"), 401)
