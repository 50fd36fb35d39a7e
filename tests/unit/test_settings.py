"""Settings: everything can be set, nothing unknown passes, children read the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from yuqing.app.settings import Settings, child_environment, load_settings
from yuqing.app.wallclock import FastClock, SystemClock, parse_clock
from yuqing.domain.errors import ConfigError


def test_unknown_variable_is_an_error_that_names_the_near_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"YUQING_BUS_URI.*Did you mean YUQING_BUS_URL"):
        load_settings({"YUQING_BUS_URI": "x"})


def test_wrong_value_names_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YUQING_PORT", "many")
    with pytest.raises(ConfigError, match="YUQING_PORT"):
        load_settings()


def test_a_file_in_the_working_directory_is_read_and_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "yuqing.env").write_text("YUQING_PORT=9001\n")
    assert load_settings({}).port == 9001
    (tmp_path / "yuqing.env").write_text("YUQING_PROT=9001\n")
    with pytest.raises(ConfigError, match=r"yuqing\.env"):
        load_settings({})


def test_embedded_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    for url in (settings.bus(), settings.index(), settings.tickets(), settings.state()):
        assert url.startswith(f"sqlite:///{tmp_path}/var/")


def test_a_child_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    mine = Settings(data_dir=tmp_path / "d", port=1234, bus_url="kafka://h:1")
    for name, value in child_environment(mine).items():
        if name.startswith("YUQING_"):
            monkeypatch.setenv(name, value)
    assert load_settings() == mine


def test_fast_clock_stands_before_its_anchor_and_then_runs_fast() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    future = FastClock(start, 4e9, 60.0)
    assert future.now() == start
    past = FastClock(start, 0.0, 60.0)
    assert past.now() > start + timedelta(days=365)
    assert future.real_seconds(timedelta(minutes=1)) == 1.0
    assert parse_clock(future.as_setting()) == future


def test_no_clock_setting_is_real_time() -> None:
    assert isinstance(parse_clock(""), SystemClock)


@pytest.mark.parametrize("text", ["now", "2026-03-02@1x2", "2026-03-02T00:00:00+08:00@1x0"])
def test_a_clock_that_cannot_be_read_is_a_clear_error(text: str) -> None:
    with pytest.raises(ConfigError, match="YUQING_CLOCK"):
        parse_clock(text)
