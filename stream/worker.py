"""The loop every stage runs: poll, handle, publish, commit, in this order and no other."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from stream.bus import Bus, Record, Subscription
from stream.handling import Handler, Outcome, Refusal, dead_letter
from stream.metrics import StageMetrics
from yuqing.domain.clock import Clock
from yuqing.domain.errors import InvalidMessage, RetryLater

log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True)
class Pace:
    """`batch` records at most at once; `wait` seconds for the first of them. After RetryLater
    the pause grows from `first_pause` to `longest_pause` seconds (less up to half, by chance),
    far below the time after which a bus gives a silent member's partitions away. `beat` is how
    often, in real seconds, the stage tells that it lives."""

    batch: int = 200
    wait: float = 0.5
    first_pause: float = 0.2
    longest_pause: float = 10.0
    beat: float = 5.0


Beat = Callable[[bool, str], object]


class Worker:
    """One member of `group` on `topic`. `beat(ok, detail)` is told every few seconds how the
    stage is; it may raise RetryLater, which costs only that beat."""

    def __init__(
        self,
        bus: Bus,
        topic: str,
        group: str,
        handler: Handler,
        *,
        stop: threading.Event,
        metrics: StageMetrics,
        clock: Clock,
        pace: Pace = Pace(),
        beat: Beat = lambda _ok, _detail: None,
    ) -> None:
        self._bus, self.topic, self.group, self._handler = bus, topic, group, handler
        self._stop, self._metrics, self._clock, self._pace = stop, metrics, clock, pace
        self._beat, self._beaten_at = beat, float("-inf")
        self._failures = self._handled = 0
        self._turned_at = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """Real seconds since the loop last turned; a large number means that it hangs."""
        return time.monotonic() - self._turned_at

    def run(self) -> None:
        """Work until told to stop; then the batch at hand is finished, committed, and the group
        left. Anything but RetryLater and InvalidMessage crashes out, after leaving the group."""
        self._work(until_idle=False)

    def run_until_idle(self) -> int:
        """Work until the group has committed all there is; returns the records handled."""
        return self._work(until_idle=True)

    def _work(self, *, until_idle: bool) -> int:
        subscription: Subscription | None = None
        try:
            while not self._stop.is_set():
                self._turned_at = time.monotonic()
                try:
                    subscription = subscription or self._bus.subscribe(self.topic, self.group)
                    count = self._turn(subscription)
                    if until_idle and count == 0 and self._is_idle():
                        break
                    self._recovered()
                except RetryLater as error:
                    self._pause(subscription, str(error))
        finally:
            if subscription is not None:
                with suppress(RetryLater):  # the lease runs out by itself
                    subscription.close()
        return self._handled

    def _turn(self, subscription: Subscription) -> int:
        records = subscription.poll(self._pace.batch, self._pace.wait)
        if not records:
            return 0
        began = time.perf_counter()
        outcome = self._process(subscription, records)
        done = records if outcome.done is None else records[: outcome.done]
        seconds = time.perf_counter() - began
        dead = len(outcome.refused)
        self._handled += len(done)
        self._metrics.handled(self.group, self.topic, len(done), dead, seconds)
        if outcome.done is not None:
            self._failures = 0
            raise RetryLater(outcome.why)
        return len(records)

    def _process(self, subscription: Subscription, records: Sequence[Record]) -> Outcome:
        try:
            outcome = self._handler(records)
            self._hand_on(subscription, records, outcome)
        except InvalidMessage as error:
            if len(records) > 1:
                return self._one_by_one(subscription, records)
            outcome = Outcome(refused=(Refusal(records[0], str(error)),))
            self._hand_on(subscription, records, outcome)
        return outcome

    def _one_by_one(self, subscription: Subscription, records: Sequence[Record]) -> Outcome:
        """Find the wrong one; the handler is idempotent, so the others may be handled again."""
        refused: list[Refusal] = []
        for place, record in enumerate(records):
            try:
                refused += self._process(subscription, [record]).refused
            except RetryLater as error:
                return Outcome((), tuple(refused), place, str(error))
        return Outcome((), tuple(refused))

    def _hand_on(
        self, subscription: Subscription, records: Sequence[Record], outcome: Outcome
    ) -> None:
        now = self._clock.now()
        letters = [dead_letter(refusal, self.group, now) for refusal in outcome.refused]
        for refusal in outcome.refused:
            where = f"{refusal.record.topic}/{refusal.record.partition}/{refusal.record.offset}"
            log.warning("refused", stage=self.group, record=where, reason=refusal.reason)
        self._bus.publish([*outcome.outgoing, *letters])
        subscription.commit(records if outcome.done is None else records[: outcome.done])

    def _is_idle(self) -> bool:
        return self._bus.lags().get((self.group, self.topic), 0) == 0

    def _pause(self, subscription: Subscription | None, why: str) -> None:
        seconds = min(self._pace.longest_pause, self._pace.first_pause * 2**self._failures)
        self._failures = min(self._failures + 1, 30)
        self._metrics.retried(self.group, self.topic)
        log.warning("retry_later", stage=self.group, why=why, seconds=round(seconds, 1))
        self._tell(ok=False, detail=why)
        if subscription is not None:
            with suppress(RetryLater):  # a bus that cannot be reached has nothing to take back
                subscription.retry()
        self._stop.wait(seconds * random.uniform(0.5, 1.0))

    def _recovered(self) -> None:
        self._failures = 0
        self._tell(ok=True, detail="")

    def _tell(self, *, ok: bool, detail: str) -> None:
        if time.monotonic() - self._beaten_at < self._pace.beat:
            return
        self._beaten_at = time.monotonic()
        try:
            self._beat(ok, detail)
        except RetryLater as error:
            log.warning("beat_missed", stage=self.group, why=str(error))


def drain(
    bus: Bus, topic: str, group: str, handler: Handler, metrics: StageMetrics, clock: Clock
) -> int:
    """Handle all that `group` has not committed on `topic`, then leave; returns how many."""
    stop = threading.Event()
    worker = Worker(bus, topic, group, handler, stop=stop, metrics=metrics, clock=clock)
    return worker.run_until_idle()
