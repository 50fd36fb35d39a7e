"""Somebody outside hears once that a part stopped and once that it is back; others may ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.event import listen

from responder.api.heartbeat import add_heartbeat
from responder.console.beats import STAGES
from responder.push import ApprisePusher
from stream.alarms import LEASE, Alarms, Part
from stream.pulse import Kind, Pulse, migrate_tables
from stream.sql import open_engine
from tests.doors import open_door
from tests.phones import Webhook, serving
from tests.responder_world import HOUR, MINUTE, NOON, SetClock
from yuqing.app.heartbeat import PATIENCE, Heart, parts_behind
from yuqing.app.wallclock import real_now
from yuqing.app.watchdog import Watch, heartbeat_of, problem_of
from yuqing.domain.errors import RetryLater

EVERY = timedelta(seconds=20)
SECOND = timedelta(seconds=1)
SWEEP: Part = (Kind.SWEEP, "sweep")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path / 'state.db'}"
    found = open_engine(url)
    if request.param == "sqlite":
        listen(found, "connect", lambda link, _: link.execute("PRAGMA busy_timeout=50"))
    migrate_tables(found)
    yield found
    found.dispose()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serving(Webhook(200)) as made:
        yield made


def heart(engine: Engine, hook: Webhook, clock: SetClock) -> Heart:
    """One process that watches."""
    url = f"webhook://127.0.0.1:{hook.server_port}/"
    pusher = ApprisePusher(real_now, 5)
    return Heart(Pulse(engine), Alarms(engine), pusher, clock, [url], "青禾区 ")


def all_report(engine: Engine, clock: SetClock, but: str = "") -> None:
    for kind, name in STAGES:
        if name != but:
            Pulse(engine).beat(name, kind, clock.now(), EVERY)


def told(hook: Webhook) -> list[tuple[str, str]]:
    return [(one["title"], one["message"]) for one in hook.posted]


def lives(
    engine: Engine, clock: SetClock, look: Callable[[], None], span: timedelta, but: str = ""
) -> None:
    """`span` passes, with a look every ten seconds, while all but one report."""
    for _ in range(int(span / (10 * SECOND))):
        clock.pass_by(10 * SECOND)
        all_report(engine, clock, but)
        look()


def test_a_sweep_that_stops_is_told_once_and_so_is_its_return(
    engine: Engine, hook: Webhook
) -> None:
    clock = SetClock()
    watching = heart(engine, hook, clock)
    all_report(engine, clock)
    lives(engine, clock, watching.look, HOUR / 6)
    assert told(hook) == []
    lives(engine, clock, watching.look, HOUR, but="sweep")
    assert told(hook) == [("青禾区 舆情系统部分停止工作", "时限巡查：没有按时报到")]
    lives(engine, clock, watching.look, HOUR / 6)
    (_, (title, body)) = told(hook)
    assert title == "青禾区 舆情系统已恢复"
    assert body.startswith("时限巡查：已恢复")


def test_a_hiccup_is_no_news(engine: Engine, hook: Webhook) -> None:
    clock = SetClock()
    watching = heart(engine, hook, clock)
    all_report(engine, clock)
    Pulse(engine).beat("outbox", Kind.OUTBOX, clock.now(), EVERY, ok=False, detail="锁")
    watching.look()
    lives(engine, clock, watching.look, HOUR / 6)
    assert told(hook) == []


def test_what_never_came_is_behind_and_sources_are_not_its_business(
    engine: Engine, hook: Webhook
) -> None:
    clock = SetClock()
    watching = heart(engine, hook, clock)
    Pulse(engine).beat("forum", Kind.SOURCE, clock.now() - HOUR, EVERY)
    lives(engine, clock, watching.look, 2 * PATIENCE, but="judge")
    assert told(hook) == [("青禾区 舆情系统部分停止工作", "处理环节「研判」：尚未报到")]


def test_several_watchers_and_restarts_tell_once(engine: Engine, hook: Webhook) -> None:
    clock = SetClock()
    all_report(engine, clock)
    for _ in range(40):
        clock.pass_by(10 * SECOND)
        all_report(engine, clock, "sweep")
        for _ in range(3):
            heart(engine, hook, clock).look()  # each as if just started
    assert len(told(hook)) == 1


def test_what_nobody_heard_is_told_again(engine: Engine, hook: Webhook) -> None:
    clock, hook.status = SetClock(), 500
    watching = heart(engine, hook, clock)
    all_report(engine, clock)
    lives(engine, clock, watching.look, 4 * PATIENCE, but="sweep")
    assert len(told(hook)) > 2
    hook.posted.clear()
    hook.status = 200
    lives(engine, clock, watching.look, HOUR / 6, but="sweep")
    assert len(told(hook)) == 1


def test_one_that_dies_while_it_tells_lets_the_next_tell(engine: Engine) -> None:
    class Dies(Exception):
        pass

    def dies(*_said: object) -> bool:
        raise Dies

    heard: list[dict[Part, str]] = []
    alarms = Alarms(engine)
    alarms.settle({SWEEP: "停"}, NOON, PATIENCE, dies)
    with pytest.raises(Dies):
        alarms.settle({SWEEP: "停"}, NOON + PATIENCE, PATIENCE, dies)

    def hears(stopped: object, _back: object) -> bool:
        assert isinstance(stopped, dict)
        heard.append(stopped)
        return True

    alarms.settle({SWEEP: "停"}, NOON + PATIENCE + MINUTE, PATIENCE, hears)
    assert heard == []
    alarms.settle({SWEEP: "停"}, NOON + PATIENCE + LEASE, PATIENCE, hears)
    assert heard == [{SWEEP: "停"}]


def test_a_memory_that_cannot_be_read_is_told_too(engine: Engine, hook: Webhook) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("only a file is locked as a whole")
    clock = SetClock()
    watching = heart(engine, hook, clock)
    other = open_engine(str(engine.url))
    with other.begin():  # nothing can be written down while somebody holds the file
        for _ in range(12):
            clock.pass_by(10 * SECOND)
            with pytest.raises(RetryLater):
                watching.look()
    other.dispose()
    assert [title for title, _ in told(hook)] == ["青禾区 舆情系统状态无法读取"]
    watching.look()
    assert [title for title, _ in told(hook)][1:] == ["青禾区 舆情系统状态已可读取"]


def test_a_second_machine_is_told_what_is_behind(engine: Engine) -> None:
    clock, pulse, app = SetClock(), Pulse(engine), FastAPI()
    add_heartbeat(app, pulse.read, lambda beats: parts_behind(beats, clock.now()), clock)
    all_report(engine, clock)
    with open_door(app) as url:
        answer = httpx.get(f"{url}/heartbeat", trust_env=False)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert problem_of(heartbeat_of(url), 5) is None
        clock.pass_by(MINUTE + SECOND)
        all_report(engine, clock, "respond")
        answer = httpx.get(f"{url}/heartbeat", trust_env=False)
        assert answer.status_code == 503
        assert answer.json()["behind"] == ["stage:respond"]
        assert problem_of(heartbeat_of(url), 5) == "未按时报到：stage:respond"
    assert str(problem_of(heartbeat_of(url), 5)).startswith("无法连接")


def test_the_watchdog_tells_after_several_failures_and_when_all_is_well() -> None:
    heard: list[str] = []
    deaf = [True]

    def tell(title: str, _body: str) -> bool:
        heard.append(title)
        return not deaf[0]

    watch = Watch(2, tell)
    for problem in (None, "坏", None, "坏"):
        watch.step(problem)
    assert heard == []
    watch.step("坏")
    watch.step("坏")
    assert heard == ["舆情系统异常"] * 2  # nobody heard the first
    deaf[0] = False
    for problem in ("坏", "坏", "坏", None, None):
        watch.step(problem)
    assert heard == ["舆情系统异常"] * 3 + ["舆情系统已恢复"]


@pytest.mark.parametrize("answer", [b"", b"[]", b"<html>", json.dumps({"status": "fine"}).encode()])
def test_an_answer_of_something_else_is_no_sign_of_life(answer: bytes) -> None:
    with serving(Webhook(200, answer)) as front:
        assert problem_of(f"{front.address}/heartbeat", 5)


def test_the_address_may_be_the_services_or_the_pages() -> None:
    assert heartbeat_of("http://y.test:8080") == "http://y.test:8080/heartbeat"
    assert heartbeat_of("http://y.test:8080/") == "http://y.test:8080/heartbeat"
    assert heartbeat_of("http://y.test/yuqing/heartbeat") == "http://y.test/yuqing/heartbeat"
