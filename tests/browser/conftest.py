"""A small world served by `yuqing serve`, and people who look at it in a real Chromium."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from responder.people import People, Person, Role
from tests.browser.house import HOME, PASSWORD, House
from tests.browser.visits import Visits
from tests.e2e.command_line import YUQING, free_port
from tests.small_world import small_world
from yuqing.app import wiring
from yuqing.app.settings import Settings, child_environment
from yuqing.app.wallclock import fast_clock

HOURS = (4, 6, 9, 14, 22, 28)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STAFF = (
    Person("guanli", "管理员甲", Role.ADMIN),
    Person("jiance", "监测员乙", Role.MONITOR, HOME),
    Person("fenxi", "研判员丙", Role.ANALYST, HOME),
    Person("yingji", "应急局丁", Role.UNIT, HOME, "emergency"),
    Person("renshe", "人社局戊", Role.UNIT, HOME, "hr"),
)


@pytest.fixture(scope="session")
def house(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A day and a bit of the demo's district, its staff, and the console over it."""
    folder = tmp_path_factory.mktemp("console")
    settings = _seeded(folder)
    _staffed(settings)
    made = House(settings)
    made.report_in()
    with _served(settings, folder):
        yield made


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """The system's Chromium. While it is open an event loop runs in this thread, so it must be
    closed before tests elsewhere start loops of their own."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visits(house: House, browser: Browser) -> Iterator[Visits]:
    """Opens pages; at the end none may have complained, or asked another host for anything."""
    made = Visits(browser, house.url)
    yield made
    made.end()


def _seeded(folder: Path) -> Settings:
    with small_world(folder) as world:
        # Nobody listens at the demo's channels: sending would only wait for refusals.
        world.tasks = [task for task in world.tasks if task.name != "outbox"]
        for hour in HOURS:
            world.live(world.world.start + timedelta(hours=hour))
        clock = fast_clock(world.clock.at, 1.0).as_setting()
        return world.settings.model_copy(update={"clock": clock, "port": free_port()})


def _staffed(settings: Settings) -> None:
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    people = People(wiring.tickets_engine(settings), wiring.clock(settings), quick)
    for person in STAFF:
        people.create(person, PASSWORD)


@contextmanager
def _served(settings: Settings, folder: Path) -> Iterator[None]:
    log = folder / "serve.log"
    with log.open("wb") as told:
        environment = child_environment(settings) | {"PYTHONPATH": str(Path(__file__).parents[2])}
        child = subprocess.Popen(
            [*YUQING, "serve"], cwd=folder, env=environment, stdout=told, stderr=told
        )
        try:
            _wait(child, f"http://127.0.0.1:{settings.port}/sign-in", log)
            yield
        finally:
            child.terminate()
            child.wait(20)


def _wait(child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(1500):
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except urllib.error.URLError:
            pass
        try:
            child.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"yuqing serve does not answer:\n{log.read_text()[-3000:]}")
