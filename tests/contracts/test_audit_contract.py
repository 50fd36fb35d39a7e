"""The audit log on SQLite and PostgreSQL: whoever rewrites it, with the triggers out of the way,
is found by `verify`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from responder.act import Act
from responder.audit import AuditFilter, Entry, Head, entries_of, head_of, note
from responder.audit_check import verify
from responder.changes import Opening
from responder.policy import national
from responder.schema import ticket_events
from responder.schema_doors import audit_heads, audit_log
from responder.store import TicketStore
from stream.sql import open_engine

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
nth: ColumnElement[int] = audit_log.c.number
log = audit_log


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = (
        f"sqlite:///{tmp_path / 'tickets.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = open_engine(url, durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


def opened(engine: Engine) -> str:
    """A ticket with three acts, so four entries: the opening and three notes."""
    data = {"discovered_at": NOON.isoformat(), "grade": 1, "emergency": False}
    opening = Opening(
        jurisdiction="qinghe",
        zone="Asia/Shanghai",
        title="路灯不亮",
        topic="urban",
        disposition="unclear",
        places=(),
        policy=national(),
        routing=(),
        act=Act(NOON, "lin", "open", data),
    )
    store = TicketStore(engine)
    ticket_id = store.open(opening)[0].ticket_id
    for version in (1, 2, 3):
        store.append(ticket_id, version, [Act(NOON, "lin", "note", {"text": f"{version} 1.50"})])
    return ticket_id


def unguarded(engine: Engine, change: Callable[[Connection], object]) -> None:
    """`change` by somebody who owns the database and has taken the triggers away."""
    with engine.begin() as link:
        if engine.dialect.name == "sqlite":
            for name in ("audit_log_no_update", "audit_log_no_delete", "audit_heads_forward"):
                link.exec_driver_sql(f"DROP TRIGGER {name}")
            for name in ("ticket_events_no_update", "ticket_events_no_delete"):
                link.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for name in ("audit_log", "audit_heads", "ticket_events"):
                link.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER ALL")
        change(link)


def said(engine: Engine, *anchors: Head) -> list[tuple[int, str]]:
    return [(one.number, one.said) for one in verify(engine, anchors).findings]


def test_every_act_is_noted_and_an_untouched_log_is_whole(engine: Engine) -> None:
    ticket_id = opened(engine)
    found = verify(engine)
    assert (found.entries, found.acts, found.findings) == (4, 4, ())
    with engine.connect() as connection:
        rows = connection.execute(select(log).order_by(nth)).all()
        assert head_of(connection) == Head(4, rows[-1].hash) == found.head
    assert {(row.what, row.who, row.subject) for row in rows} == {
        ("act", "lin", f"ticket:{ticket_id}")
    }
    assert verify(engine, [Head(2, rows[1].hash)]).findings == ()


def test_the_database_itself_refuses_to_rewrite_it(engine: Engine) -> None:
    opened(engine)
    refused = (
        update(log).values(who="x"),
        delete(log),
        delete(audit_heads),
        update(audit_heads).values(number=2),
    )
    for statement in refused:
        with pytest.raises(DBAPIError, match="the audit log only grows"), engine.begin() as link:
            link.execute(statement)


@pytest.mark.parametrize(
    ("column", "value"),
    [("who", "wu"), ("subject", "ticket:X"), ("what", "note"), ("at", NOON.replace(hour=1))],
)
def test_an_edited_entry_is_found(engine: Engine, column: str, value: object) -> None:
    opened(engine)
    unguarded(
        engine, lambda link: link.execute(update(log).where(nth == 2).values({column: value}))
    )
    assert (2, "内容被改动：与本条的哈希不符") in said(engine)


def test_an_entry_edited_with_its_hash_breaks_the_chain_after_it(engine: Engine) -> None:
    opened(engine)
    unguarded(engine, lambda link: link.execute(update(log).where(nth == 2).values(hash="a" * 64)))
    found = said(engine)
    assert (3, "与上一条接不上：上一条被改动，或次序被调换") in found


def test_a_removed_entry_is_found(engine: Engine) -> None:
    opened(engine)
    unguarded(engine, lambda link: link.execute(delete(log).where(nth == 2)))
    assert (3, "第 2 条起缺失，至第 2 条") in said(engine)


def test_a_removed_entry_is_found_when_those_after_it_are_renumbered(engine: Engine) -> None:
    opened(engine)

    def change(link: Connection) -> None:
        link.execute(delete(log).where(nth == 2))
        for number in (3, 4):
            link.execute(update(log).where(nth == number).values(number=number - 1))

    unguarded(engine, change)
    assert [number for number, _ in said(engine)][:2] == [2, 2]


def test_entries_that_changed_places_are_found(engine: Engine) -> None:
    opened(engine)

    def change(link: Connection) -> None:
        for old, new in ((2, 9), (3, 2), (9, 3)):
            link.execute(update(log).where(nth == old).values(number=new))

    unguarded(engine, change)
    found = dict(said(engine))
    assert {2, 3, 4} <= set(found)


def test_a_log_cut_short_is_found_by_its_head(engine: Engine) -> None:
    opened(engine)
    unguarded(engine, lambda link: link.execute(delete(log).where(nth >= 3)))
    assert (2, "末尾不符：登记的末条为第 4 条，实际末条为第 2 条") in said(engine)


def test_a_log_cut_short_with_its_head_is_found_by_an_anchor(engine: Engine) -> None:
    opened(engine)
    anchor = verify(engine).head

    def change(link: Connection) -> None:
        link.execute(delete(log).where(nth >= 3))
        link.execute(delete(ticket_events).where(ticket_events.c.position >= 2))
        last = link.execute(select(log.c.hash).where(nth == 2)).scalar_one()
        link.execute(update(audit_heads).values(number=2, hash=last))

    unguarded(engine, change)
    assert said(engine) == []
    assert said(engine, anchor) == [(4, "锚点所记的条目已不存在：日志末尾被截去")]


def test_a_log_written_anew_is_found_by_an_anchor(engine: Engine) -> None:
    opened(engine)
    anchor = Head(2, "b" * 64)
    assert said(engine, anchor) == [(2, "与另存的锚点不符：日志被整体重写")]


def test_it_vouches_for_the_histories_of_tickets(engine: Engine) -> None:
    ticket_id = opened(engine)
    mine = ticket_events.c.position

    def change(link: Connection) -> None:
        link.execute(update(ticket_events).where(mine == 1).values(data={"text": "别的"}))
        row = link.execute(select(ticket_events).where(mine == 3)).one()
        link.execute(delete(ticket_events).where(mine == 3))
        link.execute(insert(ticket_events).values(row._asdict() | {"position": 7}))

    unguarded(engine, change)
    assert said(engine) == [
        (2, f"台账 {ticket_id} 第 1 条记录被改动：与日志所记不符"),
        (0, f"台账 {ticket_id} 第 7 条记录不是经系统写入：日志没有它"),
        (4, f"台账 {ticket_id} 第 3 条记录已被删去"),
    ]


def test_many_who_note_at_once_make_one_chain(engine: Engine) -> None:
    gate = threading.Barrier(6)

    def run(name: str) -> None:
        gate.wait()
        for number in range(5):
            with engine.begin() as link:
                note(link, Entry(NOON, name, "tested", f"thing:{number}", {"等级": number}))

    writers = [threading.Thread(target=run, args=(f"w{i}",)) for i in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = verify(engine)
    assert (found.entries, found.findings) == (30, ())


def test_what_is_rolled_back_leaves_no_entry(engine: Engine) -> None:
    with engine.connect() as link:
        note(link, Entry(NOON, "lin", "tested", "thing:1"))
        link.rollback()
    assert verify(engine).entries == 0


def test_the_log_is_narrowed_by_who_what_and_when(engine: Engine) -> None:
    ticket = opened(engine)
    with engine.begin() as connection:
        for minutes in (5, 10):
            at = NOON + timedelta(minutes=minutes)
            note(connection, Entry(at, "wang", "signed_in", "person:wang"))

    def found(**fields: Any) -> list[int]:
        with engine.begin() as connection:
            rows = entries_of(connection, 50, None, AuditFilter(**fields))
        return [row.number for row in rows]

    assert found() == [6, 5, 4, 3, 2, 1]
    assert found(who="wang") == [6, 5]
    assert found(subject=f"ticket:{ticket}") == [4, 3, 2, 1]
    assert found(action="note") == [4, 3, 2]
    assert found(action="open", who="wang") == []
    assert found(what="signed_in", until=NOON + timedelta(minutes=10)) == [5]
    assert found(since=NOON + timedelta(minutes=10)) == [6]
