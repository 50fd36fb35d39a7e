"""The commands that make, check and run a place: what a new user types, and what goes wrong."""

from __future__ import annotations

import os
import re
import select
import signal
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.e2e.command_line import assert_told, await_door, free_port, living, run, started
from tests.e2e.loopback_site import Answer, serving


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder after `yuqing init`, and the administrator's password."""
    folder = tmp_path_factory.mktemp("place")
    done = run(folder, "init")
    assert_told(done, 0)
    said = re.search(r"密码 (\S+?)（", done.stderr.decode())
    assert said is not None
    return folder, said[1]


def test_what_init_writes_is_in_order_and_init_twice_changes_nothing(
    place: tuple[Path, str],
) -> None:
    folder, _ = place
    assert_told(run(folder, "check"), 0, "1 jurisdictions", "1 sources")
    before = {file: file.read_bytes() for file in (folder / "config").rglob("*.yaml")}
    assert_told(run(folder, "init"), 0, "已有账号")
    assert before == {file: file.read_bytes() for file in (folder / "config").rglob("*.yaml")}
    assert_told(run(folder, "migrate"), 0)


def test_up_serves_a_sign_in_and_ends_with_all_its_children(
    place: tuple[Path, str], tmp_path: Path
) -> None:
    folder, password = place
    port, data = free_port(), folder / "var"
    (folder / "config" / "sources" / "example.yaml").write_text(
        "- {id: a, name: a, kind: feed, owner: media, urls: ['http://127.0.0.1:9/'], rhythm: 1h}\n"
    )
    where: dict[str, Any] = {"port": str(port), "data_dir": str(data)}
    with started(folder, "up", **where) as up:
        await_door(up, f"http://127.0.0.1:{port}/sign-in")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as web:
            asked = {"login": "admin", "password": password}
            assert (
                web.post("/api/v1/session", json=asked | {"password": "wrong"}).status_code == 401
            )
            assert web.post("/api/v1/session", json=asked).json()["role"] == "admin"
            assert web.get("/api/v1/session").json()["login"] == "admin"
            assert web.post("/sign-in", data=asked).status_code == 403
            door = {"door": web.cookies["yuqing_door"]}
            assert web.post("/sign-in", data=asked | door).status_code == 303
        assert len(living(data)) == 4
        second = run(folder, "up", **where)
        assert_told(second, 1, "YUQING_PORT", f"cannot listen on 127.0.0.1:{port}")
        assert_told(run(folder, "serve", **where), 1, "YUQING_PORT")
        up.send_signal(signal.SIGTERM)
        assert up.wait(20) == 0
    assert living(data) == {}


@pytest.mark.parametrize("stage", ["judge", "group", "index", "respond", "serve", "crawl"])
def test_a_single_stage_runs_and_ends_when_told(place: tuple[Path, str], stage: str) -> None:
    folder, _ = place
    port, probe = free_port(), free_port()
    with started(folder, stage, port=str(port), probe_port=str(probe)) as process:
        assert await_door(process, f"http://127.0.0.1:{probe}/readyz").text == "ok\n"
        assert await_door(process, f"http://127.0.0.1:{probe}/healthz").text == "ok\n"
        if stage == "serve":
            assert await_door(process, f"http://127.0.0.1:{port}/sign-in").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_crawl_once_tells_how_each_source_went(place: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = place
    with serving() as site:
        site.pages["/feed"] = Answer(
            "<rss><channel><item><guid isPermaLink='false'>1</guid><title>停水</title>"
            "<description>东苑停水两天</description></item></channel></rss>".encode()
        )
        feed = "- {id: %s, name: n, kind: feed, owner: media, urls: ['%s'], rhythm: 1h, delay: 0}\n"
        sources = tmp_path / "sources"
        sources.mkdir()
        (sources / "a.yaml").write_text(feed % ("good", site.url("/feed")))
        where: dict[str, Any] = {"sources_dir": str(sources), "data_dir": str(folder / "var")}
        done = run(folder, "crawl", "--once", **where)
        assert_told(done, 0)
        told = orjson.loads(done.stdout)
        assert (told["source"], told["ok"], told["new"]) == ("good", True, 1)
        (sources / "b.yaml").write_text(feed % ("missing", site.url("/nothing")))
        done = run(folder, "crawl", "--once", **where)
        assert_told(done, 1)
        good, missing = (orjson.loads(line) for line in done.stdout.splitlines())
        assert (good["ok"], missing["ok"]) == (True, False)
        assert "HTTP 404" in missing["problems"][0]


def test_a_report_of_a_week_without_posts_is_written(place: tuple[Path, str]) -> None:
    folder, _ = place
    done = run(folder, "report", "--week", "2026-W47")
    assert_told(done, 0)
    written = [folder / name for name in done.stdout.decode().split()]
    assert sorted(file.suffix for file in written) == [".docx", ".html"]
    assert all(file.stat().st_size for file in written)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("report", "--week", "week 47"), "2026-W47"),
        (("report", "--week", "2026-W60"), "2026-W47"),
        (("report", "--week", "2026-W47", "--jurisdiction", "elsewhere"), "mine"),
        (("stages", "judge", "jugde"), "jugde"),
        (("train",), "--data"),
        (("demo", "--speed", "0"), "--speed"),
        (("dead", "replay"), "--all"),
        (("no-such-command",), "No such command"),
    ],
)
def test_misuse_is_told_and_exits_with_2(
    place: tuple[Path, str], arguments: tuple[str, ...], word: str
) -> None:
    assert_told(run(place[0], *arguments), 2, word)


def test_a_place_without_files_is_told_what_to_do(tmp_path: Path) -> None:
    assert_told(run(tmp_path, "check"), 1, "config/jurisdictions", "yuqing init", "config/sources")
    for arguments in (("up",), ("report", "--week", "2026-W47"), ("crawl", "--once")):
        assert_told(run(tmp_path, *arguments), 1, "yuqing: config/")
    for stage in ("judge", "serve"):
        assert_told(run(tmp_path, stage), 1, "tables", "yuqing migrate")


def test_every_mistake_of_the_files_is_told_with_line_and_remedy(tmp_path: Path) -> None:
    for folder in ("config/jurisdictions", "config/sources"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/jurisdictions/a.yaml").write_text("code: a\nname: [\n")
    (tmp_path / "config/sources/a.yaml").write_text("- id: a\n  kind: carrier-pigeon\n")
    (tmp_path / "config/sources/b.yaml").write_text("- id: b\n\tname: tab\n")
    (tmp_path / "config/sources/c.yaml").write_bytes(b"- id: \xff\xfe\n")
    done = run(tmp_path, "check")
    assert_told(done, 1, "a.yaml:2", "b.yaml:2", "c.yaml", "config/jurisdictions/a.yaml:")
    assert done.stderr.decode().count("✗") >= 4


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"bus_uri": "x"}, ("YUQING_BUS_URI", "YUQING_BUS_URL")),
        ({"port": "http"}, ("YUQING_PORT",)),
        ({"clock": "fast"}, ("YUQING_CLOCK",)),
        ({"bus_url": "redis://h"}, ("YUQING_BUS_URL", "kafka://")),
        ({"state_url": "mysql://h/d"}, ("YUQING_STATE_URL", "postgresql+psycopg://")),
        ({"state_url": "postgresql+psycopg://u:p@127.0.0.1:9/d"}, ("127.0.0.1",)),
    ],
)
def test_a_wrong_setting_is_named(
    place: tuple[Path, str], settings: dict[str, Any], words: tuple[str, ...]
) -> None:
    assert_told(run(place[0], "judge", **settings), 1, *words)


def test_a_data_folder_that_cannot_be_is_told(place: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    inside = str(tmp_path / "file" / "var")
    for command in ("init", "migrate", "judge"):
        assert_told(run(place[0], command, data_dir=inside), 1, inside, "YUQING_DATA_DIR")


def test_a_file_of_something_else_is_not_taken_for_a_store(
    place: tuple[Path, str], tmp_path: Path
) -> None:
    (tmp_path / "bus.db").write_bytes(b"certainly no database" * 500)
    url = f"sqlite:///{tmp_path}/bus.db"
    assert_told(run(place[0], "dead", "list", bus_url=url), 1, "bus.db", "Move the file away")


def test_children_do_not_outlive_a_parent_that_was_killed(place: tuple[Path, str]) -> None:
    folder, _ = place
    data = folder / "var"
    where = {"port": str(free_port()), "data_dir": str(data)}
    with started(folder, "up", **where) as up:
        await_door(up, f"http://127.0.0.1:{where['port']}/sign-in")
        children = living(data)
        assert len(children) == 4
        watched = [os.pidfd_open(child) for child in children]
        up.kill()
        for child in watched:
            assert select.select([child], [], [], 20)[0], "it has ended"
            os.close(child)
    assert living(data) == {}
