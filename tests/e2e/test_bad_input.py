"""The world is not well, or what it says is wrong: nothing is lost, nothing is counted twice.

Bad pages have their tests in test_spiders, test_pages_golden and test_pages_fields; each store's
own troubles in test_sqlite_bus, test_sqlite_index, test_ticket_store_trouble and the contracts.
Here the stages meet them together, as they do in service.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from crawlers.pages.page import Parsed
from crawlers.publish import Haul, Publisher
from crawlers.sources import load_sources
from crawlers.state import CrawlState
from stream.bus import Outgoing
from stream.codec import encode
from stream.dead import read_all
from stream.index import Search
from stream.messages import Crawled
from stream.metrics import StageMetrics
from stream.topics import POSTS_RAW
from stream.worker import Pace
from tests.e2e.command_line import assert_told, run
from tests.small_world import SmallWorld, small_world
from tests.troubled import DAY, outcome, through_trouble, without_pushes
from yuqing.app import wiring
from yuqing.app.crew import Crew
from yuqing.app.stages import STAGES
from yuqing.domain.errors import RetryLater
from yuqing.domain.post import Owner, Post, Sighting, place_of, post_id_of

# more than the pages a file has to spare
MANY = 400
STORES = ("bus", "index", "tickets", "state")


@pytest.fixture(scope="module")
def untroubled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the same day comes to when all is well."""
    with small_world(tmp_path_factory.mktemp("well")) as world:
        without_pushes(world).live(world.world.start + DAY)
        return outcome(world)


@pytest.mark.parametrize("store", STORES)
def test_a_locked_database_delays_and_loses_nothing(
    tmp_path: Path, untroubled: str, store: str
) -> None:
    with small_world(tmp_path) as world, locked(tmp_path / "var" / f"{store}.db") as lock:
        told = through_trouble(without_pushes(world), lock.mend)
        assert any("locked" in why for why in told), told
        assert outcome(world) == untroubled


@pytest.mark.parametrize("store", ["tickets", "state"])
def test_a_full_database_delays_and_loses_nothing(
    tmp_path: Path, untroubled: str, store: str
) -> None:
    with small_world(tmp_path) as world, no_growth(f"{store}.db") as trouble:
        told = through_trouble(without_pushes(world), trouble.mend)
        assert any("full" in why for why in told), told
        assert outcome(world) == untroubled


def test_a_full_disk_delays_and_loses_nothing(tmp_path: Path, untroubled: str) -> None:
    child = Path(__file__).with_name("full_disk_child.py")
    done = subprocess.run(
        [sys.executable, str(child), str(tmp_path), "200000"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told, came_to = done.stdout.splitlines()[-2:]
    assert "disk I/O error" in told or "full" in told
    assert came_to == untroubled


@pytest.mark.parametrize("trouble", ["locked", "full"])
def test_what_was_published_and_not_remembered_is_one_post(tmp_path: Path, trouble: str) -> None:
    """Crawling publishes first and remembers second; between the two its memory breaks."""
    with small_world(tmp_path) as world:
        haul, file = _haul(world), tmp_path / "var" / "state.db"
        publisher = Publisher(world.bus, CrawlState(wiring.state_engine(world.settings)))
        troubled = no_growth("state.db") if trouble == "full" else locked(file)
        with troubled as one:
            with pytest.raises(RetryLater):
                publisher.deliver(haul)
            one.mend()
            assert publisher.deliver(haul).new == MANY
        assert publisher.deliver(haul).new == 0
        assert sum(1 for _ in read_all(world.bus, POSTS_RAW.name)) == 2 * MANY
        for worker in world.workers:
            worker.run_until_idle()
        index = wiring.index(world.settings)
        assert index.search(Search(size=1, facets=False)).total == MANY
        index.close()


def test_what_was_refused_comes_back_when_its_cause_is_mended(tmp_path: Path) -> None:
    with small_world(tmp_path) as world:
        post = _post(world, ("xinhe",))
        good = Outgoing(POSTS_RAW.name, post.place, encode(_crawled(post)))
        world.bus.publish([Outgoing(POSTS_RAW.name, "k", b"{poison"), good])
        for worker in world.workers:
            worker.run_until_idle()
        listed = _dead(world, "list").stdout.decode().splitlines()
        assert len(listed) == 2
        poison, unknown = (
            next(line for line in listed if word in line) for word in ("posts.raw", "xinhe")
        )
        shown = _dead(world, "show", poison.split("\t")[0])
        assert shown.stdout == b"{poison\n"
        assert_told(shown, 0, "refused by judge", "reason: ")
        assert world.tickets() == []
        _mend(world)
        replayed = _dead(world, "replay", "--all")
        assert_told(replayed, 0)
        assert replayed.stdout.decode().splitlines() == [
            f"{line.split(chr(9))[0]}\treplayed" for line in reversed(listed)
        ]
        for worker in _staff(world):
            worker.run_until_idle()
        assert len(world.events()) == 1
        assert any("北桥" in str(ticket[1]) for ticket in world.tickets())
        again = _dead(world, "list").stdout.decode().splitlines()
        assert sum("(replayed)" in line for line in again) == 2
        assert len(again) == 3, "what is still wrong is refused again"
        assert unknown.split("\t")[0] in {line.split("\t")[0] for line in again}
        assert_told(_dead(world, "show", "9-9"), 1, "9-9")


@contextmanager
def locked(file: Path) -> Iterator[_Lock]:
    """Somebody else holds the write lock of `file`."""
    lock = _Lock(sqlite3.connect(file, isolation_level=None, check_same_thread=False))
    lock.link.execute("BEGIN IMMEDIATE")
    yield lock
    lock.link.close()


@dataclass
class _Lock:
    """A database that somebody else writes to, until it is mended."""

    link: sqlite3.Connection

    def mend(self) -> None:
        self.link.execute("ROLLBACK")


@dataclass(eq=False)
class _Trouble:
    """A database file that may not grow, until it is mended."""

    name: str
    full: bool = True

    def mend(self) -> None:
        self.full = False

    def __call__(self, link: sa.Connection) -> None:
        if str(link.engine.url.database).endswith(f"/{self.name}"):
            # no less than the pages there are is taken
            link.exec_driver_sql(f"PRAGMA max_page_count = {1 if self.full else 1_000_000}")


@contextmanager
def no_growth(name: str) -> Iterator[_Trouble]:
    """The database file `name` cannot grow."""
    trouble = _Trouble(name)
    sa.event.listen(sa.Engine, "begin", trouble)
    try:
        yield trouble
    finally:
        trouble.mend()
        sa.event.remove(sa.Engine, "begin", trouble)


def _post(world: SmallWorld, homes: tuple[str, ...], native: str = "bridge") -> Post:
    text = "北桥今早突然垮塌，两辆车坠河，已有3人死亡，多人失踪，救援正在进行。"
    place = place_of("tingsheng-bbs", native)
    at = world.world.start
    return Post(
        post_id=post_id_of(place, "北桥垮塌", text),
        place=place,
        source="tingsheng-bbs",
        owner=Owner.CITIZEN,
        title="北桥垮塌",
        body=text,
        url="http://site.test/bridge",
        author="路人",
        published_at=at,
        seen_at=at,
        jurisdictions=homes,
        followers=None,
    )


def _crawled(post: Post) -> Crawled:
    return Crawled(post, Sighting(post.post_id, post.place, post.seen_at, 1, 2, 3))


def _haul(world: SmallWorld) -> Haul:
    source = load_sources(world.settings.sources_dir)[0]
    found = [_crawled(_post(world, ("qingting",), f"bridge-{n}")) for n in range(MANY)]
    parsed = Parsed(posts=tuple((one.post, one.sighting) for one in found))
    return Haul(source, world.clock.at, parsed)


def _dead(world: SmallWorld, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    folder = world.settings.data_dir
    return run(folder, "dead", *arguments, data_dir=str(folder))


def _mend(world: SmallWorld) -> None:
    """Write the jurisdiction that was missing."""
    folder = world.settings.jurisdictions
    known = (folder / "qingting.yaml").read_text("utf-8")
    (folder / "xinhe.yaml").write_text(known.replace("code: qingting", "code: xinhe", 1), "utf-8")


def _staff(world: SmallWorld) -> list[Any]:
    """The workers as a restart makes them: with the files as they are now."""
    metrics = StageMetrics(CollectorRegistry())
    pulse = wiring.pulse(world.settings)
    crew = Crew(world.settings, world.clock, world.bus, pulse, metrics, Pace(wait=0.01))
    return [worker for name in ("judge", "respond") for worker in STAGES[name](crew)[0]]
