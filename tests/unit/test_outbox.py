"""The outbox: claimed by lease, retried with growing pauses, never sent again once accepted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, Row, select, text

from responder.claims import backoff, claim, let_go, next_due
from responder.outbox import ATTEMPTS, LEASE, Push, cancel, put_change, put_pushes, send_due
from responder.push import Delivery
from responder.schema import SCRIPTS, VERSION_TABLE, notices, outbox
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
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = (
        f"sqlite:///{tmp_path / 't.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = open_engine(url, durable=True)
    yield made
    made.dispose()


@pytest.fixture
def engine(empty: Engine) -> Engine:
    TicketStore(empty).migrate()
    return empty


def upgrade(engine: Engine, revision: str) -> None:
    """Bring the tables to the shape of `revision`."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("version_table", VERSION_TABLE)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


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
    people = [(("值班", (f"json://127.0.0.1/{number}",)),) for number in range(4)]
    put(engine, *(a_push(f"p{number}", recipients=one) for number, one in enumerate(people)))

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


def test_records_of_before_that_claim_a_delivery_nobody_made_are_mended(
    empty: Engine,
) -> None:
    upgrade(empty, "0002")
    silent, reached = '{"channels": []}', '{"channels": ["json://127.0.0.1/a"]}'
    old = text(
        "insert into outbox (key, kind, purpose, target, payload, created_at, due_at, state,"
        " attempts, delivered_at) values (:key, 'push', 'case', 'unit:yingji', :payload,"
        " '2026-03-02 04:00:00', '2026-03-02 04:00:00', 'sent', 1, '2026-03-02 04:00:00')"
    )
    with empty.begin() as connection:
        connection.execute(old, [{"key": "a", "payload": silent}, {"key": "b", "payload": reached}])
    TicketStore(empty).migrate()
    told = [(row.state, row.delivered_at) for row in rows(empty)]
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


@dataclass
class Screen:
    """A phone that remembers what it was shown; refuses with `refusal` while there is one."""

    refusal: Delivery | None = None
    shown: list[tuple[str, str]] = field(default_factory=list)

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:  # noqa: ARG002
        if self.refusal is not None:
            return self.refusal
        self.shown.append((title, body))
        return Delivery(None, "企业微信", ("邮件: HTTP 500",))


def test_what_is_due_to_one_person_comes_as_one_message(engine: Engine) -> None:
    screen, clock = Screen(), SetClock()
    late = [
        a_push("c", purpose="clock", title="催办：将到期", link="/tickets/T-2", recipients=ONE),
        a_push("a", title="请签收：起火", recipients=ONE),
        a_push("b", title="别人的", recipients=(("负责人", ("json://127.0.0.1/b",)),)),
    ]
    put(engine, *late)
    assert send_due(engine, screen, nowhere, clock, console="http://y.test") == 3
    (merged, body), (single, _) = screen.shown
    assert (merged, single) == ("2项待办：请签收：起火", "别人的")
    assert body.splitlines() == [
        "【1】请签收：起火",
        "查看：http://y.test/tickets/T-1",
        "【2】催办：将到期",
        "查看：http://y.test/tickets/T-2",
    ]
    assert {row.state for row in rows(engine)} == {"sent"}


def test_a_flood_is_one_message_that_says_how_much_is_left(engine: Engine) -> None:
    screen = Screen()
    flood = (a_push(f"p{n}", title=f"催办：第{n}件台账将要到期", recipients=ONE) for n in range(45))
    put(engine, *flood)
    assert send_due(engine, screen, nowhere, SetClock(), console="http://y.test") == 45
    ((title, body),) = screen.shown
    assert title.startswith("45项待办")
    assert len(body.encode()) < 2000
    shown = body.count("【")
    assert body.endswith(f"另有{45 - shown}项，见控制台：http://y.test/notices")


def test_the_ticket_says_which_channel_took_it_and_which_refused(engine: Engine) -> None:
    put(engine, a_push(recipients=ONE))
    send_due(engine, Screen(), nowhere, SetClock())
    (row,) = rows(engine)
    assert (row.state, row.via, row.error) == ("sent", "企业微信", "邮件: HTTP 500")


def test_a_channel_that_says_when_to_come_again_is_left_alone_till_then(engine: Engine) -> None:
    screen, clock = Screen(Delivery("HTTP 429", again_after=HOUR)), SetClock()
    put(engine, a_push(recipients=ONE))
    send_due(engine, screen, nowhere, clock)
    screen.refusal = None
    clock.pass_by(HOUR - MINUTE)
    assert send_due(engine, screen, nowhere, clock) == 0
    clock.pass_by(MINUTE)
    assert send_due(engine, screen, nowhere, clock) == 1


def test_pauses_double_and_are_spread_by_the_key_alone() -> None:
    for attempts, seconds in ((1, 5), (2, 10), (3, 20), (7, 320), (12, 600), (100, 600)):
        pauses = {backoff(f"k{n}", attempts).total_seconds() for n in range(200)}
        assert all(0.8 * seconds <= pause <= 1.2 * seconds for pause in pauses)
        assert max(pauses) - min(pauses) > 0.35 * seconds
        assert backoff("k1", attempts) == backoff("k1", attempts)


def test_what_is_given_up_is_told_to_those_who_can_telephone(engine: Engine) -> None:
    screen, clock = Screen(Delivery("HTTP 500")), SetClock()
    put(engine, a_push(recipients=ONE))
    for _ in range(ATTEMPTS):
        send_due(engine, screen, nowhere, clock)
        clock.pass_by(HOUR)
    assert rows(engine)[0].state == "failed"
    with engine.connect() as connection:
        told = connection.execute(select(notices).where(notices.c.key.like("undelivered:%"))).one()
    assert (told.audience, told.jurisdiction) == ("role:monitor", "qinghe")
    assert told.title == "推送未送达值班：请签收"


def test_a_sender_known_to_be_dead_is_not_waited_for(engine: Engine) -> None:
    clock = SetClock()
    put(engine, a_push(recipients=ONE))
    assert len(claim(engine, outbox.c.kind == "push", clock, 1)) == 1
    assert next_due(engine) == NOON + LEASE
    assert let_go(engine) == 1
    assert next_due(engine) == NOON
    assert (rows(engine)[0].attempts, rows(engine)[0].lease_until) == (0, None)
    assert send_due(engine, Screen(), nowhere, clock) == 1
    assert next_due(engine) is None


def test_what_is_refused_again_and_again_keeps_nothing_new_waiting(engine: Engine) -> None:
    chat, clock = Chat(down=True), SetClock()
    put(engine, a_push("old", title="旧", recipients=ONE))
    send_due(engine, chat, nowhere, clock)
    clock.pass_by(HOUR)
    put(engine, a_push("new", title="新", recipients=(("负责人", ("json://127.0.0.1/b",)),)))
    chat.down = False
    assert send_due(engine, chat, nowhere, clock, limit=2) == 2
    assert [title for _, title in chat.taken] == ["新", "旧"]


def test_many_slow_channels_outlast_no_lease(engine: Engine) -> None:
    clock, second = SetClock(), Chat()
    many = tuple(f"json://127.0.0.1/{number}" for number in range(5))

    class Slow(Chat):
        def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
            clock.pass_by(2 * LEASE)
            send_due(engine, second, nowhere, clock)
            return super().push(channels, title, body)

    put(engine, a_push(recipients=(("值班", many),)))
    first = Slow()
    assert send_due(engine, first, nowhere, clock) == 1
    assert (len(first.taken), second.taken) == (1, [])
