"""The real spiders against a site on loopback that is good, bad and moody."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.state import CrawlState
from stream.codec import decode
from stream.messages import Crawled, DeadLetter, Message, Seen
from stream.pulse import Pulse
from stream.sql import open_engine
from stream.sqlite_bus import SqliteBus
from stream.topics import TOPICS
from tests.e2e.loopback_site import Answer, Site, Visit, serving
from yuqing.app.wallclock import SystemClock, real_now

CHILD = Path(__file__).with_name("crawl_child.py")
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as up:
        yield up


class Crawling:
    """A folder of sources, a bus and a crawl state, crawled by child processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sources").mkdir()

    def source(self, id: str, kind: str, url: str, **more: Any) -> None:
        written = {
            "id": id,
            "name": id,
            "kind": kind,
            "owner": "citizen",
            "urls": [url],
            "rhythm": "5m",
            "delay": 0,
        }
        if kind == "portal":
            written["selectors"] = {"links": "li a", "next": "a.next"}
        # JSON is YAML
        path = self.folder / "sources" / f"{id}.yaml"
        path.write_text(json.dumps(written | more, ensure_ascii=False), "utf-8")

    def once(self, **options: object) -> dict[str, dict[str, Any]]:
        done = subprocess.run(
            self.command("once", **options), capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        reports = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
        return {report["source"]: report for report in reports}

    def command(self, mode: str, **options: object) -> list[str]:
        given = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        return [sys.executable, "-W", "error", str(CHILD), str(self.folder), mode, *given]

    def bus(self) -> SqliteBus:
        return SqliteBus(str(self.folder / "bus.db"), TOPICS, SystemClock(), real_now)

    def messages(self, topic: str = "posts.raw") -> list[Message]:
        bus = self.bus()
        records = bus.read(topic, {}, 10_000)
        bus.close()
        return [decode(record.value) for record in records]

    def posts(self) -> dict[str, Crawled]:
        found = [message for message in self.messages() if isinstance(message, Crawled)]
        return {crawled.post.place: crawled for crawled in found}

    def refusals(self) -> dict[str, str]:
        letters = [letter for letter in self.messages("dead") if isinstance(letter, DeadLetter)]
        assert len({letter.key for letter in letters}) == len(letters)
        return {letter.key: letter.reason for letter in letters}


@pytest.fixture
def crawling(tmp_path: Path) -> Crawling:
    return Crawling(tmp_path)


def feed(*items: str) -> Answer:
    return Answer(f"<rss><channel>{''.join(items)}</channel></rss>".encode())


def item(native: str, body: str, date: str = "2026-03-02 09:00") -> str:
    return (
        f"<item><guid isPermaLink='false'>{native}</guid><description>{body}</description>"
        f"<pubDate>{date}</pubDate></item>"
    )


def listing(*links: str, more: str = "") -> Answer:
    items = "".join(f"<li><a href='{link}'>看</a></li>" for link in links)
    return Answer(f"<ul>{items}</ul>{more}".encode(), headers=HTML)


def article(title: str, body: str) -> Answer:
    page = f"<h1>{title}</h1><p>发布时间：2026-03-02 08:00</p><div><p>{body}</p></div>"
    return Answer(page.encode(), headers=HTML)


def unless_known(answer: Answer, etag: str) -> Any:
    def page(visit: Visit) -> Answer:
        if visit.headers.get("if-none-match") == etag:
            return Answer(status=304, headers={"ETag": etag})
        return Answer(answer.body, answer.status, answer.headers | {"ETag": etag})

    return page


def test_three_kinds_of_sources_become_posts(site: Site, crawling: Crawling) -> None:
    with serving() as stranger:
        site.pages |= {
            "/list": listing(
                "a1", f"http://{stranger.host}/x", more="<a class=next href=l2>下</a>"
            ),
            "/l2": listing("a2"),
            "/a1": article("东桥封闭", "东桥今晚封闭检修，请绕行西桥，预计明早六点恢复通行。"),
            "/a2": Answer(
                "<h1>旧城改造</h1><div><p>旧城改造第二批名单已经公示，请到社区查看。</p></div>".encode(
                    "gbk"
                ),
                headers={"Content-Type": "text/html; charset=utf-8"},
            ),
            "/feed": feed(item("1", "西街水管爆了"), item("2", "北门修好了")),
            "/api?q=x": Answer(
                json.dumps(
                    {"list": [{"id": 1, "text": "停电了", "likes": "1.2万"}], "next": "p2"}
                ).encode()
            ),
            "/api?q=x&cursor=p2": Answer(
                json.dumps({"list": [{"id": 2, "text": "来电了"}]}).encode()
            ),
        }
        fields = {"items": "list", "id": "id", "text": "text", "likes": "likes", "next": "next"}
        crawling.source("gov", "portal", site.url("/list"), owner="official", jurisdictions=["qx"])
        crawling.source("paper", "feed", site.url("/feed"), owner="media")
        crawling.source(
            "wb",
            "microblog",
            site.url("/api?q=x"),
            fields=fields | {"next_parameter": "cursor", "link": "http://wb.example.cn/{id}"},
        )
        reports = crawling.once()
        assert stranger.visits == []
    assert all(report["ok"] and not report["problems"] for report in reports.values())
    posts = crawling.posts()
    assert set(posts) == {
        *(f"gov:{site.url(path)}" for path in ("/a1", "/a2")),
        *("paper:1", "paper:2", "wb:1", "wb:2"),
    }
    first = posts[f"gov:{site.url('/a1')}"].post
    assert (first.title, first.owner.value, first.jurisdictions) == (
        "东桥封闭",
        "official",
        ("qx",),
    )
    assert first.published_at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert posts[f"gov:{site.url('/a2')}"].post.title == "旧城改造"
    assert posts["wb:1"].sighting.likes == 12000
    told = site.visits[-1].headers
    assert told["user-agent"].startswith("yuqing/")
    assert "mailto:duty@example.cn" in told["user-agent"]
    assert not {"cookie", "referer"} & set(told)


def test_what_is_known_is_not_fetched_or_told_again(site: Site, crawling: Crawling) -> None:
    body = "南湖公园本周末闭园整修，预计下周一重新开放，敬请谅解。"
    site.pages |= {
        "/list": unless_known(listing("a1", "a2"), '"l1"'),
        "/a1": unless_known(article("南湖公园", body), '"a1"'),
        "/a2": article("北湖公园", body),
        "/feed": unless_known(feed(item("1", "西街水管爆了")), '"f1"'),
    }
    crawling.source("gov", "portal", site.url("/list"), revisit="1h")
    crawling.source("paper", "feed", site.url("/feed"), revisit="1h")
    crawling.once()
    assert len(crawling.messages()) == 3
    site.visits.clear()
    second = crawling.once(later=300)
    assert site.paths() == ["/feed", "/list"]
    assert (second["gov"]["unchanged"], second["paper"]["unchanged"]) == (1, 1)
    assert len(crawling.messages()) == 3
    site.visits.clear()
    site.pages["/a2"] = article("北湖公园", body + "（已更新）")
    third = crawling.once(later=2 * 3600)
    assert site.paths() == ["/a1", "/a2", "/feed", "/list"]
    assert (third["gov"]["unchanged"], third["gov"]["tally"]["revised"]) == (1, 1)
    revision = crawling.posts()[f"gov:{site.url('/a2')}"].post
    assert revision.revises not in (None, revision.post_id)
    assert sum(isinstance(message, Seen) for message in crawling.messages()) == 1


def test_an_article_that_failed_is_fetched_after_a_restart(site: Site, crawling: Crawling) -> None:
    site.pages |= {
        "/list": unless_known(listing("a1", "a2"), '"l1"'),
        "/a1": article("一号", "一号楼电梯停运三天，物业说正在等配件，老人上下楼困难。"),
        "/a2": Answer(status=500),
    }
    crawling.source("gov", "portal", site.url("/list"))
    first = crawling.once()
    assert first["gov"]["ok"]
    assert first["gov"]["problems"] == [f"{site.url('/a2')}: HTTP 500"]
    site.visits.clear()
    site.pages["/a2"] = article("二号", "二号楼电梯恢复运行，维保单位贴出了检修记录和电话。")
    second = crawling.once(later=60)
    assert site.paths() == ["/a2", "/list"]
    assert second["gov"]["tally"]["new"] == 1


def furnish_badly(site: Site, stranger: Site) -> dict[str, str]:
    bomb = gzip.compress(b" " * 40_000_000)
    site.pages |= {
        "/robots.txt": Answer(b"User-agent: yuqing\nDisallow: /secret\n"),
        "/broken": Answer(b"<rss><channel><item>"),
        "/tenmb": Answer(b"x" * 10_000_000),
        "/bomb": Answer(bomb, headers={"Content-Encoding": "gzip"}),
        "/loop": Answer(status=302, headers={"Location": "/loop?again"}),
        "/loop?again": Answer(status=302, headers={"Location": "/loop"}),
        "/away": Answer(status=302, headers={"Location": stranger.url("/inside")}),
        "/moody": Answer(status=503),
        "/secret": feed(item("1", "不该看到")),
        "/empty": feed(item("1", " "), item("2", "有内容")),
        "/future": feed(item("1", "穿越的帖子", "2031-01-01 00:00")),
        "/slow": site.stall,
    }
    return {
        "broken": "a feed that is cut off in its first item",
        "tenmb": "larger than the 5000000 bytes that are allowed",
        "bomb": "larger than the 5000000 bytes that are allowed",
        "loop": "redirects without end",
        "away": "leads outside the source's hosts",
        "empty": "no title and no body",
    }


def test_every_kind_of_bad_page_has_a_clear_outcome(site: Site, crawling: Crawling) -> None:
    with serving() as stranger, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = furnish_badly(site, stranger)
        for path in site.pages:
            if path.isalnum() or path[1:].isalpha():
                crawling.source(path[1:], "feed", site.url(path))
        crawling.source("gone", "feed", site.url("/gone"))
        crawling.source("dead", "feed", f"http://127.0.0.1:{closed.getsockname()[1]}/")
        reports = crawling.once()
        assert stranger.visits == []
    problems = {
        "broken": "cut off",
        "tenmb": "larger than",
        "bomb": "larger than",
        "loop": "redirects without end",
        "away": "outside the source's hosts",
        "moody": "HTTP 503",
        "secret": "robots.txt forbids it",
        "gone": "HTTP 404",
        "dead": "nobody answers there",
        "slow": "no answer in time",
    }
    assert {id for id, report in reports.items() if not report["ok"]} == set(problems)
    for id, problem in problems.items():
        assert problem in " ".join(reports[id]["problems"])
    refusals = {key.split(":")[0]: reason for key, reason in crawling.refusals().items()}
    assert set(refusals) == set(refused)
    for id, reason in refused.items():
        assert reason in refusals[id]
    posts = crawling.posts()
    assert set(posts) == {"empty:2", "future:1"}
    assert posts["future:1"].post.published_at is None
    assert "/secret" not in site.paths()
    engine = open_engine(f"sqlite:///{crawling.folder / 'state.db'}")
    late = {beat.component for beat in Pulse(engine).read() if not beat.ok}
    assert late == set(problems)
    assert CrawlState(engine).fared("moody").failures == 1
    engine.dispose()


def test_a_source_recovers_and_a_refusal_is_not_repeated(site: Site, crawling: Crawling) -> None:
    site.pages |= {"/moody": Answer(status=503), "/broken": Answer(b"<rss><channel><item>")}
    crawling.source("moody", "feed", site.url("/moody"))
    crawling.source("broken", "feed", site.url("/broken"))
    assert not crawling.once()["moody"]["ok"]
    site.pages["/moody"] = feed(item("1", "恢复了"))
    second = crawling.once(later=300)
    assert second["moody"]["ok"]
    assert set(crawling.posts()) == {"moody:1"}
    assert len(crawling.refusals()) == 1


def test_crawling_keeps_its_rhythm_and_ends_when_told(site: Site, crawling: Crawling) -> None:
    site.pages["/feed"] = feed(item("1", "一直在"))
    crawling.source("paper", "feed", site.url("/feed"), rhythm="5m")
    child = subprocess.Popen(crawling.command("forever", speed=1000), stderr=subprocess.PIPE)
    try:
        assert site.wait_for("/feed", 4)
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=30)
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 0, errors.decode()
    assert list(crawling.posts()) == ["paper:1"]
    engine = open_engine(f"sqlite:///{crawling.folder / 'state.db'}")
    (beat,) = Pulse(engine).read()
    assert (beat.component, beat.kind, beat.ok) == ("paper", "source", True)
    assert beat.every >= timedelta(minutes=5)
    engine.dispose()


def test_a_bus_that_is_behind_makes_crawling_wait_and_loses_nothing(
    site: Site, crawling: Crawling
) -> None:
    for id in ("a", "b", "c"):
        site.pages[f"/{id}"] = feed(*(item(str(n), f"第{n}条") for n in range(10)))
        crawling.source(id, "feed", site.url(f"/{id}"))
    child = subprocess.Popen(
        crawling.command("once", high_water=1),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    said = ""
    try:
        while "waiting" not in said:
            line = child.stdout.readline()
            assert line, said
            said += line
        bus = crawling.bus()
        judge = bus.subscribe("posts.raw", "judge")
        while child.poll() is None:
            judge.commit(judge.poll(100, 0.1))
        judge.close()
        bus.close()
        said += child.stdout.read()
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert child.returncode == 0, said
    assert len(crawling.posts()) == 30


def test_told_to_end_while_the_bus_is_behind_it_ends_and_loses_nothing(
    site: Site, crawling: Crawling
) -> None:
    for id in ("a", "b", "c", "d"):
        site.pages[f"/{id}"] = unless_known(feed(item("1", f"{id} 的一条")), '"e"')
        crawling.source(id, "feed", site.url(f"/{id}"))
    child = subprocess.Popen(
        crawling.command("forever", high_water=1, speed=1000),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    try:
        assert child.stdout is not None
        while "waiting" not in said:
            line = child.stdout.readline()
            assert line, said
            said += line
        child.send_signal(signal.SIGTERM)
        said += child.communicate(timeout=30)[0]
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 0, said
    assert 1 <= len(crawling.posts()) < 4
    crawling.once()
    assert set(crawling.posts()) == {"a:1", "b:1", "c:1", "d:1"}
