"""One world, two shapes: Kafka, Elasticsearch and PostgreSQL tell what the embedded files tell."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from stream.index import Search
from tests.small_world import SmallWorld, small_world
from yuqing.app import wiring
from yuqing.domain.query import parse_query

STEPS = tuple(timedelta(hours=h) for h in (4, 8, 16, 30))


def live(world: SmallWorld) -> None:
    for step in STEPS:
        world.live(world.world.start + step)


def found(world: SmallWorld, typed: str) -> tuple[tuple[str, ...], object]:
    index = wiring.index(world.settings)
    try:
        page = index.search(Search(parse_query(typed), size=500))
    finally:
        index.close()
    return tuple(hit.post.post_id for hit in page.hits), dict(page.facets)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallWorld]:
    """Thirty hours on the embedded stores, in one order."""
    with small_world(tmp_path_factory.mktemp("embedded"), bus_partitions=1) as world:
        live(world)
        yield world


@pytest.mark.kafka
@pytest.mark.elastic
@pytest.mark.postgres
def test_both_shapes_tell_the_same_events_tickets_and_search(
    tmp_path: Path, embedded: SmallWorld, kafka_servers: str, elastic_url: str, postgres_url: str
) -> None:
    name = f"w{uuid.uuid4().hex[:10]}"
    with small_world(
        tmp_path,
        bus_partitions=1,
        bus_url=f"kafka://{kafka_servers}/{name}",
        index_url=f"{elastic_url}/{name}",
        tickets_url=postgres_url,
        state_url=postgres_url,
    ) as distributed:
        live(distributed)
        assert distributed.events() == embedded.events()
        assert distributed.tickets() == embedded.tickets()
        for typed in ("", "自来水 -矿泉水", "爆炸|工资"):
            assert found(distributed, typed) == found(embedded, typed)


def test_the_accident_is_one_event_and_its_ticket_is_grave(embedded: SmallWorld) -> None:
    assert max(map(len, embedded.events())) >= 20
    grave = [row for row in embedded.tickets() if row[2:4] == (3, True)]
    assert grave
    clocks = {row[1] for row in embedded.tickets() if row[0] == grave[0][0] and len(row) == 5}
    assert {"authoritative_release", "press_conference", "first_spokesperson"} <= clocks


def test_a_replay_from_the_beginning_changes_nothing(tmp_path: Path) -> None:
    with small_world(tmp_path) as world:
        live(world)
        events, tickets = world.events(), world.tickets()
        for worker in world.workers:
            subscription = world.bus.subscribe(worker.topic, worker.group)
            subscription.rewind()
            subscription.close()
        world.live(world.clock.at)
        assert world.events() == events
        assert world.tickets() == tickets
