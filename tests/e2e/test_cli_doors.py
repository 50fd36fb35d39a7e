"""`yuqing keys` and `yuqing audit` as an administrator meets them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from responder.keys import Keys
from tests.e2e.command_line import assert_told, run
from yuqing.app import engines, wiring
from yuqing.app.settings import Settings


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder after `yuqing init`."""
    assert run(tmp_path, "init").returncode == 0
    return tmp_path


def test_a_key_is_made_listed_and_revoked(place: Path) -> None:
    made = run(place, "keys", "add", "热线平台", "--scope", "read", "--scope", "write")
    assert made.returncode == 0, made.stderr
    key_id, _, token = made.stdout.decode().strip().replace("\ttoken ", " ").partition(" ")
    listed = run(place, "keys", "list").stdout.decode()
    assert listed == f"{key_id}\t热线平台\tmonitor\tread,write\t-\t-\tactive\n"
    settings = Settings(data_dir=place / "var")
    try:
        known = Keys(wiring.tickets_engine(settings), wiring.clock(settings))
        assert known.of(token) is not None
        assert run(place, "keys", "revoke", key_id).returncode == 0
        assert known.of(token) is None
    finally:
        engines.dispose()
    assert "revoked" in run(place, "keys", "list").stdout.decode()
    assert_told(run(place, "keys", "revoke", "0" * 12), 1, "0" * 12)
    assert_told(run(place, "keys", "add", "x", "--role", "king"), 2, "monitor")
    assert_told(run(place, "keys", "add", "x", "--scope", "all"), 2, "export")


def test_the_log_is_verified_and_a_cut_is_found_by_an_anchor(place: Path) -> None:
    for name in ("one", "two"):
        run(place, "keys", "add", name)
    anchor = run(place, "audit", "anchor").stdout.decode().strip()
    notes = place / "anchors.txt"
    notes.write_text(anchor + "\n")
    done = run(place, "audit", "verify", "--anchors", str(notes))
    assert (done.returncode, done.stdout) == (0, b"")
    assert anchor in done.stderr.decode()
    with sqlite3.connect(place / "var" / "tickets.db") as link:
        link.executescript(
            "DROP TRIGGER audit_log_no_delete; DROP TRIGGER audit_heads_forward;"
            "DELETE FROM audit_log WHERE number = (SELECT max(number) FROM audit_log);"
            "UPDATE audit_heads SET number = number - 1,"
            " hash = (SELECT hash FROM audit_log ORDER BY number DESC LIMIT 1);"
        )
    link.close()
    assert run(place, "audit", "verify").returncode == 0
    found = run(place, "audit", "verify", "--anchor", anchor)
    assert found.returncode == 1
    assert "末尾被截去" in found.stdout.decode()
    assert_told(run(place, "audit", "verify", "--anchor", "x"), 2, "NUMBER:HASH")
