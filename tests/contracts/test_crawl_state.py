"""The crawl state, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.state import CrawlState, Fared, Known, Visited, migrate_tables
from stream.sql import open_engine

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
KNOWN = Known("bbs:1", "a" * 32, 3, None, 0, NOW)
PAGE = Visited("bbs", "http://bbs.example.cn/", '"e1"', "Mon, 02 Mar 2026 00:00:00 GMT", NOW)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CrawlState]:
    url = f"sqlite:///{tmp_path / 'state.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    migrate_tables(engine)
    migrate_tables(engine)
    yield CrawlState(engine)
    engine.dispose()


def test_what_is_recorded_is_known(state: CrawlState) -> None:
    assert state.known(["bbs:1"]) == {}
    state.record([KNOWN], [PAGE], [("d" * 32, NOW)])
    assert state.known(["bbs:1", "bbs:2"]) == {"bbs:1": KNOWN}
    assert state.visited("bbs", [PAGE.url]) == {PAGE.url: PAGE}
    assert state.visited("other", [PAGE.url]) == {}
    assert state.refused(["d" * 32, "e" * 32]) == {"d" * 32}


def test_recording_twice_changes_nothing_and_news_replace(state: CrawlState) -> None:
    for _ in range(2):
        state.record([KNOWN], [PAGE], [("d" * 32, NOW)])
    newer = Known("bbs:1", "b" * 32, 4, 1, None, NOW + timedelta(hours=1))
    state.record([newer])
    assert state.known(["bbs:1"]) == {"bbs:1": newer}


def test_thousands_of_places_at_once(state: CrawlState) -> None:
    many = [Known(f"bbs:{i}", "a" * 32, i, None, None, NOW) for i in range(2500)]
    state.record(many)
    assert len(state.known([known.place for known in many])) == 2500
    assert state.known([]) == {}


def test_a_crash_within_a_record_leaves_nothing(state: CrawlState) -> None:
    naive = Visited("bbs", "u", "", "", datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(Exception, match="naive"):
        state.record([KNOWN], [naive])
    assert state.known(["bbs:1"]) == {}


def test_how_sources_fare(state: CrawlState) -> None:
    assert state.fared("bbs") == Fared("bbs")
    bad = Fared("bbs").after(NOW, "HTTP 500")
    state.report(bad)
    assert state.fared("bbs") == bad
    state.report(bad.after(NOW, None))
    assert state.fared("bbs").failures == 0


def test_what_was_not_met_for_long_is_forgotten(state: CrawlState) -> None:
    state.record([KNOWN], [PAGE], [("d" * 32, NOW)])
    state.forget_before(NOW)
    assert state.known(["bbs:1"])
    state.forget_before(NOW + timedelta(seconds=1))
    assert not state.known(["bbs:1"])
    assert not state.visited("bbs", [PAGE.url])
    assert not state.refused(["d" * 32])
