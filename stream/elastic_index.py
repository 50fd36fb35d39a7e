"""The Index on Elasticsearch 9, for deployments of more posts than one file should hold.

Uses only what every Elasticsearch 9 has: no scripts, lifecycle policies, data streams or ingest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

from elasticsearch import ApiError, BadRequestError, Elasticsearch, TransportError

from stream.elastic_index_bulk import store
from stream.elastic_index_layout import (
    Layout,
    begin_generation,
    drop,
    make_live,
    open_month,
    settled_layout,
)
from stream.elastic_index_search import page_of, request_of
from stream.index import Page, Search
from stream.indexed import batches, folded, month_of, raise_refused, take_unwritable
from stream.messages import Judged, Seen
from yuqing.domain.errors import ConfigError, RetryLater
from yuqing.domain.post import Sighting

_TRIES = 5


class ElasticIndex:
    """An `Index` behind the alias `prefix` of the cluster at `url` (http://user:pw@host:port).

    `patience` is how many seconds one request may take before RetryLater. Raises ConfigError for
    a prefix that cannot name an index. Does not connect until used.
    """

    def __init__(self, url: str, prefix: str = "yuqing", patience: float = 30.0) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_]*", prefix):
            raise ConfigError(
                "index_url", "prefix", f"{prefix!r}", "Use lower-case letters, digits and _"
            )
        self.prefix = prefix
        self._client = Elasticsearch(
            url, request_timeout=patience, max_retries=0, retry_on_timeout=False
        )

    def put(self, documents: Sequence[Judged | Seen]) -> None:
        """See `Index.put`. What readers see and what a rebuild prepares both get it."""
        posts, seen = folded(documents)
        refused = take_unwritable(posts)
        with _failures_named():
            layout = settled_layout(self._client, self.prefix)
            for _ in range(_TRIES):
                for generation in layout.written:
                    refused |= self._store(layout, generation, posts, seen)
                before, layout = layout, settled_layout(self._client, self.prefix)
                if before.written == layout.written:
                    raise_refused(refused)
                    return
        raise RetryLater("index: rebuilt again and again while posts were put")

    def search(self, search: Search) -> Page:
        """See `Index.search`."""
        request = request_of(search)
        with _failures_named():
            self._client.indices.refresh(index=self.prefix, ignore_unavailable=True)
            answer = self._client.search(
                index=self.prefix,
                ignore_unavailable=True,
                allow_partial_search_results=False,
                **request,
            )
        return page_of(search, answer.body)

    def rebuild(self, documents: Iterable[Judged | Seen]) -> int:
        """See `Index.rebuild`."""
        refused: dict[str, str] = {}
        with _failures_named():
            generation = begin_generation(self._client, self.prefix)
            try:
                for posts, seen in batches(documents):
                    refused |= take_unwritable(posts)
                    layout = self._building(generation)
                    refused |= self._store(layout, generation, posts, seen)
                make_live(self._client, self.prefix, self._building(generation), generation)
            except BaseException:
                self._abandon(generation)
                raise
            count = self._count()
        raise_refused(refused)
        return count

    def drop_before(self, day: date) -> int:
        """See `Index.drop_before`."""
        with _failures_named():
            layout = settled_layout(self._client, self.prefix)
            old = [
                (generation, name)
                for generation in layout.written
                for month, name in layout.months.get(generation, {}).items()
                if month < day.isoformat()[:7]
            ]
            drop(self._client, [name for _, name in old])
        return sum(generation == layout.live for generation, _ in old)

    def close(self) -> None:
        """See `Index.close`."""
        self._client.close()

    def _store(
        self,
        layout: Layout,
        generation: int,
        posts: Mapping[str, Judged],
        seen: Mapping[str, Sighting],
    ) -> dict[str, str]:
        months = dict(layout.months.get(generation, {}))
        for month in {month_of(judged.post.first_known_at) for judged in posts.values()}:
            if month not in months:
                months[month] = open_month(self._client, self.prefix, layout, (generation, month))
        return store(self._client, months, posts, seen) if months else {}

    def _building(self, generation: int) -> Layout:
        layout = settled_layout(self._client, self.prefix)
        if layout.written[-1] != generation:
            raise RetryLater("index: another rebuild took over")
        return layout

    def _abandon(self, generation: int) -> None:
        layout = settled_layout(self._client, self.prefix)
        if generation != layout.live:
            drop(self._client, layout.indices(generation))

    def _count(self) -> int:
        self._client.indices.refresh(index=self.prefix)
        return int(self._client.count(index=self.prefix)["count"])


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except BadRequestError as error:
        if error.error == "validation_exception":
            raise RetryLater(f"index: {error}") from error
        raise
    except (ApiError, TransportError) as error:
        raise RetryLater(f"index: {error}") from error
