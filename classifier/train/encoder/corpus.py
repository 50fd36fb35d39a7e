"""What the encoder learns from: one target a head where it is known, nothing where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifier.heads import DISPOSITIONS, STEPS, TAIDI7, TOPICS
from classifier.train.sources import CUT, joined, rows

_ALSO_SHARE = 0.15  # of a topic's target goes to each further topic
Shares = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the shares it should get: head to one number a column, heads unknown absent."""

    text: str
    targets: Shares = field(default_factory=dict)
    weight: float = 1.0


def labelled(row: Mapping[str, Any], weight: float = 1.0) -> Example:
    """An example of a row in the form of the gold labels (text, relevant, topic, also, ...)."""
    relevant, grade = bool(row["relevant"]), int(row["severity"])
    targets = {
        "relevant": (float(relevant),),
        "severity": tuple(float(grade >= step) for step in STEPS),
        "disposition": _one(DISPOSITIONS, row["disposition"]),
    }
    if row["topic"] in TOPICS:
        targets["topic"] = _topics(row["topic"], row.get("also") or ())
    return Example(row["text"][:CUT], targets, weight)


def _topics(first: str, also: Sequence[str]) -> tuple[float, ...]:
    further = [topic for topic in also if topic in TOPICS and topic != first]
    shares = dict.fromkeys(further, _ALSO_SHARE)
    shares[first] = 1 - _ALSO_SHARE * len(further)
    return tuple(shares.get(topic, 0.0) for topic in TOPICS)


def _one(columns: Sequence[str], name: str) -> tuple[float, ...]:
    return tuple(float(column == name) for column in columns)


def seven_topics(data: Path, name: str) -> Iterator[Example]:
    """The citizen messages of one of the `topics/taidi_*` files with their seven-topic label."""
    for row in rows(data / f"topics/{name}.jsonl.gz"):
        text = row["text"].replace(" ", "") if "text" in row else joined(row)
        yield Example(text[:CUT], {"taidi7": _one(TAIDI7, row["label"])})


def rumours(data: Path) -> Iterator[Example]:
    """Weibo posts of which the platform ruled whether they were false."""
    for row in rows(data / "rumours/ced_train.jsonl.gz"):
        yield Example(row["text"][:CUT], {"rumour": (float(row["rumor"]),)})
    for row in rows(data / "rumours/checked_fake_342.jsonl.gz"):
        yield Example(row["text"][:CUT], {"rumour": (1.0,)})


def unlabelled(data: Path) -> Iterator[str]:
    """Texts without a label, for the teacher to speak on; each third of the larger sets."""
    for name in ("topics/taidi_raw_unlabelled", "events/messages", "replies/message_reply_2016"):
        for row in rows(data / f"{name}.jsonl.gz"):
            yield joined(row)[:CUT]
    for row in rows(data / "severity/cec_emergency_reports.jsonl.gz"):
        yield row["text"][:CUT]
    streams = ("stream/weibo_cctv_2020", "stream/weibo_fuzhou", "topics/tnews_dev")
    for name in streams:
        for place, row in enumerate(rows(data / f"{name}.jsonl.gz")):
            if place % 3 == 0:
                yield row["text"][:CUT]
    for place, day in enumerate(rows(data / "stream/weibo_hot_search_2026.jsonl.gz")):
        yield from day["titles"][place % 3 : 40 : 3]
