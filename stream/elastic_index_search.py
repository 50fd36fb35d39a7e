"""A search as Elasticsearch's JSON, and its answer as a page.

The words were cut into tokens by us, so a phrase of tokens means here what it means everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from stream.codec import decode
from stream.index import Page, Search
from stream.indexed import Cursor, checked, cursor_of, micros, terms
from stream.messages import Judged
from yuqing.domain.query import Phrase

Json = dict[str, Any]

_MOST_KEYS = 10_000
_FACETS = ("topic", "severity", "source")


def request_of(search: Search) -> Json:
    """The body of the request. Raises InvalidMessage as `Index.search` says."""
    cursor = cursor_of(search.after) if search.after else None
    request: Json = {
        "query": {"bool": {"filter": _filters(checked(search)), "must_not": _excluded(search)}},
        "sort": [{"at": "desc"}, {"post_id": "asc"}],
        "size": search.size + 1 if search.size else 0,
        "_source": ["judged"],
        "track_total_hits": True,
    }
    if cursor:
        request["search_after"] = [cursor.at, cursor.post_id]
    if search.facets:
        request["aggs"] = _facets_asked(search)
    return request


def page_of(search: Search, answer: Mapping[str, Any]) -> Page:
    """The page in Elasticsearch's `answer`."""
    found = answer["hits"]["hits"]
    hits = tuple(
        cast(Judged, decode(hit["_source"]["judged"].encode())) for hit in found[: search.size]
    )
    more = len(found) > search.size > 0
    last = Cursor(*found[search.size - 1]["sort"]).written() if more else None
    return Page(hits, answer["hits"]["total"]["value"], _facets(search, answer), last)


def _filters(search: Search) -> list[Json]:
    lists: tuple[tuple[str, Sequence[str | int]], ...] = (
        ("topic", search.topics),
        ("severity", search.severities),
        ("source", search.sources),
        ("owner", search.owners),
        ("post_id", search.post_ids),
    )
    filters: list[Json] = [{"terms": {name: list(wanted)}} for name, wanted in lists if wanted]
    if search.relevant is not None:
        filters.append({"term": {"relevant": search.relevant}})
    if search.jurisdiction is not None:
        filters.append({"term": {"jurisdictions": search.jurisdiction}})
    filters += [_any(group) for group in search.query.groups]
    return filters + _bounds(search)


def _bounds(search: Search) -> list[Json]:
    bounds: Json = {}
    if search.since:
        bounds["gte"] = micros(search.since)
    if search.until:
        bounds["lt"] = micros(search.until)
    return [{"range": {"at": bounds}}] if bounds else []


def _excluded(search: Search) -> list[Json]:
    return [_phrase(phrase) for phrase in search.query.none]


def _any(phrases: Sequence[Phrase]) -> Json:
    if len(phrases) == 1:
        return _phrase(phrases[0])
    return {"bool": {"should": [_phrase(phrase) for phrase in phrases]}}


def _phrase(phrase: Phrase) -> Json:
    return {"match_phrase": {"words": " ".join(terms(phrase))}}


def _facets_asked(search: Search) -> Json:
    asked: Json = {name: {"terms": {"field": name, "size": _MOST_KEYS}} for name in _FACETS}
    asked["day"] = {
        "date_histogram": {
            "field": "first_known_at",
            "calendar_interval": "day",
            "time_zone": search.zone,
            "format": "yyyy-MM-dd",
            "min_doc_count": 1,
        }
    }
    return asked


def _facets(search: Search, answer: Mapping[str, Any]) -> dict[str, tuple[tuple[str, int], ...]]:
    if not search.facets:
        return {}
    counts = {name: _buckets(answer, name) for name in (*_FACETS, "day")}
    largest = {name: sorted(counts[name], key=lambda item: (-item[1], item[0])) for name in _FACETS}
    return {name: tuple(found) for name, found in (largest | {"day": counts["day"]}).items()}


def _buckets(answer: Mapping[str, Any], name: str) -> list[tuple[str, int]]:
    buckets = answer.get("aggregations", {}).get(name, {}).get("buckets", [])
    return [(str(b.get("key_as_string", b["key"])), int(b["doc_count"])) for b in buckets]
