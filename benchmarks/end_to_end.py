"""Posts a second from crawled to ticket, and the share of each stage.

python -m benchmarks.end_to_end [--posts N] [--shape stages|processes] [--profile FILE]
                                [--bus-url URL --index-url URL --tickets-url URL --state-url URL]

`stages` runs one stage after another in this process, each until it has nothing left, which gives
the shares. `processes` starts the children that `yuqing up` starts, after all posts lie on the bus,
and waits until every group has committed everything. Both count from the first post published to
the last ticket written. Without URLs the stores are the embedded ones in a temporary folder.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from benchmarks.texts import HOME, crawled, places, watched
from responder import schema
from responder.watchlists import WatchlistDraft, Watchlists
from stream.bus import Bus, Outgoing
from stream.codec import encode
from stream.messages import Crawled
from stream.metrics import StageMetrics
from stream.sql import reading
from stream.topics import POSTS_RAW
from stream.worker import Pace
from yuqing.app import embedded, wiring
from yuqing.app.crew import Crew
from yuqing.app.demo.folder import write_demo_folder
from yuqing.app.settings import Settings, child_environment
from yuqing.app.stages import STAGES
from yuqing.app.supervise import Supervisor
from yuqing.app.wallclock import fast_clock

BATCH = 200
ORDER = ("judge", "index", "group", "respond")
WORKING = ("judge-group-index", "respond")
PATIENCE = 600.0
_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
Note = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Result:
    """One run: `seconds` in all, `shares` of them by stage; `start_up` is the part of `seconds`
    until the first post was judged (0 where the stages are up already). `cpu` is what this process
    and its children computed, in seconds; on a busy machine it tells more than `seconds`. `load`
    is the machine's load average before."""

    shape: str
    stores: str
    posts: int
    seconds: float
    start_up: float
    events: int
    tickets: int
    load: float
    cpu: float
    shares: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Posts a second, start-up included."""
        return self.posts / self.seconds

    def line(self) -> str:
        """One JSON line."""
        rates = {
            "posts_per_second": round(self.rate),
            "without_start_up": round(self.posts / (self.seconds - self.start_up)),
            "posts_per_cpu_second": round(self.posts / self.cpu),
        }
        rounded = {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(self).items()}
        shares = {name: round(seconds, 2) for name, seconds in self.shares.items()}
        return json.dumps({"bench": "end_to_end", **rounded, **rates, "shares": shares})


@contextmanager
def district(urls: dict[str, str]) -> Iterator[Settings]:
    """The demo's district with room for the places of all posts, on fresh stores; its clock
    stands after the last post."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = write_demo_folder(folder, 80)
        _widen(written.jurisdictions / f"{HOME}.yaml")
        last = max(post.post.seen_at for post in crawled(BATCH))
        settings = Settings(
            data_dir=folder / "var",
            sources_dir=written.sources,
            jurisdictions=written.jurisdictions,
            clock=fast_clock(last + timedelta(days=60), 1.0).as_setting(),
            bus_high_water=10**7,
            **urls,  # type: ignore[arg-type]
        )
        wiring.migrate_all(settings)
        _watch(settings)
        yield settings


def one_after_another(settings: Settings, posts: int, note: Note) -> Result:
    """Every stage until idle, in one process."""
    crew = _crew(settings)
    workers = [worker for name in ORDER for worker in STAGES[name](crew)[0]]
    shares: dict[str, float] = {}
    stock = list(crawled(posts))
    load, cpu = os.getloadavg()[0], _cpu()
    with _timed(shares, "publish", note):
        publish(crew.bus, stock)
    for worker in workers:
        with _timed(shares, worker.group, note):
            worker.run_until_idle()
    crew.bus.close()
    return _result("stages", settings, posts, shares, load, _cpu() - cpu)


def several_processes(settings: Settings, posts: int, note: Note) -> Result:
    """The children of `yuqing up`, without the crawler and the console."""
    stock, bus = list(crawled(posts)), wiring.bus(settings)
    load, cpu, shares = os.getloadavg()[0], _cpu(), dict[str, float]()
    children = [child for child in embedded.CHILDREN if child.name in WORKING]
    logs = settings.data_dir / "logs"
    supervisor = Supervisor(children, child_environment(settings), logs)
    with _timed(shares, "publish", note):
        publish(bus, stock)
    try:
        with _timed(shares, "start-up", note):
            supervisor.start()
            _wait(bus, supervisor, lambda lags: lags["judge", POSTS_RAW.name] < posts)
        with _timed(shares, "all stages", note):
            _wait(bus, supervisor, lambda lags: not any(lags.values()))
    finally:
        supervisor.shut_down()
        bus.close()
    return _result("processes", settings, posts, shares, load, _cpu() - cpu)


def publish(bus: Bus, stock: list[Crawled]) -> None:
    """Put the posts on the bus as crawlers do, in batches."""
    for start in range(0, len(stock), BATCH):
        batch = stock[start : start + BATCH]
        bus.publish([Outgoing(POSTS_RAW.name, c.post.place, encode(c)) for c in batch])


def tell(result: Result, console: Console) -> None:
    """A table of the shares."""
    title = f"{result.shape}, {result.stores}: {result.posts:,} posts in {result.seconds:.1f} s"
    table = Table("stage", "seconds", "%", "posts/s", title=f"{title} = {result.rate:,.0f}/s")
    for name, seconds in result.shares.items():
        rate = f"{result.posts / seconds:,.0f}" if seconds else "-"
        table.add_row(name, f"{seconds:.2f}", f"{seconds / result.seconds:.0%}", rate)
    console.print(table)


def _crew(settings: Settings) -> Crew:
    # a shorter wait would tell sooner that a stage is idle, but never let Kafka's group form
    kafka = settings.bus_url.startswith("kafka:")
    metrics, pace = StageMetrics(CollectorRegistry()), Pace(wait=1.0 if kafka else 0.01)
    clock, bus = wiring.clock(settings), wiring.bus(settings)
    return Crew(settings, clock, bus, wiring.pulse(settings), metrics, pace)


def _widen(jurisdiction: Path) -> None:
    """Have the gazetteer name the places of all posts."""
    text = jurisdiction.read_text(encoding="utf-8")
    more = "".join(f"- {{name: {p}, within: 青汀区}}\n" for p in places() if p not in text)
    jurisdiction.write_text(text.replace("\nplaces:\n", f"\nplaces:\n{more}"), encoding="utf-8")


def _watch(settings: Settings) -> None:
    lists = Watchlists(wiring.tickets_engine(settings))
    now = wiring.clock(settings).now()
    for number, query in enumerate(watched()):
        lists.save(WatchlistDraft(HOME, f"方案{number}", query, notify=("bench",)), "bench", now)


def _wait(
    bus: Bus, supervisor: Supervisor, done: Callable[[dict[tuple[str, str], int]], bool]
) -> None:
    end, seen = time.monotonic() + PATIENCE, 0
    while seen < 2:  # twice, since a bus may read one lag after another
        if time.monotonic() > end or not supervisor.alive():
            raise SystemExit("the stages did not finish; see the logs of the children")
        time.sleep(0.05)
        seen = seen + 1 if done(dict(bus.lags())) else 0


def _cpu() -> float:
    """Seconds computed by this process and by its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in _WHO)


@contextmanager
def _timed(shares: dict[str, float], name: str, note: Note) -> Iterator[None]:
    note(name)
    began = time.perf_counter()
    yield
    shares[name] = time.perf_counter() - began


def _result(
    shape: str, settings: Settings, posts: int, shares: dict[str, float], load: float, cpu: float
) -> Result:
    with reading(wiring.tickets_engine(settings)).begin() as link:
        events, tickets = (
            link.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (schema.event_copies, schema.tickets)
        )
    stores = "embedded"
    if settings.bus_url or settings.index_url:
        named = (settings.bus(), settings.index(), settings.tickets())
        stores = " + ".join(url.split(":")[0].split("+")[0] for url in named)
    start_up = shares.get("start-up", 0.0)
    total = sum(shares.values())
    return Result(shape, stores, posts, total, start_up, events, tickets, load, cpu, shares)


SHAPES = {"stages": one_after_another, "processes": several_processes}


def measure(shape: str, posts: int, urls: dict[str, str], note: Note) -> Result:
    """One run on stores of its own."""
    with district(urls) as settings:
        return SHAPES[shape](settings, posts, note)


def main() -> None:
    """Measure as asked; a table on stderr, a JSON line on stdout."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.end_to_end")
    parser.add_argument("--posts", type=int, default=5000)
    parser.add_argument("--shape", choices=SHAPES, default="stages")
    parser.add_argument("--profile", type=Path, help="write cProfile's numbers to this file")
    for name in ("bus", "index", "tickets", "state"):
        parser.add_argument(f"--{name}-url", default="")
    asked: dict[str, Any] = vars(parser.parse_args())
    urls = {name: asked[name] for name in asked if name.endswith("_url") and asked[name]}
    console = Console(stderr=True)
    profile = cProfile.Profile() if asked["profile"] else None
    with console.status("…") as status:
        work = (asked["shape"], asked["posts"], urls, status.update)
        result = profile.runcall(measure, *work) if profile else measure(*work)
    if profile:
        profile.dump_stats(asked["profile"])
    tell(result, console)
    print(result.line())


if __name__ == "__main__":
    main()
