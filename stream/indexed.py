"""What both indexes must agree on: a post's month, its place in the order, its search terms.

Two adapters that each decided these for themselves would page, count and find differently.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import orjson

from stream.codec import encode
from stream.index import Refused, Search
from stream.messages import Judged, Seen
from yuqing.domain.decision import more_settled
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.post import Sighting

OLDEST_MONTH = "2000-01"
BIGGEST_PAGE = 500
_BATCH = 1000
_LONGEST_TERM = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Whole microseconds from 1970 to `at` (aware); the exact number both indexes sort by."""
    return (at - _EPOCH) // _MICROSECOND


def month_of(at: datetime) -> str:
    """The month ("2026-11", UTC) whose index keeps a post first known at `at`.

    What claims to be older than `OLDEST_MONTH` is kept there: a feed with absurd dates must not
    open a table or an Elasticsearch shard for each month since the year 1.
    """
    moment = at.astimezone(UTC)
    return max(f"{moment.year:04}-{moment.month:02}", OLDEST_MONTH)


def terms(words: Sequence[str]) -> list[str]:
    """`words` (domain tokens) as index terms: a monstrous run of letters becomes its hash.

    Engines cut or refuse long terms. A hash with its mark mixes letters, digits and so is never
    itself a token of a text.
    """
    return [word if len(word) <= _LONGEST_TERM else _digest(word) for word in words]


def folded(documents: Iterable[Judged | Seen]) -> tuple[dict[str, Judged], dict[str, Sighting]]:
    """One batch as its outcome: the last word on each post, and the last sighting of others."""
    posts: dict[str, Judged] = {}
    seen: dict[str, Sighting] = {}
    for document in documents:
        if isinstance(document, Judged):
            post_id = document.post.post_id
            posts[post_id] = succeeding(document, posts.get(post_id))
        else:
            sighting = document.sighting
            seen[sighting.post_id] = _later(sighting, seen.get(sighting.post_id))
    for post_id in posts.keys() & seen.keys():
        posts[post_id] = recounted(posts[post_id], seen.pop(post_id))
    return posts, seen


def batches(
    documents: Iterable[Judged | Seen],
) -> Iterator[tuple[dict[str, Judged], dict[str, Sighting]]]:
    """`documents` as folded batches, small enough that other writers get their turn."""
    source = iter(documents)
    while batch := list(islice(source, _BATCH)):
        yield folded(batch)


def take_unwritable(posts: dict[str, Judged]) -> dict[str, str]:
    """Remove from `posts` what cannot be written as JSON; why, by `post_id`."""
    refused = {}
    for post_id, judged in list(posts.items()):
        try:
            encode(judged)
        except InvalidMessage as error:
            refused[post_id] = str(error)
            del posts[post_id]
    return refused


def succeeding(new: Judged, old: Judged | None) -> Judged:
    """`new`, but with the counts of `old` where those were seen later, and with its verdict where
    a person has confirmed that: judging anew must not undo what people decided."""
    if old is None:
        return new
    verdict = more_settled(new.verdict, old.verdict)
    new = new if verdict is new.verdict else replace(new, verdict=verdict)
    return recounted(new, old.sighting)


def recounted(judged: Judged, sighting: Sighting) -> Judged:
    """`judged` with `sighting` if that is later than its own."""
    if sighting.seen_at <= judged.sighting.seen_at:
        return judged
    return replace(judged, sighting=sighting)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last hit of a page; what follows is older, or as old with a greater `post_id`."""

    at: int
    post_id: str

    def written(self) -> str:
        """Opaque, safe in a URL."""
        return base64.urlsafe_b64encode(orjson.dumps([1, self.at, self.post_id])).decode()


def cursor_of(after: str) -> Cursor:
    """What `Cursor.written` wrote. Raises InvalidMessage for anything else."""
    try:
        parts = orjson.loads(base64.b64decode(after.encode("ascii"), b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError) as error:
        raise InvalidMessage("field after: not the next of a page") from error
    match parts:
        case [1, int(at), str(post_id)] if not isinstance(at, bool):
            if abs(at) < 1 << 62:
                return Cursor(at, post_id)
    raise InvalidMessage("field after: not the next of a page")


def checked(search: Search) -> Search:
    """`search` itself. Raises InvalidMessage for a size, bound or zone that makes no sense."""
    if not 0 <= search.size <= BIGGEST_PAGE:
        raise InvalidMessage(f"field size: {search.size} is not within 0..{BIGGEST_PAGE}")
    for name, bound in (("since", search.since), ("until", search.until)):
        if bound is not None and bound.tzinfo is None:
            raise InvalidMessage(f"field {name}: no time zone")
    zone_of(search)
    return search


def zone_of(search: Search) -> ZoneInfo:
    """The zone whose days the search counts. Raises InvalidMessage for an unknown one."""
    try:
        return ZoneInfo(search.zone)
    except (OSError, LookupError, ValueError) as error:
        raise InvalidMessage(f"field zone: {search.zone!r} is no time zone") from error


def raise_refused(refused: dict[str, str]) -> None:
    """Tell of the posts an index could not take, once all others are in."""
    if refused:
        raise Refused(refused)


def _later(new: Sighting, old: Sighting | None) -> Sighting:
    return old if old is not None and old.seen_at > new.seen_at else new


def _digest(word: str) -> str:
    return "x0" + hashlib.sha256(word.encode()).hexdigest()
