"""The small world while one of its stores is not well: what is told, and what it comes to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from tests.small_world import SmallWorld
from yuqing.domain.errors import RetryLater

DAY = timedelta(hours=30)


def through_trouble(world: SmallWorld, mend: Callable[[], object]) -> list[str]:
    """Live a day, beginning in trouble; `mend` is called once a stage has put its work off.

    Returns why it was put off. Anything but RetryLater fails.
    """
    whys: list[str] = []
    put_off, crashes = threading.Event(), []

    def live() -> None:
        try:
            _persist(world, whys, put_off)
        except BaseException as error:
            crashes.append(error)
            put_off.set()

    with capture_logs() as logs:
        thread = threading.Thread(target=live)
        thread.start()
        while not put_off.wait(0.1) and not _put_off(logs):
            assert thread.is_alive(), "the trouble troubled nobody"
        mend()
        thread.join(120)
    assert not crashes, crashes
    assert not thread.is_alive()
    return whys + _put_off(logs)


def outcome(world: SmallWorld) -> str:
    """The events and the tickets, in a form to compare."""
    events = sorted(sorted(posts) for posts in world.events())
    # numbers and versions tell in what order and in how many steps, which may differ
    return repr((events, sorted(repr(row[1:7]) for row in world.tickets())))


def without_pushes(world: SmallWorld) -> SmallWorld:
    """The same world, where nothing leaves the house: nobody is there to take it."""
    world.tasks = [task for task in world.tasks if task.name != "outbox"]
    return world


def _persist(world: SmallWorld, whys: list[str], put_off: threading.Event) -> None:
    start = world.clock.at
    while True:
        try:
            world.live(world.world.start + DAY)
            return
        except RetryLater as error:
            whys.append(str(error))
            put_off.set()
            world.clock.at = start


def _put_off(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(one["why"]) for one in list(logs) if one["event"] == "retry_later"]
