"""Somebody outside is told when a part of the service stops, and when it is back.

`respond` and `serve` both watch, each the other too; when the whole machine is gone only a second
one can tell, which asks /heartbeat (`yuqing watchdog`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.console.beats import component_zh, missing, why_late
from responder.push import Pusher
from stream.alarms import Alarms, Part
from stream.pulse import Beat, Kind, Pulse, behind
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import RetryLater

PATIENCE = timedelta(minutes=1)
"""How long something must be behind before anybody outside is told: a hiccup is no news."""


@dataclass(slots=True)
class Heart:
    """Reads the pulse and tells `urls` (all of them; heard is what one of them took)."""

    pulse: Pulse
    alarms: Alarms
    pusher: Pusher
    clock: Clock
    urls: Sequence[str]
    place: str = ""
    _blind_since: datetime | None = field(default=None, init=False)
    _blind_told: bool = field(default=False, init=False)

    def look(self) -> None:
        """Tell what stopped and what is back since the last look. Raises RetryLater, when the
        memory itself is away, after having told that."""
        now = self.clock.now()
        try:
            late = parts_behind(self.pulse.read(), now)
            self.alarms.settle(late, now, real_span(self.clock, PATIENCE), self._tell)
        except RetryLater as error:
            self._blind(now, str(error))
            raise
        self._seeing(now)

    def _tell(self, stopped: Mapping[Part, str], back: Mapping[Part, datetime]) -> bool:
        lines = [f"{component_zh(kind, name, {})}：{why}" for (kind, name), why in stopped.items()]
        again = [
            f"{component_zh(kind, name, {})}：已恢复（中断自 {since:%m-%d %H:%M} UTC）"
            for (kind, name), since in back.items()
        ]
        title = "舆情系统部分停止工作" if lines else "舆情系统已恢复"
        return self._say(title, "\n".join((*lines, *again)))

    def _blind(self, now: datetime, why: str) -> None:
        """The pulse cannot be read: nobody knows who lives."""
        self._blind_since = self._blind_since or now
        ripe = now - self._blind_since >= real_span(self.clock, PATIENCE)
        if ripe and not self._blind_told:
            self._blind_told = self._say("舆情系统状态无法读取", f"状态库：{why[:200]}")

    def _seeing(self, now: datetime) -> None:
        if self._blind_told and self._say("舆情系统状态已可读取", f"{now:%m-%d %H:%M} UTC"):
            self._blind_told = False
        self._blind_since = None if not self._blind_told else self._blind_since

    def _say(self, title: str, body: str) -> bool:
        title = f"{self.place}{title}"
        heard = [self.pusher.push([url], title, body).error is None for url in self.urls]
        return any(heard)


def parts_behind(beats: Sequence[Beat], now: datetime) -> dict[Part, str]:
    """Why each stage, the sweep and the outbox that is behind is, never-come ones included;
    sources are the console's business."""
    ours = [beat for beat in beats if beat.kind is not Kind.SOURCE]
    never = dict.fromkeys(missing(ours, {}), "尚未报到")
    return never | {(late.kind, late.component): why_late(late) for late in behind(ours, now)}
