"""The `group` stage: posts.relevant and people's decisions in, events out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from classifier.events.batch import take
from classifier.events.decided import correct, regroup
from classifier.events.group import Rules
from classifier.events.store import GroupingStore
from stream.bus import Outgoing, Record
from stream.codec import decode, encode
from stream.handling import Handler, Outcome, Refusal
from stream.messages import Corrected, EventChanged, Message, Regrouped, Relevant
from stream.topics import EVENTS
from yuqing.domain.errors import InvalidMessage

LIVE = Rules(window=timedelta(days=45))
LARGEST = 700_000


def group_handler(store: GroupingStore, rules: Rules = LIVE) -> Handler:
    """Give each relevant post its event, durably, and publish every event that changed.

    One transaction a jurisdiction and batch; one EventChanged per event touched (more only when
    its posts are too long for one message). A post delivered again keeps its event, and the
    present snapshot is published again with it in `added`.
    """

    def handle(records: Sequence[Record]) -> Outcome:
        posts, refused = _sorted_out(records)
        outgoing: list[Outgoing] = []
        for jurisdiction, relevants in posts.items():
            with store.ledger(jurisdiction) as ledger:
                changes = take(ledger, relevants, _positions(records), rules)
            outgoing += [message for change in changes for message in _outgoing(change)]
        return Outcome(tuple(outgoing), tuple(refused))

    return handle


def decisions_handler(store: GroupingStore, rules: Rules = LIVE) -> Handler:
    """What people decide, one decision a transaction; publishes the events that it is about."""

    def handle(records: Sequence[Record]) -> Outcome:
        outgoing: list[Outgoing] = []
        refused: list[Refusal] = []
        for record in records:
            try:
                changes = _decided(store, decode(record.value), _positions([record]), rules)
            except InvalidMessage as error:
                refused.append(Refusal(record, str(error)))
                continue
            outgoing += [message for change in changes for message in _outgoing(change)]
        return Outcome(tuple(outgoing), tuple(refused))

    return handle


def _decided(
    store: GroupingStore, message: Message, positions: Mapping[tuple[str, int], int], rules: Rules
) -> list[EventChanged]:
    if not isinstance(message, Corrected | Regrouped):
        raise InvalidMessage(f"field kind: {type(message).__name__} is not for this topic")
    if not message.jurisdiction:
        return []
    with store.ledger(message.jurisdiction) as ledger:
        if isinstance(message, Corrected):
            return correct(ledger, message, positions, rules)
        return regroup(ledger, message, positions)


def _sorted_out(records: Sequence[Record]) -> tuple[dict[str, list[Relevant]], list[Refusal]]:
    posts: dict[str, list[Relevant]] = {}
    refused: list[Refusal] = []
    for record in records:
        try:
            message = decode(record.value)
            if not isinstance(message, Relevant):
                raise InvalidMessage(f"field kind: {type(message).__name__} is not for this topic")
            posts.setdefault(message.jurisdiction, []).append(message)
        except InvalidMessage as error:
            refused.append(Refusal(record, str(error)))
    return posts, refused


def _positions(records: Sequence[Record]) -> Mapping[tuple[str, int], int]:
    positions: dict[tuple[str, int], int] = {}
    for record in records:
        place = (record.topic, record.partition)
        positions[place] = max(positions.get(place, 0), record.offset + 1)
    return positions


def _outgoing(change: EventChanged) -> Iterator[Outgoing]:
    value = encode(change)
    if len(value) <= LARGEST or len(change.added) < 2:
        yield Outgoing(EVENTS.name, change.event.event_id, value)
        return
    half = len(change.added) // 2
    for part in (change.added[:half], change.added[half:]):
        yield from _outgoing(replace(change, added=part))
