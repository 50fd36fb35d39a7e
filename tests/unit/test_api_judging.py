"""Corrections, merges, splits, pins and the review queue over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import Client
from sqlalchemy import select

from responder.audit_check import verify
from responder.review_filter import HELD_FOR
from responder.reviews import Reviews
from responder.schema_doors import audit_log
from stream.messages import Judged
from tests.api_world import FIRE, PHONE, House, open_house, problem
from tests.responder_world import HOUR, MINUTE, NOON, changed, judged, post, relevant
from yuqing.domain.verdict import Topic

FIRE_ID = FIRE.post_id
SMOKE = post(2, "北坡冒烟", at=NOON + HOUR)
WAGES = post(3, "南湖厂欠薪")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as made:
        yield made


@pytest.fixture
def ana(house: House) -> Iterator[Client]:
    with house.signed_in("ana") as web:
        yield web


def unsure(house: House, number: int, **heads: Any) -> Judged:
    """A post that waits in the queue and is in the index."""
    one = judged(post(number, f"巷口的灯又坏了 {number}", f"电话 {PHONE}"), **heads)
    one = replace(one, verdict=replace(one.verdict, confidence=0.4))
    Reviews(house.engine, 0.6).record([one], NOON)
    house.index.put([one])
    return one


def audited(house: House, what: str) -> list[Any]:
    query = select(audit_log).where(audit_log.c.what == what).order_by(audit_log.c.number)
    with house.engine.connect() as link:
        return list(link.execute(query))


def test_the_queue_comes_in_pages_the_gravest_first(house: House, ana: Client) -> None:
    numbers = {unsure(house, n, severity=n % 3).post.post_id: n for n in range(10, 17)}
    seen, after = list[int](), None
    while True:
        params = {"size": 3} | ({"after": after} if after else {})
        page = ana.get("/reviews", params=params).json()
        seen += [numbers[line["post"]["post_id"]] for line in page["lines"]]
        after = page["next"]
        if after is None:
            break
    assert [n % 3 for n in seen] == [2, 2, 1, 1, 1, 0, 0]
    assert sorted(seen) == sorted(numbers.values())
    assert (page["total"], page["below"]) == (7, 0.6)
    assert PHONE not in ana.get("/reviews").text
    for wrong in ("x", "9|2026-03-02T04:00:00+00:00|a", "1|2026-03-02|a", "1"):
        problem(ana.get("/reviews", params={"after": wrong}), 422, "invalid")


def test_the_queue_is_narrowed(house: House, ana: Client) -> None:
    for n, topic in ((10, Topic.URBAN), (11, Topic.LABOUR), (12, Topic.URBAN)):
        taken = unsure(house, n, topic=topic, severity=n - 10).post.post_id

    def found(**narrow: Any) -> int:
        return int(ana.get("/reviews", params=narrow).json()["total"])

    assert ana.post(f"/reviews/{taken}/take", json={}).status_code == 204
    assert found(topic="urban") == 2
    assert found(severity_min=1) == 2
    assert (found(taken=True), found(taken=False)) == (1, 2)
    assert (found(jurisdiction="qinghe"), found(jurisdiction="yunxi")) == (3, 0)
    assert found(topic="urban", severity_min=1, taken=True) == 1
    problem(ana.get("/reviews", params={"topic": "nothing"}), 422, "invalid")


def test_a_taken_post_is_judged_by_nobody_else_until_it_is_left(house: House, ana: Client) -> None:
    post_id = unsure(house, 10).post.post_id
    with house.signed_in("lin") as lin:
        assert lin.post(f"/reviews/{post_id}/take", json={}).status_code == 204
        line = ana.get("/reviews").json()["lines"][0]
        assert line["taken_by"] == "lin"
        said = {"version": 1}
        for path in (f"/reviews/{post_id}/take", f"/posts/{post_id}/confirm"):
            assert "林一" in problem(ana.post(path, json=said), 409, "conflict")
        ana.post(f"/reviews/{post_id}/leave", json={})
        assert ana.get("/reviews").json()["lines"][0]["taken_by"] == "lin"
        house.clock.pass_by(HELD_FOR + MINUTE)
        assert ana.post(f"/reviews/{post_id}/take", json={}).status_code == 204
        assert "安娜" in problem(lin.post(f"/posts/{post_id}/confirm", json=said), 409)
        assert ana.post(f"/reviews/{post_id}/leave", json={}).status_code == 204
        assert lin.post(f"/posts/{post_id}/confirm", json=said).status_code == 201
    problem(ana.post(f"/reviews/{post_id}/take", json={}), 404, "not_found")
    assert ana.get("/reviews").json()["total"] == 0


def test_a_correction_changes_what_it_names_and_is_on_record(house: House, ana: Client) -> None:
    post_id = unsure(house, 10, severity=2).post.post_id
    page = ana.get(f"/posts/{post_id}")
    assert (page.headers["etag"], page.json()["version"]) == ('"1"', 1)
    assert (page.json()["verdict"]["severity"], page.json()["verdict"]["confidence"]) == (2, 0.4)
    form = {"topic": "urban", "emergency": None, "note": f"照明归城管，问 {PHONE}"}
    made = ana.post(f"/posts/{post_id}/corrections", json=form, headers={"if-match": '"1"'})
    assert made.status_code == 201, made.text
    line = made.json()
    assert (line["who"], line["version"], made.headers["etag"]) == ("ana", 2, '"2"')
    assert (line["before"]["topic"], line["before"]["emergency"]) == ("work_safety", "accident")
    assert (line["after"]["topic"], line["after"]["emergency"]) == ("urban", None)
    assert line["after"]["severity"] == 2
    assert PHONE not in made.text
    now = ana.get(f"/posts/{post_id}").json()
    assert (now["verdict"]["topic"], now["verdict"]["confirmed_by"]) == ("urban", "ana")
    found = ana.get("/posts", params={"text": "巷口"}).json()["posts"][0]
    assert (found["topic"], found["severity"]) == ("urban", 2)
    (entry,) = audited(house, "post_corrected")
    assert (entry.who, entry.subject) == ("ana", f"post:{post_id}")
    assert entry.detail["heads"] == ["topic", "emergency"]
    assert PHONE not in str(entry)
    assert verify(house.engine).findings == ()


def test_who_comes_second_is_told_who_was_first(house: House, ana: Client) -> None:
    path = f"/posts/{FIRE_ID}/corrections"
    with house.signed_in("lin") as lin:
        assert lin.post(path, json={"version": 1, "severity": 2}).status_code == 201
    second = {"severity": 1}
    assert "林一" in problem(ana.post(path, json=second, headers={"if-match": '"1"'}), 412)
    assert "林一" in problem(ana.post(path, json=second | {"version": 1}), 409, "conflict")
    problem(ana.post(path, json=second), 428, "version_needed")
    problem(ana.post(path, json=second, headers={"if-match": '"9"'}), 412, "outdated")
    house.clock.pass_by(MINUTE)
    tag = ana.get(f"/posts/{FIRE_ID}").headers["etag"]
    assert ana.post(path, json=second, headers={"if-match": tag}).status_code == 201
    first = ana.get(path, params={"size": 1})
    rest = ana.get(path, params={"size": 1, "after": first.json()["next"]}).json()
    lines = [*first.json()["lines"], *rest["lines"]]
    assert [(one["version"], one["who"]) for one in lines] == [(3, "ana"), (2, "lin")]
    assert (first.headers["etag"], rest["next"]) == ('"3"', None)


def test_a_correction_sent_twice_is_made_once(house: House, ana: Client) -> None:
    headers = {"idempotency-key": "k-1", "if-match": '"1"'}
    path = f"/posts/{FIRE_ID}/corrections"
    first = ana.post(path, json={"severity": 1}, headers=headers)
    again = ana.post(path, json={"severity": 1}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert len(ana.get(path).json()["lines"]) == 1
    problem(ana.post(path, json={"severity": 2}, headers=headers), 409, "idempotency_key_reused")


def test_an_irrelevant_post_has_neither_topic_nor_risk(ana: Client) -> None:
    form = {"version": 1, "relevant": False, "severity": 3}
    after = ana.post(f"/posts/{FIRE_ID}/corrections", json=form).json()["after"]
    assert (after["relevant"], after["topic"], after["severity"]) == (False, "other", 0)


def test_confirming_is_on_record_and_changes_nothing(house: House, ana: Client) -> None:
    post_id = unsure(house, 10).post.post_id
    made = ana.post(f"/posts/{post_id}/confirm", json={"version": 1, "note": "看过"}).json()
    assert (made["changed"], made["before"] == made["after"]) == (False, True)
    assert audited(house, "post_confirmed")[0].detail["heads"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": 5},
        {"topic": "nothing"},
        {"disposition": "x"},
        {"places": ["长" * 41]},
        {"places": ["x"] * 21},
        {"note": "长" * 501},
        {"relevant": "maybe"},
    ],
)
def test_a_senseless_correction_is_refused(ana: Client, wrong: dict[str, Any]) -> None:
    answer = ana.post(f"/posts/{FIRE_ID}/corrections", json={"version": 1} | wrong)
    problem(answer, 422, "invalid")


def test_only_those_who_judge_judge_and_only_their_own(house: House, ana: Client) -> None:
    post_id = unsure(house, 10).post.post_id
    with house.signed_in("root") as root:
        reader, _ = house.keyed(root, "read", "write", role="analyst")
    asks = [
        (f"/reviews/{post_id}/take", {}),
        (f"/posts/{post_id}/confirm", {"version": 1}),
        (f"/posts/{post_id}/corrections", {"version": 1, "severity": 0}),
        (f"/events/{FIRE_ID}/regroupings", {"version": 1, "action": "merge", "reason": "x"}),
    ]
    with reader, house.signed_in("chen") as chen, house.signed_in("far") as far:
        for path, form in asks:
            assert "接口密钥" in problem(reader.post(path, json=form), 403, "not_allowed")
            problem(chen.post(path, json=form), 403, "not_allowed")
            problem(far.post(path, json=form), 404, "not_found")
        assert reader.get("/reviews").json()["total"] == 1
        for path in ("/reviews", f"/posts/{post_id}", f"/posts/{post_id}/corrections"):
            problem(chen.get(path), 403, "not_allowed")
        problem(far.get(f"/posts/{post_id}"), 404, "not_found")
        assert far.get("/reviews").json()["total"] == 0
    ana.post(f"/posts/{post_id}/confirm", json={"version": 1})
    with house.signed_in("far") as far:
        assert far.get(f"/posts/{post_id}/corrections").json()["lines"] == []


def test_what_only_a_ticket_keeps_is_judged_by_its_own_people(house: House, ana: Client) -> None:
    smoke = replace(SMOKE, jurisdictions=())  # of no source's place: the words named one
    house.tell(changed(replace(relevant(smoke), post=smoke)))
    assert ana.get(f"/posts/{smoke.post_id}").json()["jurisdictions"] == ["qinghe"]
    form = {"version": 1, "severity": 1}
    with house.signed_in("far") as far:
        problem(far.get(f"/posts/{smoke.post_id}"), 404, "not_found")
        problem(far.post(f"/posts/{smoke.post_id}/corrections", json=form), 404, "not_found")
    assert ana.post(f"/posts/{smoke.post_id}/corrections", json=form).status_code == 201


def two_events(house: House) -> tuple[str, str]:
    """An event of two posts and one of one."""
    house.tell(changed(relevant(SMOKE), version=2, former=(relevant(FIRE),)))
    house.tell(changed(relevant(WAGES, topic=Topic.LABOUR, severity=2, emergency=None)))
    return FIRE_ID, WAGES.post_id


def test_a_merge_a_split_and_a_pin_are_on_record(house: House, ana: Client) -> None:
    fire, wages = two_events(house)
    path = f"/events/{fire}/regroupings"
    assert ana.get(path).headers["etag"] == '"1"'
    merge = {"version": 1, "action": "merge", "into": fire, "reason": f"问过 {PHONE}"}
    assert ana.post(f"/events/{wages}/regroupings", json=merge).status_code == 202
    tag = ana.get(path).headers["etag"]
    split = {"action": "split", "post_ids": [SMOKE.post_id], "reason": "另一处"}
    house.clock.pass_by(MINUTE)
    made = ana.post(path, json=split, headers={"if-match": tag})
    assert (made.status_code, made.headers["etag"]) == (202, '"3"')
    assert (made.json()["post_ids"], made.json()["into"]) == ([SMOKE.post_id], None)
    pin = {"version": 3, "action": "pin", "post_ids": [SMOKE.post_id], "reason": "核对过"}
    house.clock.pass_by(MINUTE)
    assert ana.post(path, json=pin).status_code == 202
    page = ana.get(path, params={"size": 2}).json()
    rest = ana.get(path, params={"size": 2, "after": page["next"]}).json()
    lines = [*page["lines"], *rest["lines"]]
    assert [(one["action"], one["version"]) for one in lines] == [
        ("pin", 4),
        ("split", 3),
        ("merge", 2),
    ]
    assert PHONE not in str(lines)
    told = [(one.subject, one.detail["action"]) for one in audited(house, "regrouped")]
    assert told == [
        (f"event:{wages}", "merge"),
        (f"event:{fire}", "split"),
        (f"event:{fire}", "pin"),
    ]
    assert verify(house.engine).findings == ()


def test_who_regroups_second_is_told_who_was_first(house: House, ana: Client) -> None:
    fire, _wages = two_events(house)
    path = f"/events/{fire}/regroupings"
    pin = {"action": "pin", "post_ids": [FIRE_ID], "reason": "核对过"}
    with house.signed_in("lin") as lin:
        assert lin.post(path, json=pin | {"version": 1}).status_code == 202
    assert "林一" in problem(ana.post(path, json=pin, headers={"if-match": '"1"'}), 412)
    assert "林一" in problem(ana.post(path, json=pin | {"version": 1}), 409, "conflict")
    problem(ana.post(path, json=pin | {"version": 7}), 409, "conflict")
    problem(ana.post(path, json=pin), 428, "version_needed")
    for wrong in (
        {"action": "merge"},
        {"action": "merge", "into": fire},
        {"action": "split", "post_ids": ["nobody"]},
        {"action": "pin", "reason": " "},
        {"action": "burn"},
    ):
        problem(ana.post(path, json=pin | {"version": 2} | wrong), 422, "invalid")
    problem(ana.post(path, json=pin | {"version": 2, "action": "merge", "into": "no"}), 404)


def test_the_etag_of_an_event_is_its_version(house: House, ana: Client) -> None:
    assert ana.get(f"/events/{FIRE_ID}").headers["etag"] == '"1"'
    two_events(house)
    assert ana.get(f"/events/{FIRE_ID}").headers["etag"] == '"2"'


def test_events_are_narrowed(house: House, ana: Client) -> None:
    fire, wages = two_events(house)

    def found(**narrow: Any) -> list[str]:
        lines = ana.get("/events", params=narrow).json()["lines"]
        return sorted(line["event_id"] for line in lines)

    assert found() == sorted([fire, wages])
    assert (found(topic="labour"), found(severity_min=3)) == ([wages], [fire])
    assert found(topic="labour", severity_min=3) == found(jurisdiction="yunxi") == []
    problem(ana.get("/events", params={"severity_min": 5}), 422, "invalid")
