"""`yuqing people`: accounts are made, listed, given a new password and shut, and sign in."""

from __future__ import annotations

from pathlib import Path

import pytest

from responder.people import People
from tests.e2e.command_line import run
from yuqing.app import engines, wiring
from yuqing.app.settings import Settings
from yuqing.domain.errors import NotAllowed


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder after `yuqing init`."""
    assert run(tmp_path, "init").returncode == 0
    return tmp_path


def accounts(place: Path) -> People:
    settings = Settings(data_dir=place / "var")
    return People(wiring.tickets_engine(settings), wiring.clock(settings))


def test_an_account_is_made_listed_and_signs_in(place: Path) -> None:
    made = run(place, "people", "add", "lilei", "--role", "monitor", "--name", "值班员")
    assert made.returncode == 0, made.stderr
    password = made.stdout.decode().strip().rpartition(" ")[2]
    listed = run(place, "people", "list").stdout.decode()
    assert "lilei\t值班员\tmonitor\t-\t-" in listed
    try:
        assert accounts(place).sign_in("lilei", password)
    finally:
        engines.dispose()


def test_a_new_password_replaces_the_old_and_a_shut_account_stays_out(place: Path) -> None:
    first, second = "first password", "second password"
    run(place, "people", "add", "hanmei", "--role", "analyst", "--password", first)
    assert run(place, "people", "password", "hanmei", "--password", second).returncode == 0
    try:
        with pytest.raises(NotAllowed):
            accounts(place).sign_in("hanmei", first)
        assert accounts(place).sign_in("hanmei", second)
        assert run(place, "people", "disable", "hanmei").returncode == 0
        with pytest.raises(NotAllowed):
            accounts(place).sign_in("hanmei", second)
    finally:
        engines.dispose()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "x", "--role", "king"), 2, "monitor"),
        (("add", "x", "--role", "unit", "--jurisdiction", "nowhere"), 2, "mine"),
        (("add", "x", "--role", "unit", "--jurisdiction", "mine", "--unit", "no"), 2, "no unit"),
        (("add", "x", "--role", "admin", "--password", "short"), 1, "password"),
        (("add", "admin", "--role", "admin"), 1, "admin"),
        (("disable", "nobody"), 1, "nobody"),
    ],
)
def test_what_cannot_be_is_told(
    place: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = run(place, "people", *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr
