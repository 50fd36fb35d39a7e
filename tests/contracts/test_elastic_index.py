"""What only the Elasticsearch index must survive: refusals, absence, writers across a switch."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch, NotFoundError

from stream.elastic_index import ElasticIndex
from stream.index import Refused, Search
from tests.contracts.index_posts import NOON, judged, seen
from yuqing.domain.errors import RetryLater

pytestmark = pytest.mark.elastic


@pytest.fixture
def prefix() -> str:
    return f"e{uuid.uuid4().hex[:12]}"


@pytest.fixture
def client(elastic_url: str, prefix: str) -> Iterator[Elasticsearch]:
    client = Elasticsearch(elastic_url)
    yield client
    client.indices.delete(index=list(client.indices.get_alias(index=f"{prefix}-*")) or "none-*")
    client.indices.delete_index_template(name=prefix)
    client.close()


@pytest.fixture
def index(client: Elasticsearch, elastic_url: str, prefix: str) -> Iterator[ElasticIndex]:
    index = ElasticIndex(elastic_url, prefix)
    yield index
    index.close()


def ids(index: ElasticIndex) -> list[str]:
    return [hit.post.post_id for hit in index.search(Search()).hits]


def test_a_post_the_server_refuses_is_named_and_the_others_are_in(index: ElasticIndex) -> None:
    endless = judged("p" * 600)
    huge = judged("huge", jurisdictions=("x" * 40_000,))
    with pytest.raises(Refused, match="refused by the index") as refused:
        index.put([judged("a"), endless, huge, judged("z")])
    assert set(refused.value.posts) == {"p" * 600, "huge"}
    assert "immense" in refused.value.posts["huge"]
    assert ids(index) == ["a", "z"]


def test_nobody_there_asks_to_try_later() -> None:
    index = ElasticIndex("http://127.0.0.1:9", "away", patience=2)
    for ask in (lambda: index.put([judged("a")]), lambda: index.search(Search())):
        with pytest.raises(RetryLater, match="index"):
            ask()
    index.close()


def test_a_wrong_password_asks_to_try_later_and_is_not_told(elastic_url: str) -> None:
    user = elastic_url.split("//")[1].split(":")[0]
    where = elastic_url.rsplit("@", 1)[1]
    index = ElasticIndex(f"http://{user}:wrong-word@{where}", "away")
    with pytest.raises(RetryLater, match="authenticate") as error:
        index.put([judged("a")])
    assert "wrong-word" not in str(error.value)
    index.close()


def test_a_latecomers_month_of_an_old_generation_is_dropped(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.put([judged("a")])
    assert index.rebuild([judged("a")]) == 1
    client.indices.create(index=f"{prefix}-g1-2026.04", aliases={prefix: {}})
    client.index(index=f"{prefix}-g1-2026.04", id="late", document={"judged": "old"}, refresh=True)
    index.put([judged("b", at=NOON.replace(day=9))])
    assert ids(index) == ["a", "b"]
    assert set(client.indices.get_alias(index=f"{prefix}-*")) == {f"{prefix}-g2-2026.03"}


def test_a_month_opened_during_the_switch_comes_behind_the_alias(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.put([judged("a")])
    client.indices.create(index=f"{prefix}-g1-2026.04")
    index.put([judged("b", at=NOON.replace(month=4))])
    assert ids(index) == ["b", "a"]


def test_indices_are_only_made_by_us(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.put([judged("a")])
    with pytest.raises(NotFoundError, match="index_not_found"):
        client.index(index=f"{prefix}-g1-1999.01", document={})


def test_strangers_with_a_like_name_are_left_alone(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    client.indices.create(index=f"{prefix}-grafana")
    index.put([judged("a")])
    index.rebuild([judged("b")])
    assert client.indices.exists(index=f"{prefix}-grafana")
    assert ids(index) == ["b"]


def test_two_writers_counts_only_move_forward(elastic_url: str, index: ElasticIndex) -> None:
    post = judged("a")
    index.put([post])
    other = ElasticIndex(elastic_url, index.prefix)
    for minutes in range(2, 8):
        (index if minutes % 2 else other).put([seen(post, 10 - minutes, minutes)])
    other.put([replace(post, jurisdictions=("east",))])
    other.close()
    (hit,) = index.search(Search()).hits
    assert hit.sighting.likes == 2
    assert hit.jurisdictions == ("east",)
