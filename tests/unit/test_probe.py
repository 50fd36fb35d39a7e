"""What a stage answers to its orchestrator and to Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from stream.metrics import StageMetrics
from stream.probe import Probe, unreachable
from tests.contracts.bus_harness import Harness

PROBLEMS: dict[str, str] = {}


@pytest.fixture
def probe() -> Iterator[Probe]:
    PROBLEMS.clear()
    registry = CollectorRegistry()
    StageMetrics(registry).lags({("judge", "posts.raw"): 42})
    found = Probe(
        "127.0.0.1",
        0,
        registry,
        sick=lambda: PROBLEMS.get("sick"),
        not_ready=lambda: PROBLEMS.get("not_ready"),
    )
    found.start()
    yield found
    found.stop()


def ask(probe: Probe, page: str) -> tuple[int, str]:
    answer = httpx.get(f"http://127.0.0.1:{probe.port}{page}", trust_env=False)
    return answer.status_code, answer.text


def test_all_is_well(probe: Probe) -> None:
    assert ask(probe, "/healthz") == (200, "ok\n")
    assert ask(probe, "/readyz?verbose=1") == (200, "ok\n")


def test_a_problem_is_503_with_its_name(probe: Probe) -> None:
    PROBLEMS["sick"] = "has not turned"
    assert ask(probe, "/healthz") == (503, "has not turned\n")
    PROBLEMS["not_ready"] = "总线不可达"
    assert ask(probe, "/readyz") == (503, "总线不可达\n")


def test_metrics_are_those_of_the_registry(probe: Probe) -> None:
    status, text = ask(probe, "/metrics")
    assert status == 200
    assert 'yuqing_lag_records{stage="judge",topic="posts.raw"} 42.0' in text


def test_there_is_nothing_else(probe: Probe) -> None:
    assert ask(probe, "/etc/passwd")[0] == 404


def test_a_bus_that_answers_is_ready(tmp_path: Path) -> None:
    harness = Harness(str(tmp_path / "bus.db"))
    assert unreachable(harness.open()) is None
    harness.close()
