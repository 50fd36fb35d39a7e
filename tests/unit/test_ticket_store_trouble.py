"""A full disk and a locked file: the store says to try later and leaves nothing half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen

from responder.act import Act
from responder.handlers import respond_handler
from responder.schema import ticket_events, tickets
from responder.store import TicketStore
from responder.sweep import sweep_due
from stream.sql import open_engine
from tests.responder_world import HOUR, NOON, SetClock, changed, district, post, recorded, relevant
from yuqing.domain.errors import RetryLater

FIRE = changed(relevant(post(1, "北坡仓库起火")))
HOMES = {"qinghe": district()}


def test_a_full_disk_refuses_the_whole_act_and_passes(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    limit = {"pages": 120}
    listen(
        engine,
        "checkout",
        lambda link, _record, _proxy: link.execute(f"PRAGMA max_page_count={limit['pages']}"),
    )
    store = TicketStore(engine)
    store.migrate()
    respond_handler(store, HOMES, SetClock(NOON + HOUR))(recorded(FIRE))
    ticket_id = _only(store)
    note = Act(NOON + HOUR, "lin", "note", {"text": "长" * 10_000})
    with pytest.raises(RetryLater, match="full"):
        _fill(store, ticket_id, note)
    stored, acts = store.history(ticket_id)
    assert stored.version == len(acts) > 1
    with engine.connect() as connection:
        assert connection.execute(select(tickets.c.version)).scalar_one() == len(acts)
        assert len(connection.execute(select(ticket_events.c.position)).all()) == len(acts)
    limit["pages"] = 10_000
    assert store.append(ticket_id, len(acts), [note]).version == len(acts) + 1
    engine.dispose()


def test_a_locked_file_is_tried_later(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    listen(engine, "connect", lambda link, _: link.execute("PRAGMA busy_timeout=20"))
    store = TicketStore(engine)
    store.migrate()
    handle = respond_handler(store, HOMES, SetClock(NOON + HOUR))
    with engine.begin():
        with pytest.raises(RetryLater):
            handle(recorded(FIRE))
        assert store.due(NOON + HOUR, 10) == ()
    handle(recorded(FIRE))
    assert sweep_due(store, HOMES, NOON + HOUR) == 1
    engine.dispose()


def _fill(store: TicketStore, ticket_id: str, note: Act) -> None:
    for version in range(1, 100):
        store.append(ticket_id, version, [note])


def _only(store: TicketStore) -> str:
    with store.engine.connect() as connection:
        return str(connection.execute(select(tickets.c.ticket_id)).scalar_one())
