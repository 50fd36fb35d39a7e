"""The `judge` stage: posts.raw in, posts.judged and posts.relevant out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from classifier.judge import Judge, Ruling
from stream.bus import Outgoing, Record
from stream.codec import decode, encode
from stream.handling import Handler, Outcome, Refusal
from stream.messages import Crawled, Judged, Relevant, Seen
from stream.topics import POSTS_JUDGED, POSTS_RELEVANT
from yuqing.domain.errors import InvalidMessage


def judge_handler(judge: Judge) -> Handler:
    """What the judge stage does with a batch; its posts are judged together, on several threads.

    A crawled post becomes one Judged and, when relevant, one Relevant for every jurisdiction it
    concerns: its source's (but for those it is plainly not about), else those whose gazetteer
    names a place in it. A Relevant is graded by its jurisdiction's thresholds; the Judged, which
    is one for all, carries the gravest. A further sighting is passed on. Anything else is
    refused. The same message gives the same bytes.
    """

    def handle(records: Sequence[Record]) -> Outcome:
        read, refused = _read(records)
        crawled = [message for message in read if isinstance(message, Crawled)]
        rulings = iter(judge.rulings([(c.post, c.sighting) for c in crawled]))
        outgoing: list[Outgoing] = []
        for message in read:
            if isinstance(message, Seen):
                place = message.sighting.place
                outgoing.append(Outgoing(POSTS_JUDGED.name, place, encode(message)))
            else:
                outgoing += _judged(message, next(rulings))
        return Outcome(tuple(outgoing), refused)

    return handle


def _read(records: Sequence[Record]) -> tuple[list[Crawled | Seen], tuple[Refusal, ...]]:
    read: list[Crawled | Seen] = []
    refused: list[Refusal] = []
    for record in records:
        try:
            message = decode(record.value)
            if not isinstance(message, Crawled | Seen):
                kind = type(message).__name__
                raise InvalidMessage(f"field kind: {kind} is not for this topic")
            read.append(message)
        except InvalidMessage as error:
            refused.append(Refusal(record, str(error)))
    return read, tuple(refused)


def _judged(crawled: Crawled, ruling: Ruling) -> Iterator[Outgoing]:
    post, sighting = crawled.post, crawled.sighting
    judged = Judged(post, sighting, ruling.verdict, tuple(ruling.concerned))
    yield Outgoing(POSTS_JUDGED.name, post.place, encode(judged))
    for code, verdict in ruling.concerned.items():
        if verdict.relevant:
            relevant = Relevant(code, post, sighting, verdict)
            yield Outgoing(POSTS_RELEVANT.name, code, encode(relevant))
