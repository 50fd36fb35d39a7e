"""What an accepted answer did to the clocks, in words: nobody is told of a stop that was none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from responder.readmodels.tickets import ClockView
from responder.wording import span

_WANTS = {"first_spokesperson": "须主要负责人本人发声", "press_conference": "须举行新闻发布会"}
Key = tuple[str, int, int | None]


def outcome(before: Sequence[ClockView], after: Sequence[ClockView], at: datetime) -> str:
    """Which clocks of `before` the answer published at `at` has stopped in `after`, and why it
    did not stop those that still stand."""
    known = {_key(clock): clock for clock in before}
    pairs = [(known[_key(clock)], clock) for clock in after if _key(clock) in known]
    stopped = [_stopped(old, new) for old, new in pairs if new.stopped_at != old.stopped_at]
    standing = [f"“{new.title}”{_why(new, at)}" for _old, new in pairs if _stands(new)]
    if stopped:
        left = f"；仍未停止：{'，'.join(standing)}" if standing else ""
        return f"已登记为公开回应，按帖文发布时间停止{'、'.join(stopped)}{left}"
    why = "，".join(standing) or "没有尚未停止的时限"
    return f"已登记为公开回应，没有停止任何时限：{why}"


def _stopped(old: ClockView, new: ClockView) -> str:
    late = f"超时 {span(new.late_seconds)}" if new.late_seconds else new.status_zh
    return f"“{new.title}”（{'停止时间提前，' if old.stopped_at else ''}{late}）"


def _stands(clock: ClockView) -> bool:
    return clock.stopped_at is None and clock.status != "superseded"


def _why(clock: ClockView, at: datetime) -> str:
    if at < clock.start:
        return "起算晚于帖文发布时间"
    return _WANTS.get(clock.name, "要的是另一类凭证")


def _key(clock: ClockView) -> Key:
    return clock.name, clock.round, clock.seq
