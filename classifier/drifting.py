"""The shares of the last seven days, asked of the index: facets for what it counts, and a sample
of each day for the confidence, which it does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from classifier.drift import Shares, confidence_bin
from stream.index import Index, Search
from stream.messages import Judged

DAYS = 7
A_DAY = 200
"""The newest posts of each day whose confidence is looked at."""


def measure(index: Index, jurisdiction: str, now: datetime) -> Shares:
    """What was judged for `jurisdiction` in the seven days before `now`. Raises RetryLater."""
    week = Search(
        jurisdiction=jurisdiction, since=now - timedelta(days=DAYS), until=now, size=0, facets=False
    )
    concerned = index.search(replace(week, relevant=True, facets=True))
    beside = index.search(replace(week, relevant=False))
    sample = _sample(index, week, now)
    counts = {
        "relevant": {"true": concerned.total, "false": beside.total},
        "topic": dict(concerned.facets["topic"]),
        "severity": dict(concerned.facets["severity"]),
        "confidence": dict(Counter(confidence_bin(one.verdict.confidence) for one in sample)),
    }
    return Shares(sample[0].verdict.model if sample else "", counts)


def _sample(index: Index, week: Search, now: datetime) -> list[Judged]:
    found: list[Judged] = []
    for day in range(DAYS):
        until = now - timedelta(days=day)
        one = replace(week, since=until - timedelta(days=1), until=until, size=A_DAY)
        found += index.search(one).hits
    return found
