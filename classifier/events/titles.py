"""How an event is called: by the clearest headline among its posts, kept while none is clearly
better, so that what people see in a list does not change under their eyes with every post."""

from __future__ import annotations

import re

from stream.messages import Relevant
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Severity, Topic

LONGEST = 40
CLEARLY_BETTER = 1.5

_PASSED_ON = re.compile(r"//\s*@[^:：/\s]{1,40}\s*[:：]")
_HEADLINE = re.compile(r"^\s*【([^】]{2,60})】")
_LABEL_UP_TO = 7
_TAG = re.compile(r"#([^#]{2,40})#")
_SENTENCE = re.compile(r"^.{8,}?(?=[。！!？?；;\n])")
_ANSWERS = re.compile(r"答复|回复|说明|通报|通告|公告|公示|回应|提醒|辟谣|预告|发布会")
_CRIES = re.compile(r"[!！?？]|求助|急|听说|吗$|了没")


def title_of(by: Relevant) -> str:
    """A headline of the post: its own, else one in brackets, else its first sentence, cut."""
    own = " ".join(by.post.title.split())
    if own:
        return own
    body = _PASSED_ON.split(by.post.body)
    words = next((part for part in body if len(part.strip()) >= _LABEL_UP_TO + 1), body[-1])
    headline = _HEADLINE.match(words)
    if headline and len(headline[1]) > _LABEL_UP_TO:
        return headline[1]
    text = " ".join(_TAG.sub(" ", _HEADLINE.sub("", words)).split())
    return _cut(text or " ".join(words.replace("#", " ").split()))


def clarity(by: Relevant, topic: Topic) -> float:
    """How well the post's headline tells what happened and where; `topic` is the event's.

    Media are clearest, then neighbours who gave their post a title; an answer names itself rather
    than the matter, a cry or a quote hardly anything.
    """
    title, verdict = title_of(by), by.verdict
    points = 2.0 if by.post.title.strip() else 0.0
    points += 2.0 if by.post.owner is Owner.MEDIA else 0.0
    points += 1.0 if verdict.places else 0.0
    points += 1.0 if verdict.topic is topic else 0.0
    points += 1.0 if verdict.emergency and verdict.severity > Severity.ORDINARY else 0.0
    points -= 2.0 if by.post.owner is Owner.OFFICIAL or _ANSWERS.search(title) else 0.0
    points -= 1.0 if _CRIES.search(title) else 0.0
    return points - (3.0 if _PASSED_ON.search(by.post.body) else 0.0)


def _cut(text: str) -> str:
    sentence = _SENTENCE.match(text)
    first = sentence[0] if sentence else text
    return first if len(first) <= LONGEST else f"{first[:LONGEST]}…"
