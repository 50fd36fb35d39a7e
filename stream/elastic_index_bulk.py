"""Writing posts to Elasticsearch: look up what is there, decide here, write in one bulk.

Counts may only move forward and a post that changes month must not double. Without server-side
scripts both are decided by the writer, and `if_seq_no` makes Elasticsearch refuse (409) what was
decided on something that has changed meanwhile; that post is looked up and decided again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from stream.codec import decode, encode
from stream.indexed import micros, month_of, recounted, succeeding, terms
from stream.messages import Judged
from yuqing.domain.errors import RetryLater
from yuqing.domain.post import Sighting
from yuqing.domain.text import tokens

_TRIES = 5
_LOOKED_UP = 5000
_NO_INDEX = "index_not_found_exception"
_CHANGED = (404, 409)
_UNFIT = 400
_LONGEST_ID = 512

Action = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    index: str
    judged: Judged
    guard: dict[str, int]


def store(
    client: Elasticsearch,
    months: Mapping[str, str],
    posts: Mapping[str, Judged],
    seen: Mapping[str, Sighting],
) -> dict[str, str]:
    """Write one folded batch into the indices `months` (month to name, all that are needed).

    Returns the posts that can never be stored, with the reason. Raises RetryLater when some must
    be tried again.
    """
    refused = {post_id: "the id is too long" for post_id in posts if _too_long(post_id)}
    posts = {post_id: judged for post_id, judged in posts.items() if post_id not in refused}
    seen = {post_id: sighting for post_id, sighting in seen.items() if not _too_long(post_id)}
    for _ in range(_TRIES):
        known = _look_up(client, list(months.values()), [*posts, *seen])
        again = _write(client, _actions(months, posts, seen, known), refused)
        if not again:
            return refused
        posts = {post_id: posts[post_id] for post_id in posts.keys() & again}
        seen = {post_id: seen[post_id] for post_id in seen.keys() & again}
    raise RetryLater(f"index: {len(again)} posts kept changing while they were written")


def _too_long(post_id: str) -> bool:
    """One such id makes Elasticsearch refuse the whole bulk."""
    return len(post_id.encode()) > _LONGEST_ID


def _look_up(
    client: Elasticsearch, indices: Sequence[str], post_ids: Sequence[str]
) -> dict[str, _Known]:
    """What stands of `post_ids` in any month. Gets by id see what no refresh has shown yet, so
    that writing needs no refresh, which would cost more than the writing."""
    known: dict[str, _Known] = {}
    for part in _parts([(index, post_id) for index in indices for post_id in post_ids]):
        docs = [{"_index": index, "_id": post_id} for index, post_id in part]
        for item in client.mget(docs=docs, source_includes=["judged"])["docs"]:
            if item.get("found"):
                known[item["_id"]] = _known(item)
            elif item.get("error", {}).get("type", _NO_INDEX) != _NO_INDEX:
                raise RetryLater(f"index: {_reason(item['error'])}")
    return known


def _parts(pairs: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(pairs), _LOOKED_UP):
        yield pairs[start : start + _LOOKED_UP]


def _known(item: Mapping[str, Any]) -> _Known:
    guard = {"if_seq_no": item["_seq_no"], "if_primary_term": item["_primary_term"]}
    return _Known(item["_index"], cast(Judged, decode(item["_source"]["judged"].encode())), guard)


def _actions(
    months: Mapping[str, str],
    posts: Mapping[str, Judged],
    seen: Mapping[str, Sighting],
    known: Mapping[str, _Known],
) -> Iterator[Action]:
    for post_id, judged in posts.items():
        index = months[month_of(judged.post.first_known_at)]
        yield from _replacing(index, judged, known.get(post_id))
    for post_id, sighting in seen.items():
        if old := known.get(post_id):
            yield from _replacing(old.index, recounted(old.judged, sighting), old)


def _replacing(index: str, judged: Judged, old: _Known | None) -> Iterator[Action]:
    if old is not None:
        judged = succeeding(judged, old.judged)
        if old.index == index:
            if judged != old.judged:
                yield _put(index, judged, "index") | old.guard
            return
        yield {"_op_type": "delete", "_index": old.index, "_id": judged.post.post_id} | old.guard
    yield _put(index, judged, "create")


def _put(index: str, judged: Judged, how: str) -> Action:
    post, verdict = judged.post, judged.verdict
    at = micros(post.first_known_at)
    return {
        "_op_type": how,
        "_index": index,
        "_id": post.post_id,
        "post_id": post.post_id,
        "words": " ".join(terms(tokens(post.text))),
        "at": at,
        "first_known_at": at // 1000,
        "topic": str(verdict.topic),
        "severity": int(verdict.severity),
        "source": post.source,
        "owner": str(post.owner),
        "relevant": verdict.relevant,
        "jurisdictions": list(judged.jurisdictions),
        "judged": encode(judged).decode(),
    }


def _write(client: Elasticsearch, actions: Iterator[Action], refused: dict[str, str]) -> set[str]:
    """Do `actions`; adds to `refused`, returns the posts that have changed meanwhile."""
    again: set[str] = set()
    for done, result in streaming_bulk(client, actions, raise_on_error=False):
        item = next(iter(result.values()))
        if done:
            continue
        if item["status"] in _CHANGED:
            again.add(item["_id"])
        elif item["status"] == _UNFIT:
            refused[item["_id"]] = _reason(item["error"])
        else:
            raise RetryLater(f"index: {_reason(item['error'])}")
    return again


def _reason(error: Mapping[str, Any]) -> str:
    cause = error.get("caused_by") or {}
    return ": ".join(str(part) for part in (error.get("reason"), cause.get("reason")) if part)
