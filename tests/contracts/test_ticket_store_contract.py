"""The ticket store's contract, run on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, column, delete, insert, select, table, update
from sqlalchemy.exc import DBAPIError

from responder.act import Act
from responder.audit_check import verify
from responder.changes import Change, Opening
from responder.outbox import Push
from responder.policy import national
from responder.schema import (
    SCRIPTS,
    VERSION_TABLE,
    notices,
    outbox,
    ticket_clocks,
    ticket_events,
    tickets,
)
from responder.schema_judging import corrections
from responder.schema_lists import ticket_scopes, ticket_tallies
from responder.scopes import tallied
from responder.store import TicketStore
from stream.codec import decode
from stream.messages import TicketChanged
from stream.sql import open_engine
from yuqing.domain.errors import Conflict, NotAllowed, NotFound

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = (
        f"sqlite:///{tmp_path / 'tickets.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    engine = open_engine(url, durable=True)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> TicketStore:
    made = TicketStore(engine)
    made.migrate()
    return made


def opening(
    event_id: str | None = "e1",
    *,
    grade: int = 3,
    emergency: bool = True,
    follow: tuple[Act, ...] = (),
) -> Opening:
    data = {"discovered_at": NOON.isoformat(), "grade": grade, "emergency": emergency}
    if event_id:
        data["event"] = event_id
    return Opening(
        jurisdiction="qinghe",
        zone="Asia/Shanghai",
        title="北坡仓库起火",
        topic="work_safety",
        disposition="unclear",
        places=("北坡",),
        policy=national(),
        routing=("按主题",),
        act=Act(NOON, "machine", "open", data),
        event_id=event_id,
        follow=follow,
    )


def act(action: str, hours: float = 1, who: str = "lin", **data: object) -> Act:
    return Act(NOON + hours * HOUR, who, action, data)


def published(hours: float = 2) -> Act:
    at = (NOON + hours * HOUR).isoformat()
    return act("publish", hours, published_at=at, official=True, speaker="周敏", principal=True)


def test_migrations_make_exactly_the_schema_and_run_twice(
    store: TicketStore, engine: Engine
) -> None:
    store.migrate()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        found = compare_metadata(context, corrections.metadata)
    assert [change for change in found if VERSION_TABLE not in str(change)] == []


def test_opening_numbers_tickets_by_year_and_starts_clocks(store: TicketStore) -> None:
    first, new = store.open(opening("e1"))
    second, _ = store.open(opening("e2"))
    assert new
    assert [first.ticket_id, second.ticket_id] == ["QINGHE-2026-000001", "QINGHE-2026-000002"]
    assert (first.ticket.state, first.version) == ("triage", 1)
    with store.engine.connect() as connection:
        due = connection.execute(
            select(ticket_clocks.c.name, ticket_clocks.c.due, ticket_clocks.c.status)
            .where(ticket_clocks.c.ticket_id == first.ticket_id)
            .order_by(ticket_clocks.c.due, ticket_clocks.c.name)
        ).all()
    assert [tuple(row) for row in due] == [
        ("authoritative_release", NOON + 5 * HOUR, "running"),
        ("first_spokesperson", NOON + 24 * HOUR, "running"),
        ("press_conference", NOON + 24 * HOUR, "running"),
    ]


def test_an_event_opens_one_ticket_however_often_it_comes(store: TicketStore) -> None:
    first, _ = store.open(opening("e1"))
    again, new = store.open(opening("e1"))
    assert (again.ticket_id, new) == (first.ticket_id, False)
    assert store.of_event("e1") == first
    assert store.of_event("e9") is None


def test_of_two_openers_at_once_one_opens(store: TicketStore) -> None:
    gate, outcomes = threading.Barrier(6), list[tuple[str, bool]]()

    def run() -> None:
        gate.wait()
        stored, new = store.open(opening("e1"))
        outcomes.append((stored.ticket_id, new))

    openers = [threading.Thread(target=run) for _ in range(6)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert len({ticket_id for ticket_id, _ in outcomes}) == 1
    assert sorted(new for _, new in outcomes) == [False] * 5 + [True]


def test_tickets_by_hand_need_no_event(store: TicketStore) -> None:
    ids = {store.open(opening(None))[0].ticket_id for _ in range(2)}
    assert len(ids) == 2


def test_what_the_machine_does_at_once_is_part_of_the_opening(store: TicketStore) -> None:
    stored, _ = store.open(opening(follow=(act("assign", 0, "machine", unit="yingji"),)))
    assert (stored.ticket.state, stored.ticket.unit, stored.version) == ("assigned", "yingji", 2)


def test_an_act_moves_state_history_and_clocks_together(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    store.append(ticket_id, 1, [act("assign", unit="yingji"), act("acknowledge", 1.5)])
    stored = store.append(ticket_id, 3, [published(2)])
    again, acts = store.history(ticket_id)
    assert again == stored
    assert [one.action for one in acts] == ["open", "assign", "acknowledge", "publish"]
    with store.engine.connect() as connection:
        row = connection.execute(select(tickets)).one()
        release = connection.execute(
            select(ticket_clocks).where(ticket_clocks.c.name == "authoritative_release")
        ).one()
        moves = connection.execute(
            select(ticket_events.c.from_state, ticket_events.c.to_state).order_by(
                ticket_events.c.position
            )
        ).all()
    assert (row.state, row.version, row.unit) == ("acknowledged", 4, "yingji")
    assert row.spokesperson == "周敏"
    assert row.next_due_at == NOON + 2 * HOUR
    assert row.due_at == NOON + 24 * HOUR
    assert (release.status, release.stopped_at) == ("met", NOON + 2 * HOUR)
    assert [tuple(move) for move in moves] == [
        (None, "triage"),
        ("triage", "assigned"),
        ("assigned", "acknowledged"),
        ("acknowledged", "acknowledged"),
    ]


def test_a_stale_version_is_told_who_was_first(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    store.append(ticket_id, 1, [act("note", who="lin", text="已电话核实")])
    with pytest.raises(Conflict, match="lin"):
        store.append(ticket_id, 1, [act("note", who="wu", text="晚了一步")])
    assert store.get(ticket_id).version == 2


def test_of_two_writers_at_once_one_gets_a_conflict(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    gate, outcomes = threading.Barrier(8), list[str]()

    def write(name: str) -> None:
        gate.wait()
        try:
            store.append(ticket_id, 1, [act("note", who=name, text="同时")])
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")

    writers = [threading.Thread(target=write, args=(f"w{i}",)) for i in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["done"]
    assert store.get(ticket_id).version == 2


def test_of_two_hundred_writers_one_wins_each_version(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    names = [f"writer{number:03}" for number in range(200)]
    for version in range(1, 6):
        won, told = _all_at_once(store, ticket_id, version, names)
        assert len(won) == 1
        assert len(told) == len(names) - 1
        assert {f"由 {won[0]} 先行" in said for said in told} == {True}
        stored, acts = store.history(ticket_id)
        assert (stored.version, acts[-1].who) == (version + 1, won[0])
        assert acts[-1].data == {"text": f"{won[0]} 写第 {version} 版"}
    found = verify(store.engine)
    assert (found.acts, found.findings) == (6, ())
    with store.engine.connect() as connection:
        changes = connection.execute(select(outbox.c.key).where(outbox.c.kind == "bus"))
        assert len(changes.all()) == 6


def _all_at_once(
    store: TicketStore, ticket_id: str, version: int, names: list[str]
) -> tuple[list[str], list[str]]:
    """Who of `names` wrote upon `version`, and what all the others were told."""
    gate, won, told = threading.Barrier(len(names)), list[str](), list[str]()

    def write(name: str) -> None:
        gate.wait()
        try:
            store.append(
                ticket_id, version, [act("note", who=name, text=f"{name} 写第 {version} 版")]
            )
            won.append(name)
        except Conflict as error:
            told.append(str(error))

    writers = [threading.Thread(target=write, args=(name,)) for name in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return won, told


def test_what_the_engine_refuses_leaves_nothing_behind(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    push = a_push(ticket_id)
    with pytest.raises(NotAllowed):
        store.append(ticket_id, 1, [act("assign", unit="yingji"), act("close")], [push])
    assert store.get(ticket_id).version == 1
    with store.engine.connect() as connection:
        assert connection.execute(select(outbox).where(outbox.c.kind == "push")).all() == []


def test_a_writer_whose_clock_lags_records_after_the_last_act(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    store.append(ticket_id, 1, [act("note", 2, text="甲")])
    store.append(ticket_id, 2, [act("note", 1, text="乙")])
    assert [one.at for one in store.history(ticket_id)[1]][1:] == [NOON + 2 * HOUR] * 2


def test_the_database_itself_refuses_to_rewrite_history(store: TicketStore) -> None:
    store.open(opening())
    for statement in (update(ticket_events).values(who="x"), delete(ticket_events)):
        with pytest.raises(DBAPIError, match="history only grows"), store.engine.begin() as link:
            link.execute(statement)


def test_an_act_leaves_by_the_outbox_of_its_own_transaction(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    push = a_push(ticket_id)
    store.append(ticket_id, 1, [act("assign", unit="yingji")], [push, push])
    with store.engine.connect() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.outbox_id)).all()
        seen = connection.execute(select(notices.c.audience)).scalars().all()
    changes = [decode(row.payload["value"].encode()) for row in rows if row.kind == "bus"]
    assert [(one.version, one.action) for one in changes if isinstance(one, TicketChanged)] == [
        (1, "open"),
        (2, "assign"),
    ]
    assert [row.key for row in rows if row.kind == "push"] == ["p1:0"]
    assert seen == ["unit:yingji"]


def test_a_change_can_call_off_what_is_not_yet_sent(store: TicketStore) -> None:
    ticket_id = store.open(opening())[0].ticket_id
    store.append(ticket_id, 1, [act("assign", unit="yingji")], [a_push(ticket_id)])
    done = Change((act("acknowledge", 2),), cancels=("acknowledge",))
    store.change(ticket_id, lambda _stored, _acts: done, 2)
    with store.engine.connect() as connection:
        state = connection.execute(
            select(outbox.c.state).where(outbox.c.key == "p1:0")
        ).scalar_one()
    assert state == "cancelled"


def test_merging_writes_both_histories_or_neither(store: TicketStore) -> None:
    kept, _ = store.open(opening("e1"))
    gone, _ = store.open(opening("e2"))
    merge = act("merge", into=kept.ticket_id, reason="同一火情")
    with pytest.raises(Conflict):
        store.merge(gone.ticket_id, 5, kept.ticket_id, merge)
    merged, absorbed = store.merge(gone.ticket_id, 1, kept.ticket_id, merge)
    assert (merged.ticket.state, merged.ticket.merged_into) == ("merged", kept.ticket_id)
    assert absorbed.ticket.absorbed == (gone.ticket_id,)
    with pytest.raises(NotFound):
        store.merge(kept.ticket_id, 2, kept.ticket_id, merge)


def test_the_sweep_is_told_only_of_tickets_that_are_due(store: TicketStore) -> None:
    first = store.open(opening("e1"))[0].ticket_id
    second = store.open(opening("e2"))[0].ticket_id
    swept = Change(swept_at=NOON + HOUR, next_look=NOON + 5 * HOUR)
    store.change(first, lambda _stored, _acts: swept)
    assert store.due(NOON + 2 * HOUR, 10) == (second,)
    assert store.due(NOON + 5 * HOUR, 10) == (second, first)
    assert store.due(NOON + 5 * HOUR, 1) == (second,)
    store.append(first, 1, [act("note", 3, text="新情况")])
    assert set(store.due(NOON + 3 * HOUR, 10)) == {first, second}


def test_an_unknown_ticket_is_not_found(store: TicketStore) -> None:
    with pytest.raises(NotFound):
        store.get("QINGHE-2026-000009")
    with pytest.raises(NotFound):
        store.append("QINGHE-2026-000009", 1, [act("note", text="无")])


def a_push(ticket_id: str) -> Push:
    return Push(
        key="p1",
        purpose="acknowledge",
        audience="unit:yingji",
        jurisdiction="qinghe",
        title="请签收",
        body="北坡仓库起火",
        link=f"/tickets/{ticket_id}",
        due_at=NOON + HOUR,
        ticket_id=ticket_id,
        recipients=(("值班", ("json://127.0.0.1:9/hook",)),),
    )


def test_the_tallies_are_right_after_writers_at_once(store: TicketStore, engine: Engine) -> None:
    pairs = [[store.open(opening(f"{n}-{side}"))[0].ticket_id for side in "ab"] for n in range(4)]

    def write(pair: list[str]) -> None:
        for ticket_id in pair:
            store.append(ticket_id, 1, [act("assign", unit="yingji", co_units=["beipo"])])
            store.append(ticket_id, 2, [act("reassign", unit="beipo", reason="辖区"), published()])
            store.look(
                ticket_id, NOON + 30 * HOUR, lambda _s, _a, _lost: Change(swept_at=NOON + 30 * HOUR)
            )
        store.merge(pair[0], 4, pair[1], act("merge", 31, into=pair[1]))

    workers = [threading.Thread(target=write, args=(pair,)) for pair in pairs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(ticket_scopes)).mappings()]
        kept = connection.execute(select(ticket_tallies)).all()
    assert {tuple(row[:4]): row.number for row in kept if row.number} == tallied(rows)
    assert {row["state"] for row in rows if row["scope"] == "qinghe/beipo"} == {
        "assigned",
        "merged",
    }
    assert sum(row["scope"] == "qinghe" for row in rows) == 8


def test_the_lists_of_an_older_store_are_filled_when_it_is_migrated(engine: Engine) -> None:
    older = Config()
    older.set_main_option("script_location", SCRIPTS)
    older.set_main_option("version_table", VERSION_TABLE)
    units = table("ticket_units", column("unit"), column("ticket_id"))
    with engine.begin() as connection:
        older.attributes["connection"] = connection
        command.upgrade(older, "push_delivery")
        connection.execute(insert(tickets), [an_older_row("a", "assigned", 3), an_older_row("b")])
        connection.execute(insert(units), [{"unit": "yingji", "ticket_id": "a"}])
        late, later = an_older_clock("a", "breached", 5), an_older_clock("a", "running", 24)
        connection.execute(insert(ticket_clocks), [late, later, an_older_clock("b", "running", 3)])
    TicketStore(engine).migrate()
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(ticket_scopes)).mappings()]
        kept = connection.execute(select(ticket_tallies)).all()
        due = dict(connection.execute(select(tickets.c.ticket_id, tickets.c.next_due_at)).all())
    assert {tuple(row[:4]): row.number for row in kept} == tallied(rows)
    own = {row["scope"]: row for row in rows if row["ticket_id"] == "a"}
    assert set(own) == {"", "qinghe", "qinghe/yingji"}
    unit = own["qinghe/yingji"]
    assert (unit["urgent_at"], unit["late"]) == (NOON + 5 * HOUR, True)
    assert (unit["running"], unit["breached"], unit["opened_at"]) == (1, 1, NOON)
    closed = next(row for row in rows if row["ticket_id"] == "b")
    assert (closed["open"], closed["urgent_at"], closed["running"]) == (False, None, 0)
    assert due == {"a": NOON, "b": None}


def an_older_row(ticket_id: str, state: str = "closed", grade: int = 1) -> dict[str, object]:
    times = dict.fromkeys(("discovered_at", "opened_at", "changed_at"), NOON)
    texts = {"jurisdiction": "qinghe", "title": "事", "topic": "urban", "disposition": "none"}
    marks = {"open": state != "closed", "emergency": False, "graded_by_human": True}
    lists = {key: list[str]() for key in ("places", "co_units", "policy", "routing")}
    numbers = {"ticket_id": ticket_id, "state": state, "grade": grade, "round": 1, "version": 1}
    return times | texts | marks | lists | numbers | {"opened_by": "lin"}


def an_older_clock(ticket_id: str, status: str, hours: int) -> dict[str, object]:
    names = {"ticket_id": ticket_id, "name": f"c{hours}", "title": "时限", "status": status}
    times = {"start": NOON, "due": NOON + hours * HOUR, "read_at": NOON}
    return names | times | {"round": 1, "seq": 0, "national": True, "late_seconds": 0}
