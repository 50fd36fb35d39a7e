"""What was refused: to look at, and to bring back once its cause is mended."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from stream.bus import Bus, Outgoing, Record
from stream.codec import decode, encode
from stream.messages import DeadLetter
from stream.topics import DEAD
from yuqing.domain.clock import Clock
from yuqing.domain.errors import InvalidMessage, NotFound

_REPLAYED = "replayed"
_PAGE = 1000
_NEVER_ON_THE_BUS = "it never was a message: mend the page's parser, and the next crawl brings it"


@dataclass(frozen=True, slots=True)
class Dead:
    """One refused message; `id` is its place on the topic `dead`. `readable` is False for a
    record there that is no dead letter; then only `letter.reason` says something."""

    id: str
    letter: DeadLetter
    replayed: bool = False
    readable: bool = True

    @property
    def original(self) -> bytes:
        """The refused message, byte for byte."""
        return b64decode(self.letter.value)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay did: ids that went back to their topics, and (id, why) of those that could
    not."""

    done: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def list_dead(bus: Bus, limit: int = 100) -> tuple[Dead, ...]:
    """The newest `limit` refused messages, newest first. Raises RetryLater."""
    return tuple(reversed(_all(bus)[-limit:])) if limit > 0 else ()


def show(bus: Bus, id: str) -> Dead:
    """One refused message. Raises NotFound, RetryLater."""
    return _chosen(_all(bus), [id])[0]


def replay(bus: Bus, ids: Sequence[str] | None, clock: Clock) -> Replay:
    """Publish the originals again, with their keys to their topics; `ids` None means all that
    were not replayed yet. One asked for by id goes again even if it did before.

    Raises NotFound for an unknown id (then nothing is replayed), RetryLater, Backlogged.
    """
    known = _all(bus)
    wanted = _chosen(known, ids) if ids is not None else [d for d in known if not d.replayed]
    left = [(dead.id, why) for dead in wanted if (why := _hindrance(dead))]
    going = [dead for dead in wanted if not _hindrance(dead)]
    for dead in going:
        # the marker goes after its message: better to replay twice than not at all
        letter = dead.letter
        bus.publish([Outgoing(letter.topic, letter.key, dead.original), _marker(dead, clock)])
    return Replay(tuple(dead.id for dead in going), tuple(left))


def read_all(bus: Bus, topic: str) -> Iterator[Record]:
    """Every record kept of `topic`, partition by partition, a page at a time."""
    start: dict[int, int] = {}
    while page := bus.read(topic, start, _PAGE):
        yield from page
        start |= {record.partition: record.offset + 1 for record in page}


def _all(bus: Bus) -> list[Dead]:
    found: dict[str, Dead] = {}
    for record in read_all(bus, DEAD.name):
        dead = _read(record)
        about = f"{dead.letter.partition}-{dead.letter.offset}"
        if dead.letter.topic != DEAD.name or not dead.readable:
            found[dead.id] = dead
        elif about in found:
            found[about] = replace(found[about], replayed=True)
    return list(found.values())


def _read(record: Record) -> Dead:
    place = f"{record.partition}-{record.offset}"
    try:
        message = decode(record.value)
    except InvalidMessage as error:
        return Dead(place, _unreadable(record, str(error)), readable=False)
    if not isinstance(message, DeadLetter):
        why = f"not a dead letter but {type(message).__name__}"
        return Dead(place, _unreadable(record, why), readable=False)
    return Dead(place, message)


def _unreadable(record: Record, why: str) -> DeadLetter:
    return DeadLetter(
        record.topic, record.partition, record.offset, record.key, "", "", why, record.at
    )


def _chosen(known: Sequence[Dead], ids: Sequence[str]) -> list[Dead]:
    by_id = {dead.id: dead for dead in known}
    missing = [id for id in ids if id not in by_id]
    if missing:
        raise NotFound(f"no refused message {', '.join(missing)}; `yuqing dead list` shows the ids")
    return [by_id[id] for id in ids]


def _hindrance(dead: Dead) -> str:
    """Why `dead` cannot go back to its topic; empty when it can."""
    if not dead.readable:
        return dead.letter.reason
    if dead.letter.partition >= 0:
        return ""
    # a crawler refuses pages, which are no messages; going back they would only be refused again
    try:
        decode(dead.original)
    except (InvalidMessage, ValueError):
        return _NEVER_ON_THE_BUS
    return ""


def _marker(dead: Dead, clock: Clock) -> Outgoing:
    partition, _, offset = dead.id.partition("-")
    marker = DeadLetter(
        DEAD.name, int(partition), int(offset), dead.letter.key, "", _REPLAYED, "", clock.now()
    )
    return Outgoing(DEAD.name, dead.letter.topic, encode(marker))
