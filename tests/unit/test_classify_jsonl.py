"""`classify`: lines in, lines out, a bad line named."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache

import orjson
import pytest

from classifier.jsonl import classify_lines
from classifier.judge import Judge, load_judge
from yuqing.domain.errors import InvalidMessage

FIELDS = [
    "id",
    "relevant",
    "topic",
    "also",
    "severity",
    "emergency",
    "disposition",
    "rumour_risk",
    "confidence",
    "evidence",
    "places",
    "unit_kind_guess",
    "watch_kinds",
]
GOOD = orjson.dumps({"id": "1", "text": "货车追尾,三死五伤", "unknown": {"a": 1}})


@lru_cache(maxsize=1)
def judge() -> Judge:
    return load_judge({})


def test_a_verdict_has_every_field_and_spans_into_the_text() -> None:
    row = orjson.loads(next(classify_lines([GOOD], judge())))
    assert list(row) == FIELDS
    assert (row["id"], row["severity"], row["emergency"]) == ("1", 2, "accident")
    shown = next(e for e in row["evidence"] if e["what"] == "severity")
    assert shown["text"] == "三死"
    assert shown["span"] == [5, 7]


def test_title_and_body_stand_for_the_text() -> None:
    parts = orjson.dumps({"id": "a", "title": "停水", "body": "锦澜苑停水三天"})
    whole = orjson.dumps({"id": "a", "text": "停水\n锦澜苑停水三天"})
    first, second = classify_lines([parts, whole], judge())
    assert first == second


def test_author_spread_and_source_are_used() -> None:
    heard: dict[str, object] = {
        "id": "a",
        "text": "听说锦澜苑的水里有毒,大家转起来",
        "source": "weibo",
    }
    spread = list(range(20, 2000, 30))
    known: list[dict[str, object]] = [
        heard | {"followers": 90_000_000},
        heard | {"followers": "120", "reposts": 400, "repost_seconds": spread},
        heard | {"source": "柳溪区人民政府"},
    ]
    lines = [orjson.dumps(row) for row in known]
    great, small, official = (orjson.loads(row) for row in classify_lines(lines, judge()))
    assert small["rumour_risk"] > great["rumour_risk"] > official["rumour_risk"]
    rules = [e["rule"] for e in small["evidence"] if e["what"] == "rumour_risk"]
    assert any("首小时转发" in rule for rule in rules)


def test_order_is_kept_and_blank_lines_are_passed_over() -> None:
    lines = [orjson.dumps({"id": str(i), "text": f"第{i}次投诉路灯不亮"}) for i in (3, 1, 2)]
    out = classify_lines([lines[0], b"\n", *lines[1:]], judge())
    assert [orjson.loads(line)["id"] for line in out] == ["3", "1", "2"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "not JSON"),
        (b'"text"', "not a JSON object"),
        (b'{"text": "a"}', "field id"),
        (b'{"id": 7, "text": "a"}', "field id"),
        (b'{"id": "7"}', "field text"),
        (b'{"id": "7", "text": 7}', "field text"),
        (b'{"id": "7", "text": "a", "published_at": "yesterday"}', "field published_at"),
        (b'{"id": "7", "text": "a", "followers": "many"}', "field followers"),
        (b'{"id": "7", "text": "a", "reposts": -1}', "field reposts"),
        (b'{"id": "7", "text": "\xff"}', "not JSON"),
    ],
)
def test_a_bad_line_is_named_or_skipped(line: bytes, why: str) -> None:
    with pytest.raises(InvalidMessage, match=rf"^line 2: .*{why}"):
        list(classify_lines([GOOD, line, GOOD], judge()))
    skipped: list[str] = []
    out = classify_lines(
        [GOOD, line, GOOD], judge(), skip_bad=True, on_bad=lambda e: skipped.append(str(e))
    )
    assert len(list(out)) == 2
    assert len(skipped) == 1


def test_lines_are_read_as_they_are_asked_for() -> None:
    def endless() -> Iterator[bytes]:
        for number in itertools.count():
            yield orjson.dumps({"id": str(number), "text": "路灯不亮"})

    assert len(list(itertools.islice(classify_lines(endless(), judge()), 5))) == 5
