"""The `review` group: what the machine was not sure of goes to people."""

from __future__ import annotations

from collections.abc import Sequence

from responder.reviews import Reviews
from stream.bus import Record
from stream.codec import decode
from stream.handling import Handler, Outcome, Refusal
from stream.messages import Judged, Seen
from yuqing.domain.clock import Clock
from yuqing.domain.errors import InvalidMessage


def review_handler(reviews: Reviews, clock: Clock) -> Handler:
    """For topic `posts.judged`: queue the unsure verdicts of a batch, let go of the sure ones."""

    def handle(records: Sequence[Record]) -> Outcome:
        judged: list[Judged] = []
        refused: list[Refusal] = []
        for record in records:
            try:
                judged += _judged(record)
            except InvalidMessage as error:
                refused.append(Refusal(record, str(error)))
        if judged:
            reviews.record(judged, clock.now())
        return Outcome(refused=tuple(refused))

    return handle


def _judged(record: Record) -> list[Judged]:
    message = decode(record.value)
    if not isinstance(message, Judged | Seen):
        raise InvalidMessage(f"field kind: {type(message).__name__} is not for this topic")
    return [message] if isinstance(message, Judged) else []
