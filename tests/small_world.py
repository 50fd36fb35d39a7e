"""The demo world carried through the real stages, one after another, on a clock the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy import select

from responder import schema
from stream.bus import Bus, Outgoing
from stream.codec import encode
from stream.messages import Crawled
from stream.metrics import StageMetrics
from stream.runner import Periodic
from stream.sql import reading
from stream.topics import POSTS_RAW
from stream.worker import Pace, Worker
from yuqing.app import engines, wiring
from yuqing.app.crew import Crew
from yuqing.app.demo.folder import write_demo_folder
from yuqing.app.demo.posts import ScriptedPost, Site
from yuqing.app.demo.world import World, load_world
from yuqing.app.settings import Settings
from yuqing.app.stages import STAGES
from yuqing.app.wallclock import FastClock
from yuqing.domain.post import Owner, Post, Sighting, place_of, post_id_of

HOME = "qingting"
ORDER = ("judge", "index", "group", "respond")
SOURCES = {
    (Site.FORUM, Owner.CITIZEN): "tingsheng-bbs",
    (Site.MICROBLOG, Owner.CITIZEN): "weilan-residents",
    (Site.MICROBLOG, Owner.MEDIA): "weilan-media",
    (Site.MICROBLOG, Owner.OFFICIAL): "weilan-official",
    (Site.PORTAL, Owner.OFFICIAL): "qingting-gov",
    (Site.PAPER, Owner.MEDIA): "linlan-evening",
}


@dataclass(slots=True)
class SetClock:
    """A clock that stands where the test put it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, span: timedelta) -> float:
        return max(0.0, span.total_seconds())


@dataclass(slots=True)
class SmallWorld:
    """Posts in, tickets out: `live` publishes what appears until a moment and works it off."""

    settings: Settings
    world: World
    clock: SetClock
    bus: Bus
    workers: list[Worker]
    tasks: list[Periodic]

    def live(self, until: datetime) -> None:
        """Publish what was posted since the clock's time, set it to `until`, work all off."""
        since, self.clock.at = self.clock.at, until
        fresh = [p for p in self.world.posts if since < p.at <= until and p.broken is None]
        self.bus.publish([_outgoing(post) for post in fresh])
        for worker in self.workers:
            worker.run_until_idle()
        for task in self.tasks:
            task.run()

    def events(self) -> set[frozenset[str]]:
        """The events as sets of posts."""
        members: dict[str, set[str]] = {}
        posts = schema.event_posts.c
        with reading(wiring.tickets_engine(self.settings)).begin() as link:
            for event, post in link.execute(select(posts.event_id, posts.post_id)):
                members.setdefault(event, set()).add(post)
        return {frozenset(found) for found in members.values()}

    def tickets(self) -> list[tuple[object, ...]]:
        """The tickets by number: title, grade, emergency, state, unit and clocks."""
        ticket, clock = schema.tickets.c, schema.ticket_clocks.c
        said = (ticket.ticket_id, ticket.title, ticket.grade, ticket.emergency)
        rest = (ticket.state, ticket.unit, ticket.topic, ticket.version)
        timed = (clock.ticket_id, clock.name, clock.start, clock.due, clock.status)
        with reading(wiring.tickets_engine(self.settings)).begin() as link:
            found = [tuple(row) for row in link.execute(select(*said, *rest))]
            clocks = [tuple(row) for row in link.execute(select(*timed))]
        return sorted(found, key=repr) + sorted(clocks, key=repr)


@contextmanager
def small_world(tmp_path: Path, **changed: Any) -> Iterator[SmallWorld]:
    """The demo's district on embedded stores, or on those that `changed` names, before its first
    post."""
    world = load_world()
    written = write_demo_folder(tmp_path, 80)
    frozen = FastClock(world.start, 4e9, 1.0)
    settings = Settings(
        data_dir=tmp_path / "var",
        sources_dir=written.sources,
        jurisdictions=written.jurisdictions,
        clock=frozen.as_setting(),
        secrets_key=SecretStr("a-key-for-the-small-world-of-tests"),
        **changed,
    )
    wiring.migrate_all(settings)
    clock, bus = SetClock(world.start), wiring.bus(settings)
    metrics = StageMetrics(CollectorRegistry())
    # a Kafka consumer cannot join its group within a shorter poll
    pace = Pace(wait=0.3 if settings.bus().startswith("kafka") else 0.01)
    crew = Crew(settings, clock, bus, wiring.pulse(settings), metrics, pace)
    staffed = [STAGES[name](crew) for name in ORDER]
    workers = [worker for found, _ in staffed for worker in found]
    tasks = [task for _, found in staffed for task in found if task.name != "retention"]
    try:
        yield SmallWorld(settings, world, clock, bus, workers, tasks)
    finally:
        crew.closing.close()
        bus.close()
        engines.dispose()


def _outgoing(scripted: ScriptedPost) -> Outgoing:
    source = SOURCES[scripted.site, scripted.owner]
    place = place_of(source, scripted.native)
    post_id = post_id_of(place, scripted.title, scripted.text)
    post = Post(
        post_id=post_id,
        place=place,
        source=source,
        owner=scripted.owner,
        title=scripted.title,
        body=scripted.text,
        url=f"http://site.test/{scripted.native}",
        author=scripted.author,
        published_at=scripted.at,
        seen_at=scripted.at + timedelta(minutes=5),
        jurisdictions=(HOME,),
        followers=scripted.followers,
    )
    sighting = Sighting(post_id, place, post.seen_at, 1, 2, 3)
    return Outgoing(POSTS_RAW.name, place, encode(Crawled(post, sighting)))
