"""The outbox: claimed by lease, retried with growing pauses, never sent again once accepted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select, text, update

from responder.outbox import ATTEMPTS, LEASE, Push, cancel, put_change, put_pushes, send_due
from responder.push import Delivery
from responder.schema import VERSION_TABLE, outbox
from responder.store import TicketStore
from stream.bus import Outgoing
from stream.codec import decode
from stream.messages import TicketChanged
from stream.sql import open_engine
from tests.responder_world import HOUR, MINUTE, NOON, SetClock
from yuqing.domain.errors import RetryLater

ONE = (("值班", ("json://127.0.0.1/a",)),)


@dataclass
class Chat:
    """A third party's chat webhook: refuses while `down`."""

    down: bool = False
    taken: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    asked: int = 0

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:  # noqa: ARG002
        self.asked += 1
        if self.down:
            return Delivery("HTTP 500")
        self.taken.append((tuple(channels), title))
        return Delivery(None)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = (
        f"sqlite:///{tmp_path / 't.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = open_engine(url, durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


def put(engine: Engine, *pushes: Push) -> None:
    with engine.begin() as connection:
        put_pushes(connection, pushes, NOON)


def a_push(key: str = "p", **fields: Any) -> Push:
    given: dict[str, Any] = {
        "purpose": "acknowledge",
        "audience": "unit:yingji",
        "jurisdiction": "qinghe",
        "title": "请签收",
        "body": "北坡仓库起火",
        "link": "/tickets/T-1",
        "due_at": NOON,
        "ticket_id": "T-1",
        "recipients": (("值班", ("json://127.0.0.1/a",)), ("负责人", ("json://127.0.0.1/b",))),
    }
    return Push(key=key, **(given | fields))


def rows(engine: Engine) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.outbox_id)))


def nowhere(messages: Sequence[Outgoing]) -> None:
    assert not messages


def test_each_recipient_is_reached_once(engine: Engine) -> None:
    chat, clock = Chat(), SetClock()
    put(engine, a_push(), a_push())
    assert send_due(engine, chat, nowhere, clock) == 2
    assert send_due(engine, chat, nowhere, clock) == 0
    assert [channels for channels, _ in chat.taken] == [
        ("json://127.0.0.1/a",),
        ("json://127.0.0.1/b",),
    ]
    assert [(row.state, row.delivered_at) for row in rows(engine)] == [("sent", NOON)] * 2


def test_what_is_not_due_waits(engine: Engine) -> None:
    chat, clock = Chat(), SetClock()
    put(engine, a_push(due_at=NOON + HOUR))
    assert send_due(engine, chat, nowhere, clock) == 0
    clock.pass_by(HOUR)
    assert send_due(engine, chat, nowhere, clock) == 2


def test_a_refusal_is_retried_after_growing_pauses_and_gives_up_aloud(engine: Engine) -> None:
    chat, clock = Chat(down=True), SetClock()
    put(engine, a_push(recipients=ONE))
    send_due(engine, chat, nowhere, clock)
    send_due(engine, chat, nowhere, clock)
    assert chat.asked == 1
    row = rows(engine)[0]
    assert (row.state, row.attempts, row.error) == ("pending", 1, "HTTP 500")
    for _ in range(ATTEMPTS):
        clock.pass_by(HOUR)
        send_due(engine, chat, nowhere, clock)
    assert chat.asked == ATTEMPTS
    assert rows(engine)[0].state == "failed"


def test_a_channel_that_recovers_gets_what_waited(engine: Engine) -> None:
    chat, clock = Chat(down=True), SetClock()
    put(engine, a_push())
    send_due(engine, chat, nowhere, clock)
    chat.down = False
    clock.pass_by(MINUTE)
    assert send_due(engine, chat, nowhere, clock) == 2


def test_what_was_called_off_is_never_sent(engine: Engine) -> None:
    chat, clock = Chat(), SetClock()
    put(engine, a_push("a"), a_push("b", purpose="clock", recipients=ONE))
    with engine.begin() as connection:
        cancel(connection, "T-1", "acknowledge")
    assert send_due(engine, chat, nowhere, clock) == 1
    assert [row.state for row in rows(engine)] == ["cancelled", "cancelled", "sent"]


def test_a_sender_that_dies_loses_its_lease_not_the_message(engine: Engine) -> None:
    class Dies(Exception):
        pass

    class Killed:
        def push(self, *_message: object) -> Delivery:
            raise Dies

    chat, clock = Chat(), SetClock()
    put(engine, a_push(recipients=ONE))
    with pytest.raises(Dies):
        send_due(engine, Killed(), nowhere, clock)
    assert send_due(engine, chat, nowhere, clock) == 0
    clock.pass_by(LEASE + MINUTE)
    assert send_due(engine, chat, nowhere, clock) == 1


def test_on_a_fast_clock_leases_and_pauses_keep_their_real_length(engine: Engine) -> None:
    chat, clock = Chat(down=True), SetClock(rate=600)
    put(engine, a_push(recipients=ONE))
    send_due(engine, chat, nowhere, clock)
    clock.pass_by(MINUTE)
    send_due(engine, chat, nowhere, clock)
    assert chat.asked == 1
    clock.pass_by(HOUR)
    send_due(engine, chat, nowhere, clock)
    assert chat.asked == 2


def test_two_senders_share_the_work(engine: Engine) -> None:
    clock, second = SetClock(), Chat()
    put(engine, *(a_push(f"p{number}", recipients=ONE) for number in range(4)))

    class First(Chat):
        def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
            send_due(engine, second, nowhere, clock)
            return super().push(channels, title, body)

    first = First()
    send_due(engine, first, nowhere, clock)
    assert (len(first.taken), len(second.taken)) == (1, 3)


def test_changes_go_to_the_bus_in_order_and_leave_no_row(engine: Engine) -> None:
    bus: list[Outgoing] = []
    with engine.begin() as connection:
        for version in (1, 2, 2):
            change = TicketChanged("T-1", "qinghe", version, "note", "triage", NOON)
            put_change(connection, change, NOON)
    assert send_due(engine, Chat(), bus.extend, SetClock()) == 2
    found = [decode(message.value) for message in bus]
    assert [one.version for one in found if isinstance(one, TicketChanged)] == [1, 2]
    assert {(message.topic, message.key) for message in bus} == {("tickets", "T-1")}
    assert rows(engine) == []


def test_while_the_bus_is_away_changes_wait(engine: Engine) -> None:
    def away(_messages: Sequence[Outgoing]) -> None:
        raise RetryLater("bus away")

    bus: list[Outgoing] = []
    clock = SetClock()
    with engine.begin() as connection:
        change = TicketChanged("T-1", "qinghe", 1, "note", "triage", NOON)
        put_change(connection, change, NOON)
    with pytest.raises(RetryLater):
        send_due(engine, Chat(), away, clock)
    clock.pass_by(MINUTE)
    assert send_due(engine, Chat(), bus.extend, clock) == 1


def test_what_is_called_off_while_a_channel_refuses_it_is_not_tried_again(engine: Engine) -> None:
    class Busy(Chat):
        def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
            if self.down:
                with engine.begin() as connection:
                    cancel(connection, "T-1", "acknowledge")
            return super().push(channels, title, body)

    chat, clock = Busy(down=True), SetClock()
    put(engine, a_push(recipients=ONE))
    send_due(engine, chat, nowhere, clock)
    chat.down = False
    clock.pass_by(HOUR)
    assert send_due(engine, chat, nowhere, clock) == 0
    assert [row.state for row in rows(engine)] == ["cancelled"]


def test_a_refusal_that_comes_after_another_senders_success_repeats_nothing(
    engine: Engine,
) -> None:
    clock, second = SetClock(), Chat()

    class Slow(Chat):
        def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
            clock.pass_by(LEASE + MINUTE)
            send_due(engine, second, nowhere, clock)
            return super().push(channels, title, body)

    put(engine, a_push(recipients=ONE))
    send_due(engine, Slow(down=True), nowhere, clock)
    clock.pass_by(HOUR)
    send_due(engine, second, nowhere, clock)
    assert len(second.taken) == 1
    assert [row.state for row in rows(engine)] == ["sent"]


def test_after_the_bus_was_away_no_change_overtakes_an_earlier_one(engine: Engine) -> None:
    def away(_messages: Sequence[Outgoing]) -> None:
        raise RetryLater("bus away")

    def write(version: int) -> None:
        with engine.begin() as connection:
            change = TicketChanged("T-1", "qinghe", version, "note", "triage", NOON)
            put_change(connection, change, NOON)

    bus: list[Outgoing] = []
    chat, clock = Chat(), SetClock()
    write(1)
    for number in range(2):
        put(engine, a_push(f"p{number}", recipients=ONE))
        with pytest.raises(RetryLater):
            send_due(engine, chat, away, clock)
    assert len(chat.taken) == 2  # people are told all the while
    write(2)
    send_due(engine, Chat(), bus.extend, clock)
    found = [decode(message.value) for message in bus]
    assert [one.version for one in found if isinstance(one, TicketChanged)] == [1, 2]


def test_what_no_channel_can_carry_is_a_notice_and_never_delivered(engine: Engine) -> None:
    chat, clock = Chat(down=True), SetClock()
    put(engine, a_push("a", recipients=()), a_push("b", recipients=(("值班", ()), *ONE)))
    send_due(engine, chat, nowhere, clock)
    chat.down = False
    clock.pass_by(HOUR)
    assert send_due(engine, chat, nowhere, clock) == 1
    told = [(row.state, row.delivered_at) for row in rows(engine)]
    assert told == [("console", None), ("console", None), ("sent", NOON + HOUR)]
    assert chat.asked == 2


def test_records_of_before_that_claim_a_delivery_nobody_made_are_mended(engine: Engine) -> None:
    put(engine, a_push("a", recipients=()), a_push("b", recipients=ONE))
    with engine.begin() as connection:
        connection.execute(update(outbox).values(state="sent", delivered_at=NOON))
        connection.execute(text(f"update {VERSION_TABLE} set version_num = '0002'"))
    TicketStore(engine).migrate()
    told = [(row.state, row.delivered_at) for row in rows(engine)]
    assert told == [("console", None), ("sent", NOON)]


@pytest.mark.parametrize("console", ["https://yuqing.qinghe.test", "https://yuqing.qinghe.test/"])
def test_a_message_ends_with_the_whole_link_to_what_it_is_about(
    engine: Engine, console: str
) -> None:
    bodies: list[str] = []

    class Reads(Chat):
        def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
            bodies.append(body)
            return super().push(channels, title, body)

    put(engine, a_push(recipients=ONE))
    send_due(engine, Reads(), nowhere, SetClock(), console=console)
    assert bodies == ["北坡仓库起火\n查看：https://yuqing.qinghe.test/tickets/T-1"]
