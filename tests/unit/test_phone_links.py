"""A link in a push acknowledges from a phone: once, for a day, for that one assignment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Client

from responder.act import Act
from responder.announce import announcer
from responder.api.phone import add_phone_page
from responder.changes import Change
from responder.handlers import respond_handler
from responder.link_tokens import LASTS, read_token, token_of
from responder.outbox import send_due
from responder.phone_links import PhoneLinks
from responder.push import Delivery
from responder.store import TicketStore
from responder.sweep import sweep_due
from stream.sql import open_engine
from tests.doors import open_door
from tests.responder_world import (
    HOUR,
    MINUTE,
    NOON,
    SetClock,
    changed,
    district,
    post,
    recorded,
    relevant,
)

SECRET = "quiet-lake-77"
HOME = district("json://127.0.0.1/duty")


@dataclass
class Phone:
    """Takes every message and knows the links in it."""

    shown: list[str] = field(default_factory=list)

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:  # noqa: ARG002
        self.shown.append(body)
        return Delivery(None, "企业微信")

    def links(self) -> list[str]:
        return re.findall(r"一键签收：http://y\.test(/a/\S+)", "\n".join(self.shown))


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON + HOUR)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TicketStore]:
    engine = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    made = TicketStore(engine)
    made.migrate()
    yield made
    engine.dispose()


@pytest.fixture
def client(store: TicketStore, clock: SetClock) -> Iterator[Client]:
    app = FastAPI()
    add_phone_page(app, PhoneLinks(store, SECRET), clock)
    with open_door(app) as url, Client(base_url=url, trust_env=False) as made:
        yield made


def assigned(store: TicketStore, clock: SetClock) -> str:
    """A ticket that the machine charged 人社局 with."""
    wages = relevant(post(1, "工地拖欠工资"), severity=2, emergency=None, topic="labour")
    respond_handler(store, {"qinghe": HOME}, clock)(recorded(changed(wages)))
    stored = store.of_event(wages.post.post_id)
    assert stored is not None
    return stored.ticket_id


def pushed(store: TicketStore, clock: SetClock) -> list[str]:
    """The links that came by all that was due."""
    phone = Phone()
    send_due(store.engine, phone, lambda _m: None, clock, console="http://y.test", secret=SECRET)
    return phone.links()


def sweep(store: TicketStore, now: datetime) -> None:
    sweep_due(store, {"qinghe": HOME}, now)


def test_the_link_acknowledges_once_and_calls_off_what_waits(
    store: TicketStore, clock: SetClock, client: Client
) -> None:
    ticket_id = assigned(store, clock)
    (link,) = pushed(store, clock)
    shown = client.get(link)
    assert "工地拖欠工资" in shown.text
    assert 'method="post"' in shown.text
    assert "script-src" not in shown.headers["content-security-policy"]
    assert store.get(ticket_id).ticket.state == "assigned"  # looking changes nothing
    done = client.post(link)
    assert (done.status_code, "已签收" in done.text) == (200, True)
    stored, acts = store.history(ticket_id)
    assert stored.ticket.state == "acknowledged"
    assert (acts[-1].who, acts[-1].data["via"]) == ("contact:人社局值班", "link")
    again = client.post(link)
    assert (again.status_code, "已使用" in again.text) == (409, True)
    assert len(store.history(ticket_id)[1]) == len(acts)
    sweep(store, clock.now() + 3 * HOUR)
    assert [act.action for act in store.history(ticket_id)[1]].count("escalate") == 0


def test_a_link_expires(store: TicketStore, clock: SetClock, client: Client) -> None:
    assigned(store, clock)
    (link,) = pushed(store, clock)
    clock.pass_by(LASTS + MINUTE)
    assert "已过期" in client.get(link).text
    late = client.post(link)
    assert (late.status_code, "已过期" in late.text) == (410, True)


def test_a_link_is_for_one_assignment(store: TicketStore, clock: SetClock, client: Client) -> None:
    ticket_id = assigned(store, clock)
    (old,) = pushed(store, clock)
    reassign = Act(clock.now(), "lin", "reassign", {"unit": "yingji", "reason": "属应急"})
    store.change(ticket_id, lambda _s, _a: Change((reassign,), announce=announcer(HOME)))
    (new,) = pushed(store, clock)
    refused = client.post(old)
    assert (refused.status_code, "重新交办" in refused.text) == (410, True)
    assert client.post(new).status_code == 200


def test_after_an_acknowledgement_by_hand_the_link_says_so(
    store: TicketStore, clock: SetClock, client: Client
) -> None:
    ticket_id = assigned(store, clock)
    (link,) = pushed(store, clock)
    store.append(ticket_id, 2, [Act(clock.now(), "chen", "acknowledge", {})])
    assert "已签收" in client.get(link).text
    assert client.post(link).status_code == 410


def test_nobody_else_can_make_one(store: TicketStore, clock: SetClock, client: Client) -> None:
    assigned(store, clock)
    (link,) = pushed(store, clock)
    token = read_token(link.removeprefix("/a/"))
    assert token is not None
    forged = token_of("another secret", token.outbox_id, "key", token.until)
    longer = f"{token.outbox_id}.{token.expires + 9999}.{token.signature}"
    other = f"{token.outbox_id + 1}.{token.expires}.{token.signature}"
    for attempt in (forged, longer, other, "1.2.3", "x" * 70, "9" * 15 + ".1." + "A" * 32):
        assert client.get(f"/a/{attempt}").status_code == 404
        assert client.post(f"/a/{attempt}").status_code == 404


def test_escalation_carries_links_for_the_unit_only(store: TicketStore, clock: SetClock) -> None:
    assigned(store, clock)
    pushed(store, clock)
    clock.pass_by(3 * HOUR)
    sweep(store, clock.now())
    with store.engine.connect() as connection:
        told = connection.exec_driver_sql(
            "select target, assignment from outbox where kind = 'push' and key like '%acknowledge%'"
        ).all()
    assert [tuple(row) for row in told] == [
        ("unit:renshe", 1),
        ("unit:renshe", 1),
        ("unit:zhengfuban", None),
    ]


def test_two_thumbs_at_once_make_one_acknowledgement(
    store: TicketStore, clock: SetClock, client: Client
) -> None:
    ticket_id = assigned(store, clock)
    (link,) = pushed(store, clock)
    with ThreadPoolExecutor(4) as thumbs:
        codes = sorted(thumbs.map(lambda _: client.post(link).status_code, range(4)))
    assert codes[0] == 200
    assert set(codes[1:]) <= {409, 410}
    assert [act.action for act in store.history(ticket_id)[1]].count("acknowledge") == 1
