"""From the bus into the index: the stage that keeps judged posts searchable, and its replay.

What people correct comes by a topic of its own and may overtake the post itself; the index keeps
their word whatever comes first (see `Index.put`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream.bus import Bus, Record
from stream.codec import decode
from stream.handling import Handler, Outcome, Refusal
from stream.index import Index, Refused
from stream.messages import Corrected, Judged, Regrouped, Seen
from stream.topics import DECISIONS, POSTS_JUDGED
from yuqing.domain.errors import InvalidMessage

_LOOKED_AT = 1000


def indexing(index: Index) -> Handler:
    """The handler of group `index` on posts.judged: a whole batch is one `put`.

    A record that cannot be decoded, or whose post the index refuses, is refused; the others are
    in. Raises RetryLater with the index.
    """

    def handle(records: Sequence[Record]) -> Outcome:
        return _put(index, *_sorted_out(records))

    return handle


def settling(index: Index) -> Handler:
    """The handler of group `index-decisions` on decisions: the index shows what people said. What
    they decide about events is not the index's business."""

    def handle(records: Sequence[Record]) -> Outcome:
        corrected: list[tuple[Record, Judged]] = []
        refused: list[Refusal] = []
        for record in records:
            try:
                corrected += [(record, judged) for judged in _corrected(record)]
            except InvalidMessage as error:
                refused.append(Refusal(record, str(error)))
        return _put(index, corrected, refused)

    return handle


def judged_on(bus: Bus) -> Iterator[Judged | Seen]:
    """All that posts.judged still holds, to rebuild the index from; what the stage would refuse
    is left out. Raises RetryLater with the bus."""
    start: dict[int, int] = {}
    while records := bus.read(POSTS_JUDGED.name, start, _LOOKED_AT):
        for record in records:
            start[record.partition] = record.offset + 1
        yield from (document for _, document in _sorted_out(records)[0])


def _put(
    index: Index, good: Sequence[tuple[Record, Judged | Seen]], refused: list[Refusal]
) -> Outcome:
    try:
        index.put([document for _, document in good])
    except Refused as error:
        for record, document in good:
            if isinstance(document, Judged) and document.post.post_id in error.posts:
                refused.append(Refusal(record, error.posts[document.post.post_id]))
    return Outcome(refused=tuple(refused))


def _corrected(record: Record) -> list[Judged]:
    message = decode(record.value)
    if isinstance(message, Corrected):
        return [message.judged]
    if isinstance(message, Regrouped):
        return []
    raise InvalidMessage(f"{type(message).__name__} has no place on {DECISIONS.name}")


def _sorted_out(
    records: Sequence[Record],
) -> tuple[list[tuple[Record, Judged | Seen]], list[Refusal]]:
    good: list[tuple[Record, Judged | Seen]] = []
    refused: list[Refusal] = []
    for record in records:
        try:
            good.append((record, _document(record)))
        except InvalidMessage as error:
            refused.append(Refusal(record, str(error)))
    return good, refused


def _document(record: Record) -> Judged | Seen:
    message = decode(record.value)
    if not isinstance(message, Judged | Seen):
        raise InvalidMessage(f"{type(message).__name__} has no place on {POSTS_JUDGED.name}")
    return message
