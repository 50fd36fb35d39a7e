"""Examples to learn from: the gold labels, and public texts whose origin tells a weak label.

No text read here goes into the artifact; only n-grams and weights do.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.features import Reading, dense
from classifier.heads import TOPICS
from classifier.rules.mark_words import Mark
from yuqing.domain.text import normalise
from yuqing.domain.verdict import Topic

CUT = 420  # characters of a text that are learnt from, as many as the gold labels were given for
_TAIDI: dict[str, tuple[Topic, ...]] = {
    "城乡建设": (Topic.HOUSING, Topic.URBAN, Topic.LAND, Topic.WORK_SAFETY, Topic.ENVIRONMENT),
    "环境保护": (Topic.ENVIRONMENT,),
    "交通运输": (Topic.TRANSPORT,),
    "教育文体": (Topic.EDUCATION, Topic.CULTURE),
    "劳动和社会保障": (Topic.LABOUR, Topic.SOCIAL_SECURITY, Topic.HARDSHIP, Topic.ELDERLY_CARE),
    "商贸旅游": (Topic.MARKET, Topic.CULTURE, Topic.FINANCE, Topic.FOOD_DRUG),
    "卫生计生": (Topic.HEALTHCARE, Topic.FOOD_DRUG, Topic.EPIDEMIC),
}
_NOISE = frozenset(
    f"news_{name}" for name in ("entertainment", "sports", "game", "world", "military", "travel")
)


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is believed of it: `allowed` topics, None where nothing is known."""

    text: str
    relevant: bool | None = None
    allowed: tuple[Topic, ...] | None = None
    rumour: bool | None = None
    origin: str = ""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a .jsonl or .jsonl.gz file."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            yield json.loads(line)


def weak_examples(data: Path) -> Iterator[Example]:
    """Every weakly labelled text under the data folder, cut to CUT characters, in file order."""
    for example in _all(data):
        text = example.text.strip()[:CUT]
        if text:
            yield Example(text, example.relevant, example.allowed, example.rumour, example.origin)


def _all(data: Path) -> Iterator[Example]:
    yield from _messages(data)
    yield from _background(data)
    yield from _rumours(data)
    for row in rows(data / "severity/cec_emergency_reports.jsonl.gz"):
        kinds = (Topic.WORK_SAFETY, Topic.TRANSPORT, Topic.DISASTER, Topic.FOOD_DRUG)
        yield Example(row["text"], None, (*kinds, Topic.PUBLIC_SECURITY), None, "cec")
    for row in rows(data / "stream/weibo_fuzhou.jsonl.gz"):
        origin = "news" if row["text"].startswith(("【", "#")) else "fuzhou"
        yield Example(row["text"], True, (Topic.ENVIRONMENT, Topic.URBAN), None, origin)
    for row in rows(data / "replies/hotline_fuzhou_1464.jsonl.gz"):
        yield Example(joined(row), True, (Topic.ENVIRONMENT, Topic.URBAN), False, "hotline")


def joined(row: dict[str, Any]) -> str:
    """Title and body of a message as one text."""
    return f"{row.get('title') or ''}。{row.get('body') or ''}"


def _messages(data: Path) -> Iterator[Example]:
    for row in rows(data / "topics/taidi_raw_train.jsonl.gz"):
        yield Example(joined(row), True, _TAIDI[row["label"]], False, "taidi")
    for row in rows(data / "topics/taidi_tokenised_train.jsonl.gz"):
        yield Example(row["text"].replace(" ", ""), None, _TAIDI[row["label"]], None, "tokenised")
    for name in ("topics/taidi_raw_unlabelled", "events/messages", "replies/message_reply_2016"):
        for row in rows(data / f"{name}.jsonl.gz"):
            yield Example(joined(row), True, TOPICS, False, "messages")
            yield Example(row.get("title") or "", True, TOPICS, None, "titles")


def _background(data: Path) -> Iterator[Example]:
    for name in ("tnews_dev", "tnews_test"):
        for row in rows(data / f"topics/{name}.jsonl.gz"):
            if row.get("label") in _NOISE:
                yield Example(row["text"], False, None, None, "tnews")
    for day in rows(data / "stream/weibo_hot_search_2026.jsonl.gz"):
        for title in day["titles"][:40]:
            yield Example(title, False, TOPICS, None, "hot_search")
    for row in rows(data / "stream/weibo_cctv_2020.jsonl.gz"):
        yield Example(row["text"], None, TOPICS, False, "cctv")


def _rumours(data: Path) -> Iterator[Example]:
    for row in rows(data / "rumours/ced_train.jsonl.gz"):
        rumour = bool(row["rumor"])
        yield Example(row["text"], None if rumour else False, TOPICS, rumour, "ced")
    for row in rows(data / "rumours/checked_fake_342.jsonl.gz"):
        yield Example(row["text"], None, TOPICS, True, "checked")


def weak_topic(example: Example, reading: Reading) -> Topic | None:
    """The allowed topic the lexicon speaks for most clearly, if it is clear."""
    if not example.allowed:
        return None
    if len(example.allowed) == 1:
        return example.allowed[0]
    counted = dense(reading)
    score = {t: float(counted[i] + counted[len(TOPICS) + i]) for i, t in enumerate(TOPICS)}
    ranked = sorted(example.allowed, key=lambda t: -score[t])
    first, second = score[ranked[0]], score[ranked[1]]
    margin = 0.3 if len(example.allowed) < 8 else 0.6
    return ranked[0] if first >= 0.9 and first - second >= margin else None


def weak_relevance(example: Example, reading: Reading, topic: Topic | None) -> bool | None:
    """Whether the text is believed to concern government; None where its origin does not tell."""
    if reading.context.foreign and example.relevant is not True:
        return False
    spoken = topic is not None and not reading.has(Mark.LEISURE)
    if example.origin in ("cctv", "cec", "checked"):
        return True if spoken else None
    if example.origin in ("hot_search", "ced") and spoken:
        return None
    return example.relevant


def gold_mark(text: str) -> str:
    """The first letters and Han characters of `text`, enough to know it again."""
    return "".join(c for c in normalise(text) if c.isalnum())[:24]
