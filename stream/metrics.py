"""What a stage tells Prometheus. The registry is passed in, so nothing is global."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class StageMetrics:
    """Counters of the worker loops of one process; a stage is named by its consumer group."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("stage", "topic")
        self._lag = Gauge(
            "yuqing_lag_records", "Records a group has still to commit", labels, registry=registry
        )
        self._handled = Counter(
            "yuqing_handled", "Records handled and committed", labels, registry=registry
        )
        self._dead = Counter("yuqing_dead", "Records refused to dead", labels, registry=registry)
        self._retried = Counter(
            "yuqing_retried", "Batches that had to be tried again", labels, registry=registry
        )
        self._drift = Gauge(
            "yuqing_drift_psi",
            "Population stability index of the judge's answers against the reference",
            ("jurisdiction", "head"),
            registry=registry,
        )
        self._seconds = Histogram(
            "yuqing_stage_seconds",
            "Seconds a batch takes from polled to committed",
            labels,
            registry=registry,
            buckets=_BUCKETS,
        )

    def drifted(self, jurisdiction: str, head: str, psi: float) -> None:
        """How far one head of the judge has moved from the reference."""
        self._drift.labels(jurisdiction, head).set(psi)

    def handled(self, stage: str, topic: str, records: int, dead: int, seconds: float) -> None:
        """One batch is committed: `records` in all, `dead` of them refused."""
        self._handled.labels(stage, topic).inc(records)
        self._dead.labels(stage, topic).inc(dead)
        self._seconds.labels(stage, topic).observe(seconds)

    def retried(self, stage: str, topic: str) -> None:
        """A batch will be tried again."""
        self._retried.labels(stage, topic).inc()

    def lags(self, lags: Mapping[tuple[str, str], int]) -> None:
        """What `Bus.lags` says now."""
        for (stage, topic), lag in lags.items():
            self._lag.labels(stage, topic).set(lag)
