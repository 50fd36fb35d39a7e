"""How fast the group stage is, and how well it groups: `python benchmarks/grouping.py [LINES]`.

Without an argument it writes made-up complaints; with a file of JSON lines (id, title, body, at or
time; .gz too) it takes those. Prints one JSON line for live grouping on SQLite, and one for
`yuqing cluster`.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifier.events.batch import take
from classifier.events.handlers import LIVE
from classifier.events.jsonl import cluster_lines
from classifier.events.sql_store import SqlGroupingStore
from stream.messages import Relevant
from yuqing.domain.post import Owner, Post, Sighting, post_id_of
from yuqing.domain.verdict import Disposition, Severity, Topic, Verdict

BATCH = 200
_PLACES = [
    a + b for a in "翠松云青白望锦福荷竹" for b in ("屏湾小区", "鹤苑", "溪路", "石桥", "杨新村")
]
_TROUBLES = [
    "停水",
    "油烟扰民",
    "路灯不亮",
    "断头路停工",
    "垃圾没人清",
    "电梯困人",
    "施工噪音",
    "占道经营",
]
_PHRASES = (
    "家里老人睡不好",
    "孩子上学要绕路",
    "物业一直说等通知",
    "打过几次热线没有结果",
    "请领导派人来看看",
    "已经持续好几天",
    "邻居们都很着急",
    "希望尽快给个答复",
    "去年就反映过",
    "晚上尤其严重",
    "社区说不归他们管",
    "早上出门差点摔倒",
    "街坊拍了照片",
    "施工方没人出面",
    "业主群里天天在说",
)


def made_up(count: int) -> list[bytes]:
    """`count` complaints about some 400 matters, over sixty days."""
    chance, start = random.Random(7), datetime(2026, 3, 1, tzinfo=UTC)
    rows = []
    for n in range(count):
        matter = chance.choice(_PLACES) + chance.choice(_TROUBLES)
        filler = "，".join(chance.sample(_PHRASES, 10)) + matter
        at = start + timedelta(minutes=n * 86400 / count)
        row = {"id": str(n), "title": f"反映{matter}", "body": filler, "at": at.isoformat()}
        rows.append(json.dumps(row, ensure_ascii=False).encode())
    return rows


def relevant(line: bytes) -> Relevant:
    """The post of a line, as the judge would hand it on."""
    row = json.loads(line)
    at = datetime.fromisoformat(row.get("at") or row["time"])
    place, title, body = f"bench:{row['id']}", row.get("title", ""), row.get("body", "")
    post_id = post_id_of(place, title, body)
    post = Post(post_id, place, "bench", Owner.CITIZEN, title, body, "", "", at, at)
    verdict = Verdict(
        post_id, True, Topic.OTHER, (), Severity.ORDINARY, None, Disposition.DIFFICULTY,
        0.0, 0.9, (), (), None, "bench",
    )  # fmt: skip
    return Relevant("bench", post, Sighting(post_id, place, at), verdict)


def live(lines: Iterable[bytes]) -> dict[str, float]:
    """Batches through the store, as the group stage does it."""
    posts = sorted(map(relevant, lines), key=lambda p: p.post.first_known_at)
    with tempfile.TemporaryDirectory() as folder:
        store = SqlGroupingStore(f"sqlite:///{folder}/state.db")
        wall, cpu, events = time.perf_counter(), time.process_time(), set()
        for start in range(0, len(posts), BATCH):
            with store.ledger("bench") as ledger:
                changes = take(ledger, posts[start : start + BATCH], {}, LIVE)
            events |= {c.event.event_id for c in changes}
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        store.close()
    rates = {"per_second": round(len(posts) / wall), "per_cpu_second": round(len(posts) / cpu)}
    return {"posts": len(posts), "events": len(events), **rates}


def main(paths: list[str]) -> None:
    """Measure and print."""
    lines = made_up(5000)
    if paths:
        path = Path(paths[0])
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = data.splitlines()
    print(json.dumps({"bench": "group live, SQLite", **live(lines)}))
    began = time.perf_counter()
    events = {json.loads(row)["event"] for row in cluster_lines(lines)}
    rate = round(len(lines) / (time.perf_counter() - began))
    print(
        json.dumps(
            {"bench": "cluster", "posts": len(lines), "events": len(events), "per_second": rate}
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
