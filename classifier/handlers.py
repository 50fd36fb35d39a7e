"""The `judge` stage: posts.raw in, posts.judged and posts.relevant out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from classifier.judge import Judge
from stream.bus import Outgoing, Record
from stream.codec import encode
from stream.messages import Crawled, Judged, Message, Relevant, Seen
from stream.topics import POSTS_JUDGED, POSTS_RELEVANT
from yuqing.domain.errors import InvalidMessage


def judge_handler(judge: Judge) -> Callable[[Message, Record], Iterable[Outgoing]]:
    """What the judge stage does with one message; for `stream.handling.each`.

    A crawled post becomes one Judged and, when relevant, one Relevant for every jurisdiction it
    concerns: its source's (but for those it is plainly not about), else those whose gazetteer
    names a place in it. A further sighting is passed on. Anything else is an InvalidMessage. The
    same message gives the same bytes.
    """

    def handle(message: Message, _record: Record) -> Iterable[Outgoing]:
        if isinstance(message, Seen):
            place = message.sighting.place
            return (Outgoing(POSTS_JUDGED.name, place, encode(message)),)
        if isinstance(message, Crawled):
            return _judged(judge, message)
        raise InvalidMessage(f"field kind: {type(message).__name__} is not for this topic")

    return handle


def _judged(judge: Judge, crawled: Crawled) -> Iterator[Outgoing]:
    post, sighting = crawled.post, crawled.sighting
    verdict = judge.judge_post(post, sighting)
    concerned = judge.concerned_by(post)
    judged = Judged(post, sighting, verdict, concerned)
    yield Outgoing(POSTS_JUDGED.name, post.place, encode(judged))
    for code in dict.fromkeys(concerned) if verdict.relevant else ():
        relevant = Relevant(code, post, sighting, verdict)
        yield Outgoing(POSTS_RELEVANT.name, code, encode(relevant))
