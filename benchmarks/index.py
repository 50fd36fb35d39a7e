"""How fast posts get into the index and are found again, on SQLite and on Elasticsearch.

python -m benchmarks.index [POSTS] [http://USER:PASSWORD@HOST:PORT]
"""

from __future__ import annotations

import random
import sys
import tempfile
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from stream.elastic_index import ElasticIndex
from stream.index import Index, Search
from stream.messages import Judged
from stream.sqlite_index import SqliteIndex
from tests.contracts.index_posts import NOON, judged
from yuqing.domain.query import parse_query, token_line
from yuqing.domain.text import tokens
from yuqing.domain.verdict import Severity, Topic

BATCH = 200
WEEK = timedelta(days=7)
PLACES = [
    *("清水镇", "北沟村", "青石街道", "柳林社区", "东湖路"),
    *("红旗小学", "城南市场", "G210国道", "二号桥", "人民医院"),
]
MATTERS = [
    *("路灯", "自来水", "暖气", "垃圾", "工资", "噪音", "扬尘", "公交"),
    *("学费", "停电", "电梯", "排水沟", "物业费", "违建", "井盖", "油烟"),
]
DEEDS = [
    *("一直没人管", "已经三天了", "打了电话没有回音"),
    *("希望尽快解决", "孩子上学很不方便", "邻居都在抱怨"),
]
SEARCHES = {
    "all": Search(),
    "all, no facets": Search(facets=False),
    "one character": Search(query=parse_query("水")),
    "two characters": Search(query=parse_query("工资")),
    "a phrase and an exclusion": Search(query=parse_query("G210国道 路灯|扬尘 -学费")),
    "nobody wrote it": Search(query=parse_query("火星移民")),
    "last week, one topic": Search(topics=("labour",), since=NOON - WEEK),
}


def posts(number: int) -> Iterator[Judged]:
    """`number` posts of about 120 characters, half a year, 20 sources; always the same."""
    chance, topics = random.Random(7), list(Topic)
    for n in range(number):
        parts = (chance.choice(words) for _ in range(6) for words in (PLACES, MATTERS, DEEDS))
        rare = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(20))
        yield judged(
            f"{n:032x}",
            "，".join(parts) + rare,
            NOON - timedelta(seconds=chance.randrange(180 * 86_400)),
            source=f"source{chance.randrange(20)}",
            topic=chance.choice(topics),
            severity=Severity(chance.choice((0, 1, 1, 1, 2, 3))),
        )


def timed(act: Callable[[], object]) -> float:
    """Seconds that `act` takes."""
    begun = perf_counter()
    act()
    return perf_counter() - begun


def measure(name: str, index: Index, stock: list[Judged]) -> None:
    """Put `stock` twice and search it; print the rates."""
    batches = [stock[n : n + BATCH] for n in range(0, len(stock), BATCH)]
    for how in ("put", "put again"):
        seconds = timed(lambda: deque(map(index.put, batches), maxlen=0))
        print(f"{name}: {how}: {len(stock) / seconds:,.0f} posts/s")
    for title, search in SEARCHES.items():
        times = [timed(partial(index.search, search)) for _ in range(7)]
        total = index.search(search).total
        print(f"{name}: {title}: median {median(times) * 1000:.1f} ms, {total:,} found")
    print(f"{name}: all pages of 500: {timed(lambda: walk(index)):.2f} s")


def walk(index: Index) -> None:
    """Page to the end."""
    search = Search(size=500, facets=False)
    while after := index.search(search).next:
        search = replace(search, after=after)


def watch(stock: list[Judged]) -> None:
    """Each of 1,000 posts against 200 watchlists."""
    lists = [parse_query(f"{p} {m}|{d} -火星") for p in PLACES for m in MATTERS for d in DEEDS][
        :200
    ]
    texts = [post.post.text for post in stock[:1000]]

    def match() -> None:
        for line in (token_line(tokens(text)) for text in texts):
            for query in lists:
                query.matches_line(line)

    print(f"watchlists: {timed(match):.2f} ms a post against {len(lists)}")


def main(number: int, url: str | None) -> None:
    """Run on a fresh SQLite file, and on the cluster at `url` if there is one."""
    stock = list(posts(number))
    watch(stock)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.db"
        index = SqliteIndex(file)
        measure("sqlite", index, stock)
        index.close()
        print(f"sqlite: {file.stat().st_size / 2**20:.0f} MiB")
    if url:
        elastic = ElasticIndex(url, f"bench_{uuid.uuid4().hex[:8]}")
        measure("elastic", elastic, stock)
        elastic.drop_before(date(9999, 12, 31))
        elastic.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50_000, sys.argv[2] if sys.argv[2:] else None)
