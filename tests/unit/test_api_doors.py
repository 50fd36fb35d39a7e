"""The API's doors: keys, versions, requests sent twice, webhooks, the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Client
from sqlalchemy import select, update

from responder.audit_check import verify
from responder.exports.check import check_export
from responder.repeats import IN_HAND_FOR, KEPT_FOR
from responder.schema import outbox, tickets
from responder.schema_doors import api_keys, audit_log, idempotency_keys
from tests.api_world import CASE, House, open_house, problem, ticket_of
from tests.responder_world import MINUTE


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as made:
        yield made


@pytest.fixture
def root(house: House) -> Iterator[Client]:
    with house.signed_in("root") as web:
        yield web


def test_a_cookie_alone_changes_nothing(root: Client) -> None:
    token = root.headers.pop("x-csrf-token")
    problem(root.post("/tickets", json=CASE), 403, "csrf_token_needed")
    problem(
        root.post("/tickets", json=CASE, headers={"x-csrf-token": "0" * 64}),
        403,
        "csrf_token_needed",
    )
    assert root.get("/tickets").status_code == 200
    assert root.post("/tickets", json=CASE, headers={"x-csrf-token": token}).status_code == 201


def test_the_etag_of_a_ticket_guards_it(root: Client) -> None:
    ticket_id = ticket_of(root)
    tag = root.get(f"/tickets/{ticket_id}").headers["etag"]
    note = {"action": "note", "data": {"text": "甲"}}
    acts = f"/tickets/{ticket_id}/acts"
    done = root.post(acts, json=note, headers={"if-match": tag})
    assert (tag, done.status_code, done.headers["etag"]) == ('"1"', 200, '"2"')
    assert "root" in problem(root.post(acts, json=note, headers={"if-match": tag}), 412, "outdated")
    problem(root.post(acts, json=note), 428, "version_needed")
    problem(root.post(acts, json=note | {"version": 1}), 409, "conflict")
    for version, wrong in ((1, '"2"'), (None, "W/2"), (0, None)):
        headers = {"if-match": wrong} if wrong else {}
        both = root.post(acts, json=note | {"version": version}, headers=headers)
        problem(both, 422, "invalid")
    assert root.get(f"/tickets/{ticket_id}").headers["etag"] == '"2"'


def test_the_etag_of_a_watchlist_guards_it(root: Client) -> None:
    draft = {"jurisdiction": "qinghe", "name": "北坡", "query": "北坡"}
    made = root.post("/watchlists", json=draft)
    path, tag = f"/watchlists/{made.json()['watchlist_id']}", made.headers["etag"]
    assert root.get(path).headers["etag"] == tag
    assert root.get(path).json() == made.json()
    problem(root.get("/watchlists/99"), 404, "not_found")
    problem(root.put(path, json=draft), 428, "version_needed")
    assert root.put(path, json=draft, headers={"if-match": tag}).headers["etag"] == '"2"'
    problem(root.put(path, json=draft, headers={"if-match": tag}), 412, "outdated")


def test_a_request_sent_twice_is_done_once(root: Client, house: House) -> None:
    headers = {"idempotency-key": "open-1"}
    first = root.post("/tickets", json=CASE, headers=headers)
    again = root.post("/tickets", json=CASE, headers=headers)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    for name in ("etag", "location", "content-type"):
        assert again.headers[name] == first.headers[name]
    with house.engine.connect() as link:
        assert len(link.execute(select(tickets.c.ticket_id)).all()) == 2


def test_a_key_is_for_one_request_of_one_client(root: Client, house: House) -> None:
    headers = {"idempotency-key": "k"}
    assert root.post("/tickets", json=CASE, headers=headers).status_code == 201
    other = CASE | {"title": "另一件"}
    problem(root.post("/tickets", json=other, headers=headers), 409, "idempotency_key_reused")
    with house.signed_in("lin") as lin:
        assert lin.post("/tickets", json=other, headers=headers).status_code == 201
    problem(root.post("/tickets", json=CASE, headers={"idempotency-key": "a b"}), 422, "invalid")


def test_a_secret_is_shown_once_and_kept_nowhere(root: Client, house: House) -> None:
    headers = {"idempotency-key": "k"}
    form = {"name": "热线平台", "role": "monitor", "scopes": ["read"]}
    token = root.post("/keys", json=form, headers=headers).json()["token"]
    problem(root.post("/keys", json=form, headers=headers), 409, "shown_once")
    assert len(root.get("/keys").json()["lines"]) == 1
    with house.engine.connect() as link:
        kept = str(link.execute(select(idempotency_keys)).all())
    assert token.split("_", 2)[2] not in kept


def test_what_was_refused_may_be_tried_again_under_its_key(root: Client) -> None:
    ticket_id = ticket_of(root)
    headers = {"idempotency-key": "act-1"}
    wrong = {"action": "close", "version": 1, "data": {"proof": "x"}}
    acts = f"/tickets/{ticket_id}/acts"
    problem(root.post(acts, json=wrong, headers=headers), 403, "not_allowed")
    right = {"action": "note", "version": 1, "data": {"text": "甲"}}
    assert root.post(acts, json=right, headers=headers).status_code == 200
    again = root.post(acts, json=right, headers=headers)
    assert (again.status_code, again.json()["version"]) == (200, 2)


def test_a_request_whose_process_died_is_not_done_again(root: Client, house: House) -> None:
    headers = {"idempotency-key": "k"}
    root.post("/tickets", json=CASE, headers=headers)
    with house.engine.begin() as link:
        link.execute(update(idempotency_keys).values(status=None, body=None))
    said = problem(root.post("/tickets", json=CASE, headers=headers), 409, "request_in_hand")
    assert "正在处理" in said
    house.clock.pass_by(IN_HAND_FOR)
    said = problem(root.post("/tickets", json=CASE, headers=headers), 409, "request_in_hand")
    assert "无法确定" in said


def test_answers_are_forgotten_after_a_day(root: Client, house: House) -> None:
    headers = {"idempotency-key": "k"}
    first = root.post("/tickets", json=CASE, headers=headers).json()["ticket_id"]
    house.clock.pass_by(KEPT_FOR + MINUTE)
    with house.signed_in("root") as later:
        second = later.post("/tickets", json=CASE, headers=headers).json()["ticket_id"]
    assert first != second


def test_a_key_acts_within_its_scopes_and_its_place(root: Client, house: House) -> None:
    reader, _ = house.keyed(root, "read")
    writer, key_id = house.keyed(root, "read", "write")
    with reader, writer:
        assert reader.get("/tickets").json()["total"] == 1
        problem(reader.post("/tickets", json=CASE), 403, "not_allowed")
        made = writer.post("/tickets", json=CASE | {"origin": "hotline", "reference": "gd-7"})
        assert made.status_code == 201, made.text
        problem(writer.post("/tickets", json=CASE | {"jurisdiction": "other"}), 404, "not_found")
        ticket_id = made.json()["ticket_id"]
        page = root.get(f"/tickets/{ticket_id}").json()
        assert page["history"][0]["who"] == f"key.{key_id}"
        assert page["graded_by_human"] is False
        assert reader.get("/tickets", params={"origin": "hotline"}).json()["total"] == 1
        for path in ("/session", "/keys", "/audit", "/webhooks"):
            problem(reader.get(path), 403, "not_allowed")


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("grade", {"grade": 2, "emergency": False, "reason": "x"}),
        ("assign", {"unit": "yingji"}),
        ("publish", {}),
        ("dismiss", {"reason": "x"}),
        ("extend", {}),
        ("strike", {}),
    ],
)
def test_a_machine_decides_and_proves_nothing(
    root: Client, house: House, action: str, data: dict[str, Any]
) -> None:
    writer, _ = house.keyed(root, "read", "write", role="analyst")
    with writer:
        act = {"action": action, "version": 1, "data": data}
        answer = writer.post(f"/tickets/{ticket_of(writer)}/acts", json=act)
        assert "接口密钥" in problem(answer, 403, "not_allowed")
        offered = writer.get(f"/tickets/{ticket_of(writer)}/actions").json()
        assert {one["action"] for one in offered} <= {"note", "verify", "promise", "hand_over"}


def test_a_revoked_expired_or_made_up_key_opens_nothing(root: Client, house: House) -> None:
    until = (house.clock.now() + timedelta(minutes=5)).isoformat()
    short, _ = house.keyed(root, "read", expires_at=until)
    long, key_id = house.keyed(root, "read")
    with short, long:
        assert short.get("/tickets").status_code == long.get("/tickets").status_code == 200
        house.clock.pass_by(timedelta(minutes=5))
        assert short.get("/tickets").headers["www-authenticate"] == "Bearer"
        problem(short.get("/tickets"), 401, "unauthorized")
        assert root.delete(f"/keys/{key_id}").json()["revoked_at"] is not None
        problem(long.get("/tickets"), 401, "unauthorized")
        for made_up in ("Bearer yq_000000000000_" + "a" * 43, "Basic cm9vdDp4", "Bearer", ""):
            headers = {"authorization": made_up}
            problem(root.get("/tickets", headers=headers), 401, "unauthorized")
    problem(root.delete("/keys/" + "0" * 12), 404, "not_found")
    token = str(long.headers["authorization"]).removeprefix("Bearer ")
    with house.engine.connect() as link:
        kept = [link.execute(select(table)).all() for table in (api_keys, audit_log)]
    assert token.split("_", 2)[2] not in str(kept)


def test_keys_are_made_by_administrators_for_their_own_place(house: House) -> None:
    form = {"name": "x", "role": "monitor", "scopes": ["read"]}
    with house.signed_in("lin") as lin:
        problem(lin.post("/keys", json=form), 403, "not_allowed")
        problem(lin.get("/keys"), 403, "not_allowed")
    with house.signed_in("qin") as qin:
        assert qin.post("/keys", json=form).json()["key"]["jurisdiction"] == "qinghe"
        problem(qin.post("/keys", json=form | {"jurisdiction": "other"}), 404, "not_found")
        for wrong in ({"role": "leader"}, {"scopes": ["all"]}, {"role": "unit"}, {"name": " "}):
            problem(qin.post("/keys", json=form | wrong), 422, "invalid")
        problem(qin.get("/audit"), 403, "not_allowed")


def test_the_audit_log_is_read_page_by_page(root: Client, house: House) -> None:
    for number in range(3):
        root.post("/tickets", json=CASE | {"title": f"第 {number} 件"})
    first = root.get("/audit", params={"what": "act", "size": 3}).json()
    rest = root.get("/audit", params={"what": "act", "size": 3, "after": first["next"]}).json()
    numbers = [line["number"] for line in first["lines"] + rest["lines"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 4
    assert rest["next"] is None
    assert root.get("/audit", params={"who": "lin"}).json()["lines"] == []
    assert verify(house.engine).findings == ()


def test_lists_come_in_pages(root: Client) -> None:
    for number in range(3):
        root.post("/tickets", json=CASE | {"title": f"第 {number} 件"})
    seen, after = list[str](), None
    while True:
        params = {"size": 2} | ({"after": after} if after else {})
        page = root.get("/tickets", params=params).json()
        seen += [line["ticket_id"] for line in page["lines"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == page["total"] == 4
    problem(root.get("/notices", params={"after": "2026-03-02T05:00:00Z|x"}), 422, "invalid")


def test_webhooks_are_kept_by_administrators(root: Client, house: House) -> None:
    form = {"name": "区级平台", "url": "https://platform.example/hook", "actions": ["open"]}
    made = root.post("/webhooks", json=form)
    assert made.status_code == 201, made.text
    path, secret = f"/webhooks/{made.json()['webhook']['webhook_id']}", made.json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in root.get("/webhooks").text + root.get(path).text
    problem(root.put(path, json=form), 428, "version_needed")
    tag = {"if-match": made.headers["etag"]}
    assert root.put(path, json=form | {"active": False}, headers=tag).json()["version"] == 2
    problem(root.put(path, json=form, headers=tag), 412, "outdated")
    for wrong in (
        {"url": "ftp://platform.example/"},
        {"url": "http://"},
        {"url": "http://[/"},
        {"actions": ["nothing"]},
        {"name": ""},
    ):
        problem(root.post("/webhooks", json=form | wrong), 422, "invalid")
    with house.signed_in("qin") as qin:
        problem(qin.get(path), 404, "not_found")
        assert qin.post("/webhooks", json=form).json()["webhook"]["jurisdiction"] == "qinghe"
        assert len(qin.get("/webhooks").json()["lines"]) == 1
    root.post("/tickets", json=CASE)
    assert root.delete(path).status_code == 204
    problem(root.get(path), 404, "not_found")
    with house.engine.connect() as link:
        rows = link.execute(select(outbox.c.target).where(outbox.c.kind == "hook")).all()
        noted = link.execute(select(audit_log.c.detail)).all()
    assert len(rows) == 1
    assert secret not in str(noted)


def test_deliveries_are_told_with_what_the_receiver_said(root: Client) -> None:
    form = {"name": "x", "url": "https://platform.example/hook"}
    number = root.post("/webhooks", json=form).json()["webhook"]["webhook_id"]
    for _ in range(3):
        root.post("/tickets", json=CASE)
    page = root.get(f"/webhooks/{number}/deliveries", params={"size": 2}).json()
    assert [line["type"] for line in page["lines"]] == ["ticket.open"] * 2
    assert page["lines"][0]["state"] == "pending"
    rest = root.get(f"/webhooks/{number}/deliveries", params={"size": 2, "after": page["next"]})
    assert len(rest.json()["lines"]) == 1
    assert rest.json()["next"] is None


def test_a_record_is_taken_away_and_printed(root: Client, house: House, tmp_path: Path) -> None:
    ticket_id = ticket_of(root)
    answer = root.get(f"/tickets/{ticket_id}/export")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{ticket_id}-v1.zip"'
    file = tmp_path / "x.zip"
    file.write_bytes(answer.content)
    found = check_export(file)
    assert (found.findings, found.manifest_sha256) == ((), answer.headers["x-manifest-sha256"])
    page = root.get(f"/tickets/{ticket_id}/print")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert ticket_id in page.text
    reader, _ = house.keyed(root, "read")
    taker, _ = house.keyed(root, "export")
    with reader, taker:
        problem(reader.get(f"/tickets/{ticket_id}/export"), 403, "not_allowed")
        assert taker.get(f"/tickets/{ticket_id}/export").status_code == 200
        path = f"/tickets/{ticket_id}/export"
        problem(taker.get(path, params={"reason": "x"}), 403, "not_allowed")


def test_personal_numbers_are_shown_for_a_reason(root: Client, house: House) -> None:
    path = f"/tickets/{ticket_of(root)}/unmasked"
    texts = root.post(path, json={"reason": "回访来电人"}).json()
    assert [one["text"] for one in texts] == ["联系人 13900001234"]
    writer, _ = house.keyed(root, "read", "write", role="analyst")
    with writer:
        problem(writer.post(path, json={"reason": "x"}), 403, "not_allowed")
    told = root.get("/audit", params={"what": "read_personal"}).json()["lines"]
    assert [(line["who"], line["detail"]["reason"]) for line in told] == [("root", "回访来电人")]


def test_a_report_is_drafted_confirmed_and_receipted(root: Client) -> None:
    ticket_id = ticket_of(root)
    draft = root.get(f"/tickets/{ticket_id}/report")
    assert set(draft.json()["parts"]) == {"time", "place", "what", "harm", "done", "asked"}
    form = {"to": ["superior"], "parts": draft.json()["parts"]}
    tag = {"if-match": draft.headers["etag"]}
    # The district of the tests has nobody to report to: that is said, not swallowed.
    problem(root.post(f"/tickets/{ticket_id}/reports", json=form, headers=tag), 422, "invalid")
    problem(root.post(f"/tickets/{ticket_id}/reports", json=form), 428, "version_needed")
    receipt = {"version": 1, "receipt": "收悉", "received_at": "2026-03-02T05:00:00Z"}
    problem(root.post(f"/tickets/{ticket_id}/reports/9/receipt", json=receipt), 422, "invalid")
    reply = {"version": 1, "text": "情况属实"}
    problem(root.post(f"/tickets/{ticket_id}/reply", json=reply), 403, "not_allowed")
