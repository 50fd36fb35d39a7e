"""Two events that grouping found to be one: their copies and tickets become one, whatever the
order and however often it is told."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from responder.act import Act
from responder.handlers import respond_handler
from responder.schema import event_copies, event_posts, tickets
from responder.store import TicketStore
from stream.messages import EventChanged
from stream.sql import open_engine
from tests.responder_world import (
    HOUR,
    MINUTE,
    NOON,
    SetClock,
    changed,
    district,
    later,
    post,
    recorded,
    relevant,
)

FIRST = relevant(post(1, "北坡仓库起火"), severity=2)
SMOKE = relevant(later(post(2, "北坡上空都是黑烟"), 20 * MINUTE), severity=2)
LINK = relevant(later(post(3, "北坡仓库起火，黑烟飘到镇上"), HOUR), severity=3)


def merged() -> list[EventChanged]:
    """Two events, then a post that shows the second to be the first."""
    one, two = changed(FIRST), changed(SMOKE)
    link = changed(LINK, former=(FIRST, SMOKE), version=3)
    event = replace(link.event, absorbed=(two.event.event_id,))
    return [one, two, EventChanged(event, (LINK,))]


@pytest.fixture
def store(tmp_path: Path) -> TicketStore:
    made = TicketStore(open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True))
    made.migrate()
    return made


def handle(store: TicketStore, *messages: EventChanged) -> None:
    clock = SetClock(NOON + 2 * HOUR)
    outcome = respond_handler(store, {"qinghe": district()}, clock)(recorded(*messages))
    assert outcome.refused == ()


def kept(store: TicketStore) -> tuple[dict[str, str], set[str]]:
    """(post to the event it is kept under, the events kept)."""
    with store.engine.connect() as connection:
        posts = connection.execute(select(event_posts.c.post_id, event_posts.c.event_id))
        events = connection.execute(select(event_copies.c.event_id)).scalars()
        return {row[0]: row[1] for row in posts}, set(events)


def open_tickets(store: TicketStore) -> list[str]:
    with store.engine.connect() as connection:
        query = select(tickets.c.event_id).where(tickets.c.open)
        return sorted(connection.execute(query).scalars())


def test_the_ticket_of_the_absorbed_event_is_merged_and_its_copies_move(store: TicketStore) -> None:
    handle(store, *merged())
    left, gone = store.of_event(FIRST.post.post_id), store.of_event(SMOKE.post.post_id)
    assert left is not None
    assert gone is not None
    assert (left.ticket.is_open, left.ticket.absorbed) == (True, (gone.ticket_id,))
    assert (gone.ticket.is_open, gone.ticket.merged_into) == (False, left.ticket_id)
    posts, events = kept(store)
    assert set(posts.values()) == events == {FIRST.post.post_id}
    assert set(posts) == {one.post.post_id for one in (FIRST, SMOKE, LINK)}


def test_told_again_nothing_changes(store: TicketStore) -> None:
    handle(store, *merged())
    before = {row: store.history(row) for row in _ids(store)}
    handle(store, *merged())
    for message in merged():
        handle(store, message)
    assert {row: store.history(row) for row in _ids(store)} == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_out_of_order_it_ends_the_same(store: TicketStore, order: tuple[int, ...]) -> None:
    messages = merged()
    for number in order:
        handle(store, messages[number])
    assert open_tickets(store) == [FIRST.post.post_id]
    posts, events = kept(store)
    assert set(posts.values()) == events == {FIRST.post.post_id}


def test_in_one_batch_it_ends_as_one_by_one(store: TicketStore, tmp_path: Path) -> None:
    other = TicketStore(open_engine(f"sqlite:///{tmp_path / 'other.db'}", durable=True))
    other.migrate()
    handle(store, *merged())
    for message in merged():
        handle(other, message)
    assert [store.history(i) for i in _ids(store)] == [other.history(i) for i in _ids(other)]


def test_what_a_human_has_in_hand_is_left_to_humans(store: TicketStore) -> None:
    one, two, link = merged()
    handle(store, one, two)
    stored = store.of_event(SMOKE.post.post_id)
    assert stored is not None
    at = NOON + 3 * HOUR
    store.append(stored.ticket_id, stored.version, [Act(at, "li", "acknowledge")])
    handle(store, link)
    assert open_tickets(store) == sorted([FIRST.post.post_id, SMOKE.post.post_id])


def test_an_event_absorbed_by_one_that_is_absorbed_leads_to_the_last(store: TicketStore) -> None:
    one, two, link = merged()
    third = relevant(post(4, "北坡镇上都听到响声"), severity=2)
    last = changed(third, version=9)
    absorbed = (SMOKE.post.post_id, FIRST.post.post_id)
    handle(store, one, two, link)
    handle(store, EventChanged(replace(last.event, absorbed=absorbed), (third,)))
    handle(store, two)
    posts, events = kept(store)
    assert set(posts.values()) == events == {third.post.post_id}
    assert open_tickets(store) == [third.post.post_id]


def _ids(store: TicketStore) -> list[str]:
    with store.engine.connect() as connection:
        return sorted(connection.execute(select(tickets.c.ticket_id)).scalars())
