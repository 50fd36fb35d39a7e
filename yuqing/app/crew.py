"""What the workers of one process share, and how one of them is made."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from stream.bus import Bus
from stream.handling import Handler
from stream.metrics import StageMetrics
from stream.pulse import Pulse, stage_beat
from stream.worker import Pace, Worker
from yuqing.app.settings import Settings
from yuqing.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class Crew:
    """What the workers of one process share; `closing` lets go of it all."""

    settings: Settings
    clock: Clock
    bus: Bus
    pulse: Pulse
    metrics: StageMetrics
    pace: Pace = field(default_factory=Pace)
    stop: threading.Event = field(default_factory=threading.Event)
    closing: ExitStack = field(default_factory=ExitStack)

    def worker(self, topic: str, group: str, handler: Handler) -> Worker:
        """A worker that beats as a stage of its group's name."""
        return Worker(
            self.bus,
            topic,
            group,
            handler,
            stop=self.stop,
            metrics=self.metrics,
            clock=self.clock,
            pace=self.pace,
            beat=stage_beat(self.pulse, group, self.clock),
        )

    def real(self, span: timedelta) -> timedelta:
        """What `span` of real time is on the service's clock, for tasks that follow real time."""
        second = self.clock.real_seconds(timedelta(seconds=1))
        return span / second if second > 0 else span
