"""The demo world: its script, its sites through the real page parsers, and its server."""

from __future__ import annotations

import http.client
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawlers.pages.feed import parse_feed
from crawlers.pages.microblog import parse_microblog
from crawlers.pages.page import PageContext, Parsed, gather
from crawlers.pages.portal import parse_article, parse_list
from crawlers.source import Kind, Source
from crawlers.sources import load_sources
from responder.push import ApprisePusher
from yuqing.app.demo.folder import write_demo_folder
from yuqing.app.demo.posts import Broken, ScriptedPost, Site
from yuqing.app.demo.server import WorldServer
from yuqing.app.demo.sites import answer
from yuqing.app.demo.world import SCRIPT, World, load_world
from yuqing.app.wallclock import real_now
from yuqing.domain.errors import ConfigError
from yuqing.domain.post import Owner, Post, Sighting
from yuqing.domain.text import mask, normalise
from yuqing.files.jurisdiction import load_jurisdictions

PORT = 18000
SITES = {
    "qingting-gov": (Site.PORTAL, Owner.OFFICIAL),
    "tingsheng-bbs": (Site.FORUM, Owner.CITIZEN),
    "weilan-residents": (Site.MICROBLOG, Owner.CITIZEN),
    "weilan-media": (Site.MICROBLOG, Owner.MEDIA),
    "weilan-official": (Site.MICROBLOG, Owner.OFFICIAL),
    "linlan-evening": (Site.PAPER, Owner.MEDIA),
}


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Source, ...]:
    return load_sources(write_demo_folder(tmp_path_factory.mktemp("demo"), PORT).sources)


def of_site(world: World, site: Site) -> list[ScriptedPost]:
    return [post for post in world.posts if post.site is site]


def fetched(world: World, now: datetime, source: Source, url: str) -> tuple[bytes, PageContext]:
    parts = urlsplit(url)
    found = answer(world, now, parts.path, dict(parse_qsl(parts.query)))
    assert found.status == 200, url
    charset = re.search(r"charset=(\S+)", found.kind)
    return found.body, PageContext(source, url, now, charset[1] if charset else None)


def crawled(world: World, now: datetime, source: Source) -> Parsed:
    """Everything the source shows at `now`: all its list pages, and all articles they link to."""
    parts: list[Parsed] = []
    url: str | None = source.urls[0]
    while url:
        content, context = fetched(world, now, source, url)
        if source.kind is Kind.PORTAL:
            page = parse_list(content, context)
            parts += [parse_article(*fetched(world, now, source, link)) for link in page.links]
        else:
            page = (parse_feed if source.kind is Kind.FEED else parse_microblog)(content, context)
        parts.append(page)
        url = page.next
        assert len(parts) < 1000
    return gather(parts)


def found_in(parsed: Parsed, scripted: ScriptedPost) -> tuple[Post, Sighting]:
    (pair,) = [
        pair for pair in parsed.posts if pair[0].place.endswith((scripted.native, _page(scripted)))
    ]
    return pair


def _page(scripted: ScriptedPost) -> str:
    return f"{scripted.native}.html"


def test_the_world_is_large_and_every_post_has_an_id_of_its_own(world: World) -> None:
    assert len(world.posts) >= 300
    assert len({(post.site, post.native) for post in world.posts}) == len(world.posts)
    assert world.end - world.start == timedelta(days=7)
    assert [post.at for post in world.posts] == sorted(post.at for post in world.posts)
    assert all(post.at < world.end for post in world.posts)


def test_the_accident_comes_in_the_first_hours_and_its_dead_rise_to_the_major_grade(
    world: World,
) -> None:
    posts = [post for post in world.posts if post.matter == "plant_explosion"]
    assert posts[0].at - world.start < timedelta(hours=6)
    official = [post for post in posts if post.owner is Owner.OFFICIAL]
    dead = [int(n) for post in official for n in re.findall(r"(\d+)人死亡", post.text)]
    assert dead == sorted(dead)
    assert {3, 9, 12} == set(dead)
    first = next(post for post in official if "事故已造成" in post.text)
    assert timedelta(hours=3) < first.at - posts[0].at < timedelta(hours=4)
    held = next(post for post in official if "新闻发布会 区长" in post.title)
    assert timedelta(hours=20) < held.at - posts[0].at < timedelta(hours=21)


def test_everyday_matters_have_several_posts_and_some_are_never_answered(world: World) -> None:
    everyday = {
        matter.key: [post for post in world.posts if post.matter == matter.key]
        for matter in world.matters
        if matter.relevant and matter.key != "official_news"
    }
    assert len(everyday) >= 15
    assert all(len(posts) >= 3 for posts in everyday.values())
    answered = {
        key for key, posts in everyday.items() if any(p.owner is Owner.OFFICIAL for p in posts)
    }
    assert len(everyday) - len(answered) >= 3
    assert {"site_wages", "water_rumour", "plant_explosion"} <= answered


def test_a_short_demo_of_thirty_hours_sees_all_kinds(world: World) -> None:
    seen = world.posts_at(world.start + timedelta(hours=30))
    assert len(seen) > 150
    kinds = Counter(post.site for post in seen)
    assert min(kinds[site] for site in Site) >= 10
    assert {"plant_explosion", "water_rumour", "site_wages"} <= {post.matter for post in seen}
    assert sum(post.broken is Broken.EMPTY for post in seen) >= 3
    assert sum(not post.relevant for post in seen) > 40


def test_telephone_numbers_are_there_to_be_masked(world: World) -> None:
    assert sum(mask(post.text) != post.text for post in world.posts) >= 4


@pytest.mark.parametrize("source_id", SITES)
def test_every_page_parses_to_its_scripted_post(
    world: World, sources: tuple[Source, ...], source_id: str
) -> None:
    source = next(source for source in sources if source.id == source_id)
    site, owner = SITES[source_id]
    parsed = crawled(world, world.end, source)
    scripted = world.posts_at(world.end, site, owner)
    whole = [post for post in scripted if post.broken is not Broken.EMPTY]
    if site is not Site.PAPER:
        assert len(parsed.posts) == len(whole)
    for truth in whole[: len(parsed.posts)]:
        post, sighting = found_in(parsed, truth)
        assert post.owner is owner
        assert post.jurisdictions == ("qingting",)
        assert normalise(post.title) == normalise(truth.title)
        assert normalise(post.body) == normalise(truth.text_at(world.end))
        assert post.published_at == (None if truth.broken is Broken.FUTURE else truth.at)
        if site is Site.MICROBLOG:
            assert post.followers == truth.followers
            assert sighting.reposts == truth.counts_at(world.end).reposts
        if site is not Site.PORTAL and site is not Site.PAPER:
            assert sighting.comments == truth.counts_at(world.end).comments


def test_what_is_broken_is_refused_or_remarked(world: World, sources: tuple[Source, ...]) -> None:
    now = world.start + timedelta(hours=30)
    parsed = {source.id: crawled(world, now, source) for source in sources}
    assert [r.reason for r in parsed["tingsheng-bbs"].refused] == ["no title and no body"] * 2
    assert [r.reason for r in parsed["linlan-evening"].refused] == ["no title and no body"]
    assert [r.reason for r in parsed["weilan-residents"].refused] == ["no title and no body"]
    assert any("future" in remark.what for remark in parsed["qingting-gov"].remarks)


def test_nothing_is_shown_before_its_time(world: World, sources: tuple[Source, ...]) -> None:
    for hours in (0, 3, 6, 12):
        now = world.start + timedelta(hours=hours)
        for source in sources:
            for post, _ in crawled(world, now, source).posts:
                assert post.first_known_at <= now
    late = world.posts[-1]
    assert world.post_at(late.at - timedelta(seconds=1), late.site, late.native) is None
    thread = next(p for p in world.posts if p.site is Site.FORUM and p.at > world.start)
    path = f"/bbs/thread-{thread.native}.html"
    assert answer(world, thread.at - timedelta(seconds=1), path, {}).status == 404
    assert answer(world, thread.at, path, {}).status == 200


def test_an_edited_post_stands_at_the_same_place_with_new_text(
    world: World, sources: tuple[Source, ...]
) -> None:
    (edited,) = [post for post in of_site(world, Site.FORUM) if post.edits]
    forum = next(source for source in sources if source.id == "tingsheng-bbs")
    before, _ = found_in(crawled(world, edited.edits[0][0] - timedelta(1 / 24), forum), edited)
    after, _ = found_in(crawled(world, edited.edits[0][0], forum), edited)
    assert before.place == after.place
    assert before.post_id != after.post_id
    assert before.published_at == after.published_at


def test_counts_never_fall_and_reach_their_final(world: World) -> None:
    for post in world.posts:
        moments = [post.at + timedelta(hours=hours) for hours in (0, 1, 2, 5, 12, 24, 72)]
        for kind in ("likes", "reposts", "comments"):
            counts = [getattr(post.counts_at(moment), kind) for moment in moments]
            assert counts == sorted(counts)
            assert counts[0] == 0
            final = getattr(post.final, kind)
            assert final - 1 - final // 1000 <= counts[-1] <= final


def test_two_loads_tell_the_same_world(world: World) -> None:
    assert load_world() == world


def test_the_forum_is_gbk_and_still_shows_what_gbk_lacks(world: World) -> None:
    page = answer(world, world.end, "/bbs/", {})
    assert page.kind == "text/html; charset=gbk"
    assert "汀声社区" in page.body.decode("gbk")


@pytest.mark.parametrize(
    "path", ["/portal/art_99999999.html", "/bbs/thread-1.html", "/nothing", "/portal/../etc/passwd"]
)
def test_what_is_not_there_is_404(world: World, path: str) -> None:
    assert answer(world, world.end, path, {}).status == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999"])
def test_a_strange_page_number_is_the_first_page(world: World, page: str) -> None:
    first = answer(world, world.end, "/api/search.json", {})
    assert answer(world, world.end, "/api/search.json", {"page": page}).body == first.body


def test_a_mistake_in_the_script_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "accounts.yaml").write_text("accounts: {}\n", encoding="utf-8")
    (tmp_path / "one.yaml").write_text(
        "matters:\n- key: k\n  title: t\n  posts:\n"
        '  - {at: "1 25:00", site: paper, by: b, text: x}\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"one\.yaml:5: .*day and local time"):
        load_world(tmp_path)


def test_the_jurisdiction_of_the_world_is_valid_and_knows_its_places(
    world: World, tmp_path: Path
) -> None:
    folder = write_demo_folder(tmp_path, PORT)
    (jurisdiction,) = load_jurisdictions(folder.jurisdictions).values()
    assert jurisdiction.code == "qingting"
    units = {unit.code for unit in jurisdiction.units}
    assert {unit for _, unit in jurisdiction.routes} | {jurisdiction.coordinator} <= units
    names = [name for place in jurisdiction.places for name in (place.name, *place.aliases)]
    told = [post for post in world.posts if post.relevant and post.matter != "official_news"]
    placed = sum(any(name in post.title + post.text for name in names) for post in told)
    assert placed > 0.7 * len(told)


@dataclass
class StoppedClock:
    """A clock that stands where the test puts it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


@contextmanager
def served(world: World, clock: StoppedClock) -> Iterator[int]:
    server = WorldServer(world, clock, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def got(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    result = response.status, response.getheader("ETag") or "", response.read()
    connection.close()
    return result


def test_the_server_follows_the_clock_and_answers_304_to_what_is_known(world: World) -> None:
    clock = StoppedClock(world.start)
    with served(world, clock) as port:
        assert b"Disallow: /admin/" in got(port, "/robots.txt")[2]
        status, tag, early = got(port, "/portal/")
        assert status == 200
        assert got(port, "/portal/", {"If-None-Match": tag})[0] == 304
        assert got(port, "/nothing")[0] == 404
        clock.at = world.end
        status, _, late = got(port, "/portal/", {"If-None-Match": tag})
        assert status == 200
        assert late != early


def test_the_server_answers_304_to_a_date_when_nothing_changed_since(world: World) -> None:
    clock = StoppedClock(world.start)
    with served(world, clock) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("HEAD", "/paper/rss.xml")
        response = connection.getresponse()
        changed = response.getheader("Last-Modified") or ""
        assert response.read() == b""
        connection.close()
        since = {"If-Modified-Since": changed}
        assert got(port, "/paper/rss.xml", since)[0] == 304
        assert got(port, "/paper/rss.xml", {"If-Modified-Since": "gibberish"})[0] == 200
        clock.at = datetime(2026, 3, 3, tzinfo=UTC)
        assert got(port, "/paper/rss.xml", since)[0] == 200


def posted(port: int, path: str, body: bytes, length: int | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    announced = {"Content-Length": str(len(body) if length is None else length)}
    connection.request("POST", path, body, announced)
    status = connection.getresponse().status
    connection.close()
    return status


# apprise's mail channel still asks for it; not ours to mend
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_push_to_a_unit_reaches_its_pager(world: World, tmp_path: Path) -> None:
    with served(world, StoppedClock(world.start)) as port:
        folder = write_demo_folder(tmp_path, port)
        (home,) = load_jurisdictions(folder.jurisdictions).values()
        (duty,) = [
            contact for unit in home.units if unit.code == "emergency" for contact in unit.duty
        ]
        delivery = ApprisePusher(real_now).push(duty.channels, "催办 <1>", "请签收")
        assert delivery.error is None
        page = got(port, "/pager/")[2].decode()
        assert "emergency" in page
        assert "催办 &lt;1&gt;" in page
        assert posted(port, "/pager/emergency", b"[]") == 400
        assert posted(port, "/pager/emergency", b"", length=200_000) == 400


def test_the_script_lies_beside_the_code() -> None:
    assert (SCRIPT / "accident.yaml").is_file()
