"""`yuqing cluster`: lines in, lines out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from classifier.events.jsonl import cluster_lines
from yuqing.domain.errors import InvalidMessage

GOOD = [
    {
        "id": "7",
        "title": "翠屏湾小区停水没人管",
        "body": "停水四天，水泵坏了等配件。",
        "at": "2026-03-05",
    },
    {
        "id": "8",
        "title": "云溪中学门口占道",
        "text": "早餐摊占道。",
        "time": "2026-03-02T08:00:00+08:00",
    },
    {"id": "9", "text": "翠屏湾小区停水四天，水泵坏了，还在等配件。", "likes": 3, "colour": "red"},
]


def lines(rows: list[object]) -> list[bytes]:
    return [json.dumps(row, ensure_ascii=False).encode() for row in rows]


def test_each_line_gets_its_event_and_the_order_is_kept() -> None:
    out = [json.loads(row) for row in cluster_lines(lines(list(GOOD)))]
    assert out == [
        {"id": "7", "event": "9"},
        {"id": "8", "event": "8"},
        {"id": "9", "event": "9"},
    ]


def test_an_empty_input_and_blank_lines_give_nothing() -> None:
    assert list(cluster_lines([])) == []
    assert list(cluster_lines([b"\n", b"  \n"])) == []


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"{", "line 2: not JSON"),
        (b"[1]", "line 2: not a JSON object"),
        (b'{"title": "x"}', "line 2: field id"),
        (b'{"id": 5, "title": "x"}', "line 2: field id"),
        (b'{"id": "5"}', "line 2: field body"),
        (b'{"id": "5", "title": ["x"]}', "line 2: field title"),
        (b'{"id": "5", "title": "x", "at": "yesterday"}', "line 2: field at"),
        (b'{"id": "5", "title": "x", "time": 12}', "line 2: field time"),
        (b'{"id": "\xff"}', "line 2: not JSON"),
    ],
)
def test_a_bad_line_is_named_or_skipped(bad: bytes, told: str) -> None:
    given = [*lines(GOOD[:1]), bad, *lines(GOOD[1:2])]
    with pytest.raises(InvalidMessage, match=told):
        list(cluster_lines(given))
    skipped: list[str] = []
    out = list(cluster_lines(given, skip_bad=True, on_bad=lambda e: skipped.append(str(e))))
    assert [json.loads(row)["id"] for row in out] == ["7", "8"]
    assert len(skipped) == 1
    assert skipped[0].startswith(told)


def test_a_line_given_twice_has_one_event() -> None:
    out = [json.loads(row) for row in cluster_lines(lines([GOOD[0], GOOD[0]]))]
    assert out == [{"id": "7", "event": "7"}] * 2


def test_real_complaints_are_grouped_as_people_would() -> None:
    shared = Path(__file__).parents[3] / "shared"
    if not shared.is_dir():
        pytest.skip("no ../shared with labelled complaints")
    texts = gzip.decompress((shared / "data/events/messages.jsonl.gz").read_bytes()).splitlines()
    event = {row["id"]: row["event"] for row in map(json.loads, cluster_lines(texts))}
    gold = [json.loads(row) for row in (shared / "labels/events.jsonl").read_text().splitlines()]
    pairs = split = 0
    for matter in gold:
        ids = matter["ids"]
        together = [event[a] == event[b] for i, a in enumerate(ids) for b in ids[:i]]
        pairs, split = pairs + len(together), split + together.count(False)
    assert split / pairs < 0.25
