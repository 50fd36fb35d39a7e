"""Who is behind, and how the reports get from one process to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from stream.pulse import Beat, Kind, Pulse, behind, migrate_tables, stage_beat
from stream.sql import open_engine

NOON = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=10)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path / 'state.db'}"
    found = open_engine(url)
    migrate_tables(found)
    yield found
    found.dispose()


def test_the_last_report_of_each_component_counts(engine: Engine) -> None:
    pulse = Pulse(engine)
    pulse.beat("judge", Kind.STAGE, NOON, EVERY)
    pulse.beat("forum", "source", NOON, EVERY, ok=False, detail="超时 " * 400)
    pulse.beat("judge", Kind.STAGE, NOON + EVERY, EVERY, detail="好")
    source, stage = Pulse(engine).read()
    assert stage == Beat("judge", Kind.STAGE, NOON + EVERY, True, "好", EVERY)
    assert (source.component, source.ok, len(source.detail)) == ("forum", False, 500)


def test_a_component_can_be_forgotten(engine: Engine) -> None:
    pulse = Pulse(engine)
    pulse.beat("forum", Kind.SOURCE, NOON, EVERY)
    pulse.forget("forum", Kind.SOURCE)
    assert pulse.read() == ()


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    Pulse(engine).beat("judge", Kind.STAGE, NOON, EVERY)
    migrate_tables(engine)
    assert len(Pulse(engine).read()) == 1


def beat(name: str, at: datetime, ok: bool = True) -> Beat:
    return Beat(name, Kind.SOURCE, at, ok, "" if ok else "503", EVERY)


def test_three_missed_beats_are_late_and_a_failure_is_at_once() -> None:
    beats = [
        beat("fine", NOON - 3 * EVERY),
        beat("silent", NOON - 3 * EVERY - timedelta(seconds=1)),
        beat("failing", NOON, ok=False),
        beat("long silent", NOON - 9 * EVERY, ok=False),
    ]
    late = behind(beats, NOON)
    assert [one.component for one in late] == ["long silent", "silent", "failing"]
    assert [one.silent for one in late] == [True, True, False]
    assert late[2].detail == "503"


@given(ages=st.lists(st.integers(0, 100)), ahead=st.integers(0, 100))
def test_who_is_late_stays_late_until_it_beats(ages: list[int], ahead: int) -> None:
    beats = [beat(f"{n}", NOON - timedelta(minutes=age)) for n, age in enumerate(ages)]
    now = {late.component for late in behind(beats, NOON)}
    later = {late.component for late in behind(beats, NOON + timedelta(minutes=ahead))}
    assert now <= later


@dataclass(frozen=True)
class Fast:
    """A clock that runs a hundred times as fast as the world."""

    def now(self) -> datetime:
        return NOON

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds() / 100


def test_a_stage_on_a_fast_clock_promises_longer_pauses(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'state.db'}")
    migrate_tables(engine)
    stage_beat(Pulse(engine), "judge", Fast(), timedelta(seconds=5))(True, "")
    assert Pulse(engine).read()[0].every == timedelta(seconds=500)
    engine.dispose()
