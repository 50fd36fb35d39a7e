"""The one table of what may follow what; a test walks the whole product of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a ticket stands."""

    TRIAGE = "triage"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    HANDLING = "handling"
    IN_REVIEW = "in_review"
    RESPONDED = "responded"
    FOLLOWING_UP = "following_up"
    CLOSED = "closed"
    EVALUATED = "evaluated"
    RETURNED = "returned"
    MERGED = "merged"
    DISMISSED = "dismissed"


class Action(StrEnum):
    """What can be done to a ticket."""

    OPEN = "open"
    GRADE = "grade"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    START = "start"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    PUBLISH = "publish"
    PRESS_CONFERENCE = "press_conference"
    ANSWER = "answer"
    SETTLE = "settle"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"
    EVALUATE = "evaluate"
    REOPEN = "reopen"
    MERGE = "merge"
    DISMISS = "dismiss"
    ABSORB = "absorb"
    EXTEND = "extend"
    WAIVE = "waive"
    STRIKE = "strike"
    PROMISE = "promise"
    PROMISE_KEPT = "promise_kept"
    PROMISE_PUBLISHED = "promise_published"
    PROMISE_WAIVED = "promise_waived"
    VERIFY = "verify"
    CONSULT = "consult"
    REPORT_UP = "report_up"
    NOTIFY = "notify"
    HAND_OVER = "hand_over"
    DELEGATE = "delegate"
    ESCALATE = "escalate"
    REQUEST_EXTENSION = "request_extension"
    NOTE = "note"


SHUT = frozenset({State.CLOSED, State.EVALUATED, State.MERGED, State.DISMISSED})
OPEN_STATES = frozenset(State) - SHUT
ROUND_ENDS = frozenset({Action.CLOSE, Action.MERGE, Action.DISMISS})
EVIDENCE_ACTIONS = frozenset({Action.PUBLISH, Action.PRESS_CONFERENCE, Action.ANSWER})

_S, _A = State, Action
_MOVES: tuple[tuple[Action, Iterable[State], State], ...] = (
    (_A.ASSIGN, (_S.TRIAGE, _S.RETURNED), _S.ASSIGNED),
    (_A.REASSIGN, (_S.ASSIGNED, _S.ACKNOWLEDGED, _S.HANDLING), _S.ASSIGNED),
    (_A.ACKNOWLEDGE, (_S.ASSIGNED,), _S.ACKNOWLEDGED),
    (_A.RETURN, (_S.ASSIGNED, _S.ACKNOWLEDGED), _S.RETURNED),
    (_A.START, (_S.ACKNOWLEDGED, _S.RESPONDED, _S.FOLLOWING_UP), _S.HANDLING),
    (_A.SUBMIT, (_S.HANDLING,), _S.IN_REVIEW),
    (_A.SEND_BACK, (_S.IN_REVIEW,), _S.HANDLING),
    (_A.APPROVE, (_S.IN_REVIEW,), _S.IN_REVIEW),
    (_A.SETTLE, (_S.ACKNOWLEDGED, _S.HANDLING, _S.IN_REVIEW), _S.RESPONDED),
    (_A.FOLLOW_UP, (_S.RESPONDED,), _S.FOLLOWING_UP),
    (_A.CLOSE, (_S.RESPONDED, _S.FOLLOWING_UP), _S.CLOSED),
    (_A.EVALUATE, (_S.CLOSED,), _S.EVALUATED),
    (_A.REOPEN, SHUT, _S.TRIAGE),
    (_A.MERGE, OPEN_STATES, _S.MERGED),
    (_A.DISMISS, (_S.TRIAGE, _S.RETURNED), _S.DISMISSED),
)
_ANY_OPEN_SAME = (
    *(_A.GRADE, _A.PRESS_CONFERENCE, _A.ABSORB, _A.EXTEND, _A.WAIVE, _A.STRIKE),
    *(_A.PROMISE, _A.PROMISE_KEPT, _A.PROMISE_PUBLISHED, _A.PROMISE_WAIVED),
    *(_A.VERIFY, _A.CONSULT, _A.REPORT_UP, _A.NOTIFY, _A.HAND_OVER, _A.DELEGATE),
    *(_A.ESCALATE, _A.REQUEST_EXTENSION, _A.PUBLISH, _A.ANSWER),
)


def _table() -> dict[tuple[State | None, Action], State]:
    table: dict[tuple[State | None, Action], State] = {(None, _A.OPEN): _S.TRIAGE}
    table.update({(s, action): s for action in _ANY_OPEN_SAME for s in OPEN_STATES})
    table.update({(s, _A.NOTE): s for s in _S})
    table.update({(s, action): to for action, sources, to in _MOVES for s in sources})
    table.update({(_S.IN_REVIEW, action): _S.RESPONDED for action in (_A.PUBLISH, _A.ANSWER)})
    return table


# (state before, or None before the opening; action) -> state after; what is absent is refused.
TABLE: Mapping[tuple[State | None, Action], State] = MappingProxyType(_table())

STATE_TITLES: Mapping[State, str] = MappingProxyType(
    {
        _S.TRIAGE: "待研判",
        _S.ASSIGNED: "已交办",
        _S.ACKNOWLEDGED: "已签收",
        _S.HANDLING: "处置中",
        _S.IN_REVIEW: "审核中",
        _S.RESPONDED: "已回应",
        _S.FOLLOWING_UP: "跟踪中",
        _S.CLOSED: "已办结",
        _S.EVALUATED: "已评估",
        _S.RETURNED: "退回",
        _S.MERGED: "并案",
        _S.DISMISSED: "不予处置",
    }
)
ACTION_TITLES: Mapping[Action, str] = MappingProxyType(
    {
        _A.OPEN: "立项",
        _A.GRADE: "定级",
        _A.ASSIGN: "交办",
        _A.REASSIGN: "改派",
        _A.ACKNOWLEDGE: "签收",
        _A.RETURN: "退回",
        _A.START: "开始处置",
        _A.SUBMIT: "送审",
        _A.SEND_BACK: "退改",
        _A.APPROVE: "审核通过",
        _A.PUBLISH: "登记发布",
        _A.PRESS_CONFERENCE: "登记新闻发布会",
        _A.ANSWER: "登记答复",
        _A.SETTLE: "确认已回应",
        _A.FOLLOW_UP: "转入跟踪",
        _A.CLOSE: "办结",
        _A.EVALUATE: "评估",
        _A.REOPEN: "重启",
        _A.MERGE: "并案",
        _A.DISMISS: "不予处置",
        _A.ABSORB: "并入",
        _A.EXTEND: "延期",
        _A.WAIVE: "免除时限",
        _A.STRIKE: "撤销证据",
        _A.PROMISE: "登记承诺",
        _A.PROMISE_KEPT: "承诺已兑现",
        _A.PROMISE_PUBLISHED: "承诺结果已公开",
        _A.PROMISE_WAIVED: "免除承诺",
        _A.VERIFY: "核查",
        _A.CONSULT: "会商",
        _A.REPORT_UP: "上报",
        _A.NOTIFY: "通报",
        _A.HAND_OVER: "移交",
        _A.DELEGATE: "委托发言",
        _A.ESCALATE: "催办升级",
        _A.REQUEST_EXTENSION: "申请延期",
        _A.NOTE: "备注",
    }
)


def actions_from(state: State | None) -> tuple[Action, ...]:
    """What the table allows next, in the order the actions are declared."""
    return tuple(action for action in Action if (state, action) in TABLE)
