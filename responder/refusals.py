"""Why the engine refuses, said once: English for a terminal, Chinese for the console."""

from __future__ import annotations

from enum import Enum

from responder.transitions import STATE_TITLES, State
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import ClockRule


class Refusal(Enum):
    """(English, Chinese) of everything the engine refuses; nothing else is refused."""

    UNKNOWN_ACTION = ("there is no such action", "没有这种操作")
    NOT_IN_TABLE = ("not possible in state {state}", "当前状态（{state}）不能进行此操作")
    BACK_IN_TIME = ("recorded before the event before it", "记录时间早于上一条记录")
    NO_EVIDENCE = ("no evidence on record in this round", "本轮还没有发布或答复的证据")
    CLOCK_OPEN = ("clock {clock} is asked for and not stopped", "时限“{clock}”尚未完成")
    PROMISE_OPEN = (
        "promise {promise} is neither waived nor both kept and published",
        "承诺“{promise}”尚未兑现并公开，也未经免除",
    )
    NOT_RUNNING = ("clock {clock} is not running", "时限“{clock}”不在计时，不能延期")
    DUE_PASSED = ("clock {clock} is at or after its due time", "时限“{clock}”已到期，不能延期")
    DUE_NOT_LATER = ("the new due time of {clock} is not later", "新期限不晚于时限“{clock}”原期限")
    OWN_APPROVER = ("the approver is the one who asks", "批准人不能是本人")
    NOT_WAIVABLE = (
        "clock {clock} is not asked for and unstopped",
        "时限“{clock}”不在要求之列或已完成，无需免除",
    )
    NOT_EVIDENCE = ("event {event} is no evidence", "第 {event} 条记录不是证据")


class Refused(NotAllowed):
    """The engine refuses one act; `position` counts from 0, `chinese` is for the console."""

    def __init__(self, refusal: Refusal, position: int, action: str, **details: object) -> None:
        english, chinese = refusal.value
        self.refusal, self.position, self.action = refusal, position, action
        plain = {key: _in_english(value) for key, value in details.items()}
        self.chinese = chinese.format(**{key: _in_chinese(v) for key, v in details.items()})
        super().__init__(f"event {position} ({action}): {english.format(**plain)}")


def _in_english(detail: object) -> object:
    if detail is None:
        return "(not opened)"
    return detail.name if isinstance(detail, ClockRule) else detail


def _in_chinese(detail: object) -> object:
    if detail is None:
        return "未立项"
    if isinstance(detail, ClockRule):
        return detail.title
    return STATE_TITLES[detail] if isinstance(detail, State) else detail
