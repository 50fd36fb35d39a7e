"""A process that crawls: Scrapy's reactor runs once a process, so every crawl of a test is one.

    python -W error crawl_child.py FOLDER once|forever [--later SECONDS] [--speed N]
        [--high-water N]

FOLDER holds `sources/`, and keeps bus.db and state.db. `once` prints one JSON line a source.
"""

from __future__ import annotations

import argparse
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from crawlers.http import HttpSettings
from crawlers.run import crawl_forever, crawl_once
from crawlers.sources import load_sources
from crawlers.state import migrate_tables
from stream.pulse import Pulse
from stream.pulse import migrate_tables as migrate_pulse
from stream.runner import on_signals
from stream.sql import open_engine
from stream.sqlite_bus import SqliteBus, SqliteLimits
from stream.topics import TOPICS
from yuqing.app.wallclock import FastClock, real_now

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HTTP = HttpSettings(contact="mailto:duty@example.cn", timeout=1.0, retries=1, redirects=3)


def main() -> None:
    """Crawl as the arguments say."""
    asked = _arguments()
    engine = open_engine(f"sqlite:///{asked.folder / 'state.db'}")
    migrate_tables(engine)
    migrate_pulse(engine)
    clock = FastClock(START + timedelta(seconds=asked.later), real_now().timestamp(), asked.speed)
    limits = SqliteLimits(high_water=asked.high_water)
    bus = SqliteBus(str(asked.folder / "bus.db"), TOPICS, clock, real_now, limits)
    sources, pulse = load_sources(asked.folder / "sources"), Pulse(engine)
    if asked.mode == "once":
        for report in crawl_once(sources, bus, engine, clock, HTTP, pulse):
            print(orjson.dumps(report).decode(), flush=True)  # noqa: T201
    else:
        stop = threading.Event()
        on_signals(stop)
        crawl_forever(sources, bus, engine, clock, pulse, stop, HTTP)
    bus.close()
    engine.dispose()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("mode", choices=("once", "forever"))
    parser.add_argument("--later", type=float, default=0.0)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--high-water", type=int, default=100_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
