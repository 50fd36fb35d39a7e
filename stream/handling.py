"""What a stage's handler is: a batch of records in, one of three outcomes out.

A handler returns an `Outcome`, raises RetryLater (nothing of the batch is committed), or crashes.
InvalidMessage from a handler means that one of its records is wrong; the worker finds out which.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from stream.bus import Outgoing, Record
from stream.codec import decode, encode
from stream.messages import DeadLetter, Message
from stream.topics import DEAD
from yuqing.domain.errors import InvalidMessage, RetryLater


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that is wrong in itself, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to publish, and what goes to `dead`, before the batch is committed.

    `done` is how many of the batch's records that covers, in their order; None means all. The
    rest comes again after a pause, because of `why`.
    """

    outgoing: tuple[Outgoing, ...] = ()
    refused: tuple[Refusal, ...] = ()
    done: int | None = None
    why: str = ""


Handler = Callable[[Sequence[Record]], Outcome]


def each(handle: Callable[[Message, Record], Iterable[Outgoing]]) -> Handler:
    """A handler that takes messages one by one.

    InvalidMessage refuses its own record only. RetryLater hands on what was done before it; of
    the first record it is passed on.
    """

    def handle_all(records: Sequence[Record]) -> Outcome:
        outgoing: list[Outgoing] = []
        refused: list[Refusal] = []
        for place, record in enumerate(records):
            try:
                outgoing += list(handle(decode(record.value), record))
            except InvalidMessage as error:
                refused.append(Refusal(record, str(error)))
            except RetryLater as error:
                if place == 0:
                    raise
                return Outcome(tuple(outgoing), tuple(refused), place, str(error))
        return Outcome(tuple(outgoing), tuple(refused))

    return handle_all


def dead_letter(refusal: Refusal, group: str, at: datetime) -> Outgoing:
    """What goes to `dead`: the reason and the original, byte for byte."""
    record = refusal.record
    letter = DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=b64encode(record.value).decode("ascii"),
        group=group,
        reason=refusal.reason,
        at=at,
    )
    return Outgoing(DEAD.name, record.topic, encode(letter))
