"""What the linear model sees of a post besides its n-grams: words found, form, numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from classifier.heads import TOPICS
from classifier.rules.context import Context, read_context
from classifier.rules.folding import Folded, fold
from classifier.rules.grades import Graded, Thresholds, grade_findings
from classifier.rules.harm import find_harm
from classifier.rules.harm_words import Finding
from classifier.rules.lexicon import Hit, Lexicon
from classifier.rules.many import most_people
from classifier.rules.mark_words import Mark
from classifier.rules.numerals import numbers
from classifier.rules.outrage import find_outrage
from yuqing.domain.verdict import Topic

LONGEST = 20_000  # characters of a post that are read; a longer one says its matter long before
MARKS: tuple[Mark, ...] = tuple(Mark)
_TOPIC_AT = {topic: i for i, topic in enumerate(TOPICS)}
_MARK_AT = {mark: i for i, mark in enumerate(MARKS)}
_HEAD = 40
_FORMED = 1000  # characters whose form is looked at
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("headline", re.compile("^(?:#[^#]{1,30}#)*【")),
    ("hashtag", re.compile("#[^#]{1,30}#")),
    ("mention", re.compile("@")),
    ("link", re.compile("https?:|网页链接")),
    ("question", re.compile(r"[?]")),
    ("exclamation", re.compile("!")),
    ("first_person", re.compile("我|本人|咱")),
    ("salute", re.compile("您好|你好|尊敬的|书记|领导|市长|县长")),
    ("thanks", re.compile("谢谢|感谢")),
    ("dateline", re.compile(r"^\W*\d{4}[-年/]\d")),
    ("emoticon", re.compile(r"\[[^\]]{1,4}\]")),
    (
        "bulletin",
        re.compile(
            "【[^】]{0,12}(?:通报|公告|通告|通知|提醒|公示|播报|解读|预警|提示|科普|回应|说明)"
        ),
    ),
    ("plea", re.compile("求求|救救|帮帮|谁(?:能|来)?管|没人管|能不能|怎么办|说法")),
    ("reposted", re.compile(r"转[)\]】:]|via|//@|by(?<=\bby)@")),
)
NAMES: tuple[str, ...] = (
    *(f"topic:{t}" for t in TOPICS),
    *(f"head:{t}" for t in TOPICS),
    *(f"mark:{m}" for m in MARKS),
    *(f"form:{name}" for name, _ in _FORMS),
    *("size:tiny", "size:short", "size:middle", "size:long"),
    *("foreign", "denied", "refuted", "drill", "harm:1", "harm:2", "harm:3", "harm:4"),
    *("group_and_housing", "group_and_topic", "abuse_and_official", "hearsay_and_alarm"),
    *("people:10", "people:100", "people_and_grievance"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as the rules read it; the base of the model's features and of the evidence.

    `graded` is what `findings` come to by the general thresholds, which the model learnt with.
    """

    folded: Folded
    hits: tuple[Hit[Topic | Mark], ...]
    context: Context
    findings: tuple[Finding, ...]
    graded: tuple[Graded, ...]
    people: float
    means: frozenset[Topic | Mark]

    def has(self, mark: Mark) -> bool:
        """True when a word of `mark` stands in the post."""
        return mark in self.means

    def graded_by(self, local: Thresholds) -> Reading:
        """The same post with its numbers graded by a jurisdiction's thresholds."""
        graded = grade_findings(self.folded, self.findings, self.context, local)
        return replace(self, graded=graded)


def read(
    text: str, lexicon: Lexicon[Topic | Mark], published_at: datetime | None = None
) -> Reading:
    """Read `text` (its first LONGEST characters) by all the rules."""
    folded = fold(text[:LONGEST])
    hits = tuple(lexicon.find(folded.text))
    context = read_context(folded.text, hits, published_at)
    counted = tuple(numbers(folded.text))
    findings = (*find_harm(folded.text, counted), *find_outrage(folded.text))
    graded = grade_findings(folded, findings, context)
    people = most_people(folded.text, counted)
    means = frozenset(means for hit in hits for means in hit.means)
    return Reading(folded, hits, context, findings, graded, people, means)


def dense(reading: Reading) -> NDArray[np.float32]:
    """The features of `reading` in the order of NAMES, each about 0 to 3."""
    topics, heads, marks = _counts(reading.hits)
    text = reading.folded.text[:_FORMED]
    forms = [len(pattern.findall(text)) for _, pattern in _FORMS]
    flags = _flags(reading, topics, marks)
    features = np.array([*topics, *heads, *marks, *forms, *flags], dtype=np.float32)
    counted = features[: -len(flags)]
    np.log1p(counted, out=counted)
    return features


def _counts(
    hits: Sequence[Hit[Topic | Mark]],
) -> tuple[list[float], list[float], list[float]]:
    topics, heads, marks = [0.0] * len(TOPICS), [0.0] * len(TOPICS), [0.0] * len(MARKS)
    for hit in hits:
        weight = 1.0 if len(hit.word) < 3 else 1.5
        for means in hit.means:
            if isinstance(means, Mark):
                marks[_MARK_AT[means]] += 1.0
                continue
            topics[_TOPIC_AT[means]] += weight
            heads[_TOPIC_AT[means]] += weight if hit.start < _HEAD else 0.0
    return topics, heads, marks


def _flags(reading: Reading, topics: Sequence[float], marks: Sequence[float]) -> tuple[bool, ...]:
    size = len(reading.folded.text)
    grade = int(reading.graded[0].severity) if reading.graded else 0
    group = marks[_MARK_AT[Mark.GROUP]] > 0
    return (
        *(size < 25, 25 <= size < 80, 80 <= size < 250, size >= 250),
        *(reading.context.foreign, reading.context.denied),
        *(reading.context.refuted, reading.context.drill),
        *(grade >= least for least in (1, 2, 3, 4)),
        group and topics[_TOPIC_AT[Topic.HOUSING]] > 2,
        group and max(topics) > 2,
        marks[_MARK_AT[Mark.ABUSE]] > 0 and marks[_MARK_AT[Mark.OFFICIAL]] > 0,
        marks[_MARK_AT[Mark.HEARSAY]] > 0 and marks[_MARK_AT[Mark.ALARM]] > 0,
        *(reading.people >= 10, reading.people >= 100),
        reading.people >= 10 and marks[_MARK_AT[Mark.GRIEVANCE]] > 0,
    )
