"""子主题: narrower matters that a jurisdiction knows by their words, for routing and filters."""

from __future__ import annotations

from collections.abc import Sequence

from yuqing.domain.conduct import SubTopic
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import normalise
from yuqing.domain.verdict import Topic


def sub_topics_of(
    jurisdiction: Jurisdiction, text: str, topics: Sequence[Topic] = ()
) -> tuple[SubTopic, ...]:
    """The sub-topics whose words `text` holds, those with most of them first, then by the file.

    Of those under one of `topics` when any are given.
    """
    said = normalise(text)
    found = [
        (-sum(said.count(normalise(word)) for word in sub.words), number, sub)
        for number, sub in enumerate(jurisdiction.sub_topics)
        if not topics or sub.topic in topics
    ]
    return tuple(sub for count, _number, sub in sorted(found, key=lambda f: f[:2]) if count)
