"""One demo: the built-in world served on loopback, and the ordinary service pointed at it.

Nothing of the service knows: it gets sources, a jurisdiction and a clock, as in any other place.
"""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from responder.desk import WatchlistDraft
from responder.people import People, Person, Role
from yuqing.app import configuration, embedded, serving, wiring
from yuqing.app.demo.folder import write_demo_folder
from yuqing.app.demo.server import WorldServer
from yuqing.app.demo.world import load_world
from yuqing.app.settings import Settings
from yuqing.app.supervise import Supervisor
from yuqing.app.wallclock import FastClock, fast_clock
from yuqing.domain.errors import NotAllowed

MARK = ".yuqing-demo"
WARM_UP_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in as one of the people of the demo."""

    login: str
    password: str
    who: str


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    settings: Settings
    clock: FastClock
    supervisor: Supervisor
    sign_ins: tuple[SignIn, ...]


@contextmanager
def running(base: Settings, speed: float, password: str) -> Iterator[Demo]:
    """Run a fresh demo below `base.data_dir`; everything it started ends with the context, which
    SIGTERM and SIGINT ask for (`supervisor.stop`). To be called in the main thread.

    Raises NotAllowed when that folder holds something that is not a demo.
    """
    folder = _fresh(base.data_dir / "demo")
    world = load_world()
    clock = fast_clock(world.start, speed, WARM_UP_SECONDS)
    with WorldServer(world, clock, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = _settings(base, folder, server.server_port, clock)
        embedded.prepare(settings)
        sign_ins = _people(settings, password)
        supervisor = embedded.supervisor(settings)
        # before the first child, so that no signal can leave one behind
        supervisor.on_signals()
        try:
            supervisor.start()
            yield Demo(settings, clock, supervisor, sign_ins)
        finally:
            supervisor.shut_down()
            server.shutdown()


def _fresh(folder: Path) -> Path:
    if folder.exists():
        if not (folder / MARK).exists():
            raise NotAllowed(f"{folder} is not the folder of a demo; move it away first")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return folder.absolute()


def _settings(base: Settings, folder: Path, port: int, clock: FastClock) -> Settings:
    written = write_demo_folder(folder, port)
    changed = {
        "data_dir": folder,
        "sources_dir": written.sources,
        "jurisdictions": written.jurisdictions,
        "bus_url": "",
        "index_url": "",
        "tickets_url": "",
        "state_url": "",
        "port": base.port if _free(base.host, base.port) else _any_port(base.host),
        "clock": clock.as_setting(),
        "crawl_contact": "demo",
        "bus_retention_hours": 24 * 365,
    }
    return base.model_copy(update=changed)


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _people(settings: Settings, password: str) -> tuple[SignIn, ...]:
    home = next(iter(configuration.jurisdictions(settings).values()))
    staff = (
        Person("admin", "管理员", Role.ADMIN),
        Person("zhiban", "值班监测员", Role.MONITOR, home.code),
        Person("yanpan", "研判员", Role.ANALYST, home.code),
        Person("yingji", "应急管理局值班员", Role.UNIT, home.code, "emergency"),
        Person("renshe", "人社局经办人", Role.UNIT, home.code, "hr"),
        Person("lingdao", "分管领导", Role.LEADER, home.code),
    )
    people = People(wiring.tickets_engine(settings), wiring.clock(settings))
    for person in staff:
        people.create(person, password)
    _watch(settings, staff[1], home.code)
    return tuple(SignIn(p.login, password, p.name) for p in staff)


def _watch(settings: Settings, person: Person, code: str) -> None:
    now = wiring.clock(settings).now()
    for name, query in (
        ("饮用水安全", "自来水|水质|饮用水 -游泳"),
        ("欠薪讨薪", "欠薪|讨薪|拖欠|工资 -招聘"),
        ("化工园区", "化工园|化工厂|爆炸"),
    ):
        draft = WatchlistDraft(code, name, query, notify=(person.login,))
        serving.desk(settings).save_watchlist(person, draft, now)
