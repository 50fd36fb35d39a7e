"""From the bus into the index: the stage that keeps judged posts searchable, and its replay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream.bus import Bus, Record
from stream.codec import decode
from stream.handling import Handler, Outcome, Refusal
from stream.index import Index, Refused
from stream.messages import Judged, Seen
from stream.topics import POSTS_JUDGED
from yuqing.domain.errors import InvalidMessage

_LOOKED_AT = 1000


def indexing(index: Index) -> Handler:
    """The handler of group `index` on posts.judged: a whole batch is one `put`.

    A record that cannot be decoded, or whose post the index refuses, is refused; the others are
    in. Raises RetryLater with the index.
    """

    def handle(records: Sequence[Record]) -> Outcome:
        good, refused = _sorted_out(records)
        try:
            index.put([document for _, document in good])
        except Refused as error:
            for record, document in good:
                if isinstance(document, Judged) and document.post.post_id in error.posts:
                    refused.append(Refusal(record, error.posts[document.post.post_id]))
        return Outcome(refused=tuple(refused))

    return handle


def judged_on(bus: Bus) -> Iterator[Judged | Seen]:
    """All that posts.judged still holds, to rebuild the index from; what the stage would refuse
    is left out. Raises RetryLater with the bus."""
    start: dict[int, int] = {}
    while records := bus.read(POSTS_JUDGED.name, start, _LOOKED_AT):
        for record in records:
            start[record.partition] = record.offset + 1
        yield from (document for _, document in _sorted_out(records)[0])


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
