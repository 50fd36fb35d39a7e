"""Ticket events to webhooks: written with the act, signed, and sent to real receivers that take
them, fail, stall, lead elsewhere or are not there."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine, select

from responder.act import Act
from responder.claims import FIRST_PAUSE, LEASE, backoff
from responder.hook_http import HttpHookPoster
from responder.hooks import ATTEMPTS, Posted, send_hooks
from responder.opening import NewCase, by_hand
from responder.people import Person, Role
from responder.schema import outbox
from responder.store import TicketStore
from responder.webhooks import WebhookDraft, Webhooks
from stream.sql import open_engine
from tests.loopback import serving
from tests.responder_world import NOON, SetClock, district
from yuqing.domain.errors import NotAllowed

HOME = district()
LIN = Person("lin", "林一", Role.MONITOR, "qinghe")
POSTER = HttpHookPoster(seconds=0.3)


@dataclass
class Receiver:
    """What came in, and how it is answered."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/hook")
        async def hook(request: Request) -> Response:
            self.got.append((dict(request.headers), await request.body()))
            return Response(status_code=self.status, headers=self.headers)

        @app.post("/elsewhere")
        async def elsewhere() -> Response:
            return RedirectResponse("/hook", 307)

        @app.post("/stalls")
        async def stalls(request: Request) -> Response:
            await request.body()
            await request.receive()  # comes back when the sender has gone
            return Response()

        return app


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def url(receiver: Receiver) -> Iterator[str]:
    with serving(receiver.app()) as address:
        yield address


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


@pytest.fixture
def hooks(engine: Engine, clock: SetClock) -> Webhooks:
    return Webhooks(engine, clock)


def opened(engine: Engine, title: str = "路灯不亮，联系 13900001234") -> str:
    case = NewCase("qinghe", title, "联系 13900001234", "urban", 1, False)
    return TicketStore(engine).open(by_hand(case, LIN, HOME, NOON))[0].ticket_id


def rows(engine: Engine) -> list[Any]:
    with engine.connect() as link:
        query = select(outbox).where(outbox.c.kind == "hook").order_by(outbox.c.outbox_id)
        return list(link.execute(query))


def test_an_event_arrives_signed_and_without_personal_data(
    engine: Engine, hooks: Webhooks, clock: SetClock, receiver: Receiver, url: str
) -> None:
    made, secret = hooks.create(WebhookDraft("平台", f"{url}/hook"), "root")
    ticket_id = opened(engine)
    assert send_hooks(engine, POSTER, clock) == 1
    assert send_hooks(engine, POSTER, clock) == 0
    [(headers, body)] = receiver.got
    event = orjson.loads(body)
    assert (event["type"], event["data"]["ticket_id"]) == ("ticket.open", ticket_id)
    assert b"13900001234" not in body
    assert headers["webhook-id"] == f"hook:{made.webhook_id}:{ticket_id}:1"
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert [row.state for row in rows(engine)] == ["sent"]


def test_each_is_told_what_it_asked_for(engine: Engine, hooks: Webhooks) -> None:
    hooks.create(WebhookDraft("全部", "http://127.0.0.1:9/"), "root")
    hooks.create(WebhookDraft("交办", "http://127.0.0.1:9/", ("assign",)), "root")
    hooks.create(WebhookDraft("别处", "http://127.0.0.1:9/", jurisdiction="other"), "root")
    hooks.create(WebhookDraft("人社", "http://127.0.0.1:9/", unit="renshe"), "root")
    hooks.create(WebhookDraft("停用", "http://127.0.0.1:9/", active=False), "root")
    ticket_id = opened(engine)
    store = TicketStore(engine)
    store.append(ticket_id, 1, [Act(NOON, "ana", "assign", {"unit": "renshe"})])
    told = [(row.target, row.payload["type"]) for row in rows(engine)]
    assert told == [
        ("webhook:1", "ticket.open"),
        ("webhook:1", "ticket.assign"),
        ("webhook:2", "ticket.assign"),
        ("webhook:4", "ticket.assign"),
    ]


def test_an_act_that_is_refused_tells_nobody(engine: Engine, hooks: Webhooks) -> None:
    ticket_id = opened(engine)
    hooks.create(WebhookDraft("平台", "http://127.0.0.1:9/"), "root")
    with pytest.raises(NotAllowed):
        TicketStore(engine).append(ticket_id, 1, [Act(NOON, "ana", "close", {})])
    assert rows(engine) == []


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/hook", 500, "HTTP 500"),
        ("/hook", 302, "HTTP 302"),
        ("/elsewhere", 204, "HTTP 307"),
        ("/stalls", 204, "ReadTimeout"),
    ],
)
def test_what_is_not_taken_comes_again_later(
    engine: Engine,
    hooks: Webhooks,
    clock: SetClock,
    receiver: Receiver,
    url: str,
    path: str,
    status: int,
    said: str,
) -> None:
    receiver.status = status
    hooks.create(WebhookDraft("平台", url + path), "root")
    opened(engine)
    assert send_hooks(engine, POSTER, clock) == 0
    [row] = rows(engine)
    pause = backoff(row.key, 1)
    assert 0.8 * FIRST_PAUSE <= pause <= 1.2 * FIRST_PAUSE
    assert (row.state, row.attempts, row.lease_until) == ("pending", 1, NOON + pause)
    assert said in row.error
    assert send_hooks(engine, POSTER, clock) == 0
    assert rows(engine)[0].attempts == 1
    clock.pass_by(pause)
    receiver.status = 204
    assert send_hooks(engine, POSTER, clock) == (1 if path == "/hook" else 0)


def test_a_receiver_that_asks_for_patience_gets_it(
    engine: Engine, hooks: Webhooks, clock: SetClock, receiver: Receiver, url: str
) -> None:
    receiver.status, receiver.headers = 429, {"retry-after": "90"}
    hooks.create(WebhookDraft("平台", f"{url}/hook"), "root")
    opened(engine)
    send_hooks(engine, POSTER, clock)
    assert rows(engine)[0].lease_until == NOON + timedelta(seconds=90)


def test_one_that_is_not_there_keeps_no_other_waiting_and_is_given_up_at_last(
    engine: Engine, hooks: Webhooks, clock: SetClock, receiver: Receiver, url: str
) -> None:
    hooks.create(WebhookDraft("无人", "http://127.0.0.1:9/"), "root")
    hooks.create(WebhookDraft("平台", f"{url}/hook"), "root")
    for number in range(3):
        opened(engine, f"第 {number} 件")
    assert send_hooks(engine, POSTER, clock) == 3
    assert [row.attempts for row in rows(engine) if row.target == "webhook:1"] == [1, 0, 0]
    for _ in range(3 * ATTEMPTS):
        clock.pass_by(timedelta(hours=1.2))
        send_hooks(engine, POSTER, clock)
    assert {row.state for row in rows(engine) if row.target == "webhook:1"} == {"failed"}
    assert [row.state for row in hooks.deliveries(1, 10)] == ["failed"] * 3


def test_who_died_while_sending_lets_another_send(
    engine: Engine, hooks: Webhooks, clock: SetClock, receiver: Receiver, url: str
) -> None:
    class Died(Exception):
        pass

    class Dying:
        def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
            raise Died(url, body, headers)

    hooks.create(WebhookDraft("平台", f"{url}/hook"), "root")
    opened(engine)
    with pytest.raises(Died):
        send_hooks(engine, Dying(), clock)
    assert send_hooks(engine, POSTER, clock) == 0
    clock.pass_by(LEASE)
    assert send_hooks(engine, POSTER, clock) == 1
    assert len(receiver.got) == 1


def test_a_webhook_that_was_stopped_gets_nothing_more(
    engine: Engine, hooks: Webhooks, clock: SetClock, receiver: Receiver, url: str
) -> None:
    made, _ = hooks.create(WebhookDraft("平台", f"{url}/hook"), "root")
    opened(engine)
    hooks.change(made.webhook_id, 1, WebhookDraft("平台", f"{url}/hook", active=False), "root")
    send_hooks(engine, POSTER, clock)
    assert [row.state for row in rows(engine)] == ["cancelled"]
    assert receiver.got == []
