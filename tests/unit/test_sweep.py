"""The sweep escalates what is late, once, whoever sweeps and however late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select, update

from responder.act import Act
from responder.handlers import respond_handler
from responder.schema import outbox, ticket_clocks, tickets
from responder.store import TicketStore
from responder.sweep import Unreadable, sweep_due
from stream.sql import open_engine
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

OPENED = NOON + 10 * MINUTE
HOMES = {"qinghe": district()}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketStore]:
    url = (
        f"sqlite:///{tmp_path / 't.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    engine = open_engine(url, durable=True)
    made = TicketStore(engine)
    made.migrate()
    yield made
    engine.dispose()


def opened(store: TicketStore, number: int = 1) -> str:
    """A ticket of grade 2, assigned by the machine at OPENED; 48 hours from NOON + 5 minutes."""
    wages = relevant(post(number, "工地拖欠工资"), severity=2, emergency=None, topic="labour")
    respond_handler(store, HOMES, SetClock(OPENED))(recorded(changed(wages)))
    stored = store.of_event(wages.post.post_id)
    assert stored is not None
    return stored.ticket_id


def spoil(store: TicketStore, ticket_id: str, policy: object) -> None:
    """`policy` in the place of the policy that the ticket was opened with."""
    one = update(tickets).where(tickets.c.ticket_id == ticket_id)
    with store.engine.begin() as connection:
        connection.execute(one.values(policy=policy))


def sweep(store: TicketStore, now: datetime) -> int:
    return sweep_due(store, HOMES, now)


def escalations(store: TicketStore, ticket_id: str) -> list[Act]:
    return [act for act in store.history(ticket_id)[1] if act.action == "escalate"]


def pushed(store: TicketStore, purpose: str) -> list[str]:
    with store.engine.connect() as connection:
        query = select(outbox.c.payload).where(outbox.c.purpose == purpose)
        return [payload["title"] for payload in connection.execute(query).scalars()]


def test_a_quiet_sweep_only_says_when_to_look_again(store: TicketStore) -> None:
    ticket_id = opened(store)
    assert sweep(store, OPENED) == 1
    assert escalations(store, ticket_id) == []
    assert sweep(store, OPENED + 29 * MINUTE) == 0
    with store.engine.connect() as connection:
        row = connection.execute(select(tickets)).one()
    assert OPENED + 29 * MINUTE < row.next_due_at <= OPENED + 31 * MINUTE


def test_the_chain_is_walked_while_nobody_acknowledges(store: TicketStore) -> None:
    ticket_id = opened(store)
    for minutes in range(0, 125, 5):
        sweep(store, OPENED + minutes * MINUTE)
    steps = escalations(store, ticket_id)
    assert [step.data["target"] for step in steps] == ["duty", "principal", "coordinator"]
    assert {step.who for step in steps} == {"machine"}
    assert len(pushed(store, "acknowledge")) == 4  # the assignment's own, and three steps


def test_a_late_sweep_catches_up_and_a_repeated_one_changes_nothing(store: TicketStore) -> None:
    ticket_id = opened(store)
    late = OPENED + 3 * HOUR
    assert sweep(store, late) == 1
    sweep(store, late)
    sweep(store, late)
    assert len(escalations(store, ticket_id)) == 3


def test_acknowledging_ends_the_steps_and_calls_off_what_waits(store: TicketStore) -> None:
    ticket_id = opened(store)
    sweep(store, OPENED + 31 * MINUTE)
    stored = store.get(ticket_id)
    store.append(ticket_id, stored.version, [Act(OPENED + 32 * MINUTE, "chen", "acknowledge", {})])
    sweep(store, OPENED + 5 * HOUR)
    assert len(escalations(store, ticket_id)) == 1


def test_a_clock_that_passes_its_due_time_is_shown_as_breached(store: TicketStore) -> None:
    ticket_id = opened(store)
    due = NOON + 5 * MINUTE + 48 * HOUR
    stored = store.get(ticket_id)
    store.append(ticket_id, stored.version, [Act(OPENED + MINUTE, "chen", "acknowledge", {})])
    sweep(store, due - HOUR)
    assert any("将于" in title for title in pushed(store, "clock"))
    sweep(store, due + 2 * MINUTE)
    with store.engine.connect() as connection:
        row = connection.execute(select(ticket_clocks)).one()
    assert (row.status, row.late_seconds) == ("breached", 120)
    assert any("已超期" in title for title in pushed(store, "clock"))


def test_several_sweepers_at_once_write_each_step_once(store: TicketStore) -> None:
    ids = [opened(store, number) for number in range(1, 7)]
    gate = threading.Barrier(4)

    def run() -> None:
        gate.wait()
        sweep(store, OPENED + 3 * HOUR)

    sweepers = [threading.Thread(target=run) for _ in range(4)]
    for sweeper in sweepers:
        sweeper.start()
    for sweeper in sweepers:
        sweeper.join()
    assert [len(escalations(store, ticket_id)) for ticket_id in ids] == [3] * 6


def test_it_reads_only_what_is_due(store: TicketStore) -> None:
    for number in range(1, 30):
        opened(store, number)
    sweep(store, OPENED)
    statements: list[str] = []
    sql_event.listen(store.engine, "before_cursor_execute", lambda *a: statements.append(str(a[2])))
    assert sweep(store, OPENED + MINUTE) == 0
    assert len([s for s in statements if "tickets" in s]) == 1


def test_a_ticket_of_an_unknown_jurisdiction_is_left_alone(store: TicketStore) -> None:
    ticket_id = opened(store)
    assert sweep_due(store, {}, OPENED + 3 * HOUR) == 1
    assert sweep_due(store, {}, OPENED + 3 * HOUR) == 0
    assert escalations(store, ticket_id) == []


def test_a_ticket_that_cannot_be_read_is_named_and_stops_no_other(store: TicketStore) -> None:
    broken, sound = opened(store, 1), opened(store, 2)
    spoil(store, broken, {})
    late = OPENED + 3 * HOUR
    for moment in (late, late + MINUTE):
        with pytest.raises(Unreadable, match=broken) as told:
            sweep(store, moment)
        assert told.value.ticket_ids == (broken,)
    assert len(escalations(store, sound)) == 3


def test_tickets_that_cannot_be_read_take_nobodys_turn(store: TicketStore) -> None:
    broken, sound = opened(store, 1), opened(store, 2)
    spoil(store, broken, {})
    late = OPENED + 3 * HOUR
    with pytest.raises(Unreadable):
        sweep_due(store, HOMES, late, limit=1)
    assert sweep_due(store, HOMES, late + MINUTE, limit=1) == 1
    assert len(escalations(store, sound)) == 3


def test_a_mended_ticket_is_swept_again(store: TicketStore) -> None:
    ticket_id = opened(store)
    with store.engine.connect() as connection:
        policy = connection.execute(select(tickets.c.policy)).scalar_one()
    spoil(store, ticket_id, {})
    with pytest.raises(Unreadable):
        sweep(store, OPENED + 3 * HOUR)
    spoil(store, ticket_id, policy)
    assert sweep(store, OPENED + 3 * HOUR) == 1
    assert len(escalations(store, ticket_id)) == 3
