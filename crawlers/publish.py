"""From what a page gave to messages on the bus: new posts, revisions, sightings, refusals."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.pages.page import Parsed, Refused
from crawlers.source import Source
from crawlers.state import CrawlState, Known, Visited
from stream.bus import Bus, Outgoing
from stream.codec import encode
from stream.messages import Crawled, DeadLetter, Seen
from stream.topics import DEAD, POSTS_RAW
from yuqing.domain.post import Post, Sighting

GROUP = "crawl"
MOST_ORIGINAL = 256 * 1024


@dataclass(frozen=True, slots=True)
class Haul:
    """What one fetched page brought in. `visited` is remembered with it; None for a page that
    is only done when its links are (a list)."""

    source: Source
    at: datetime
    parsed: Parsed
    visited: Visited | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How much was delivered: posts met first, revisions, sightings, refusals."""

    new: int = 0
    revised: int = 0
    seen: int = 0
    refused: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.new + other.new,
            self.revised + other.revised,
            self.seen + other.seen,
            self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """The messages of one haul, in order, and what to remember once they are on the bus."""

    messages: tuple[Outgoing, ...]
    known: tuple[Known, ...]
    refused: tuple[tuple[str, datetime], ...]
    tally: Tally


class Publisher:
    """Publishes hauls and remembers them; the memory follows the bus and never precedes it."""

    def __init__(self, bus: Bus, state: CrawlState) -> None:
        self._bus, self._state = bus, state

    def deliver(self, haul: Haul) -> Tally:
        """All of `haul` is on the bus and remembered when this returns.

        Raises Backlogged and RetryLater; then deliver it again, consumers know the repeats by
        their ids.
        """
        known = self._state.known({post.place for post, _ in haul.parsed.posts})
        told = self._state.refused({digest_of(haul.source, one) for one in haul.parsed.refused})
        delivery = prepare(haul, known, told)
        if delivery.messages:
            self._bus.publish(delivery.messages)
        visited = (haul.visited,) if haul.visited else ()
        self._state.record(delivery.known, visited, delivery.refused)
        return delivery.tally


def prepare(haul: Haul, known: Mapping[str, Known], told: Collection[str]) -> Delivery:
    """What to say of `haul`, given the places that are `known` and the refusals already `told`.

    A place met for the first time gives a Crawled, one with new text a Crawled whose post revises
    the former, one with new counts (or not reported for the source's `revisit`) a Seen, else
    nothing. A place that stands twice on one page counts once, as it stands first.
    """
    messages: list[Outgoing] = []
    places: dict[str, Known] = {}
    tally = Tally()
    for post, sighting in haul.parsed.posts:
        if post.place in places:
            continue
        former = known.get(post.place)
        if former and not _worth_telling(haul.source, former, sighting):
            continue
        messages.append(_message(post, sighting, former))
        places[post.place] = _now_known(former, sighting)
        tally += _counted(former, sighting)
    fresh = {digest_of(haul.source, one): one for one in haul.parsed.refused}
    fresh = {digest: one for digest, one in fresh.items() if digest not in told}
    messages += [_dead(haul, one) for one in fresh.values()]
    refused = tuple((digest, haul.at) for digest in fresh)
    return Delivery(
        tuple(messages), tuple(places.values()), refused, tally + Tally(refused=len(fresh))
    )


def digest_of(source: Source, refused: Refused) -> str:
    """What makes two refusals the same: source, place and reason, so that a page that stays
    broken is told of once."""
    text = "\x00".join((source.id, refused.where, refused.reason))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _worth_telling(source: Source, former: Known, now: Sighting) -> bool:
    if former.post_id != now.post_id or now.seen_at - former.seen_at >= source.revisit:
        return True
    return any(count is not None and count != before for count, before in _counts(former, now))


def _counts(former: Known, now: Sighting) -> Iterator[tuple[int | None, int | None]]:
    yield now.likes, former.likes
    yield now.reposts, former.reposts
    yield now.comments, former.comments


def _message(post: Post, sighting: Sighting, former: Known | None) -> Outgoing:
    if former and former.post_id == post.post_id:
        return Outgoing(POSTS_RAW.name, post.place, encode(Seen(sighting)))
    revised = replace(post, revises=former.post_id) if former else post
    return Outgoing(POSTS_RAW.name, post.place, encode(Crawled(revised, sighting)))


def _counted(former: Known | None, sighting: Sighting) -> Tally:
    if former is None:
        return Tally(new=1)
    return Tally(seen=1) if former.post_id == sighting.post_id else Tally(revised=1)


def _now_known(former: Known | None, now: Sighting) -> Known:
    counts = [now.likes, now.reposts, now.comments]
    if former:
        # a count the page does not show this time has not changed
        counts = [before if count is None else count for count, before in _counts(former, now)]
    likes, reposts, comments = counts
    return Known(now.place, now.post_id, likes, reposts, comments, now.seen_at)


def _dead(haul: Haul, refused: Refused) -> Outgoing:
    original, reason = refused.original, f"{refused.reason} ({refused.where})"
    if len(original) > MOST_ORIGINAL:
        reason += f"; original cut to {MOST_ORIGINAL} of {len(original)} bytes"
    letter = DeadLetter(
        topic=POSTS_RAW.name,
        partition=-1,
        offset=-1,
        key=f"{haul.source.id}:{refused.where}",
        value=b64encode(original[:MOST_ORIGINAL]).decode("ascii"),
        group=GROUP,
        reason=reason,
        at=haul.at,
    )
    return Outgoing(DEAD.name, letter.topic, encode(letter))
