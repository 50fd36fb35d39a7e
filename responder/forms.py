"""What each action asks of a person, and what happens after the click; said once for all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from responder.consultation import PHASES
from responder.readmodels.actions import FieldSpec
from responder.transitions import Action

CONSENT = (
    FieldSpec("approver", "同意的领导", "approver", required=False),
    FieldSpec("reason", "理由", "longtext", required=False),
)
"""What takes the place of an approval or a report that is missing."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one action; `weight` is primary, plain or danger. One that is `consentable`
    may go before what it needs is there, by CONSENT."""

    fields: tuple[FieldSpec, ...]
    next_zh: str
    weight: str = "plain"
    consentable: bool = False

    @property
    def taken(self) -> tuple[FieldSpec, ...]:
        """All that may be said."""
        return (*self.fields, *CONSENT) if self.consentable else self.fields


def _reason(label: str = "理由") -> FieldSpec:
    return FieldSpec("reason", label, "longtext")


def _text(label: str) -> FieldSpec:
    return FieldSpec("text", label, "longtext")


_UNIT = FieldSpec("unit", "责任单位", "unit")
_RELEASING = FieldSpec("releasing_unit", "统一发布单位（涉及多个单位时）", "unit", required=False)
_GATES = FieldSpec("gates", "稿件情形（有则须加审）", "gates", required=False)
_CLOCK = FieldSpec("clock", "时限", "clock")
_APPROVER = FieldSpec("approver", "批准人", "approver")
_PROMISE = FieldSpec("promise", "承诺编号", "promise")
_SPEAKER = FieldSpec("speaker", "发言人", "text")
_PRINCIPAL = FieldSpec("principal", "是否主要负责人本人", "bool")
_URL = FieldSpec("url", "网址", "url", required=False)
_FILE = FieldSpec("file", "线下凭证（公告栏、广播、发布会等）", "text", required=False)
_TO = FieldSpec("to", "对象", "text")

FORMS: dict[Action, Form] = {
    Action.GRADE: Form(
        (
            FieldSpec("grade", "等级", "grade"),
            FieldSpec("emergency", "突发事件", "bool"),
            _reason(),
        ),
        "按新等级重新核定适用时限，已有时限不会删除。",
    ),
    Action.ASSIGN: Form(
        (_UNIT, FieldSpec("co_units", "协办单位", "units", required=False), _RELEASING),
        "推送责任单位，等待签收；逾期未签收将逐级催办。",
        "primary",
    ),
    Action.REASSIGN: Form(
        (_UNIT, _RELEASING, _reason()), "改由新单位办理，国家规定时限不因此停止。"
    ),
    Action.ACKNOWLEDGE: Form((), "签收后停止签收催办，国家规定时限继续计时。", "primary"),
    Action.RETURN: Form(
        (_reason("退回理由"),), "退回牵头协调单位重新交办，时限继续计时。", "danger"
    ),
    Action.START: Form((), "进入处置中。", "primary"),
    Action.SUBMIT: Form(
        (FieldSpec("draft", "拟发布内容", "longtext"), _GATES), "进入审核。", "primary"
    ),
    Action.SEND_BACK: Form((_reason("修改意见"),), "退回处置单位修改。"),
    Action.APPROVE: Form(
        (FieldSpec("step", "审核环节", "step"), _GATES), "记录本环节审核通过。", "primary"
    ),
    Action.PUBLISH: Form(
        (
            FieldSpec("published_at", "发布时间", "datetime"),
            FieldSpec("channel", "发布渠道", "text"),
            FieldSpec("official", "官方渠道", "bool"),
            _SPEAKER,
            _PRINCIPAL,
            _URL,
            _FILE,
        ),
        "以发布时间为准停止相应时限，并记录发言人。",
        "primary",
        consentable=True,
    ),
    Action.PRESS_CONFERENCE: Form(
        (FieldSpec("held_at", "举行时间", "datetime"), _SPEAKER, _PRINCIPAL, _URL, _FILE),
        "以举行时间为准停止新闻发布会时限，并记录发言人。",
        consentable=True,
    ),
    Action.ANSWER: Form(
        (FieldSpec("answered_at", "答复时间", "datetime"), _TO, _URL, _FILE),
        "以答复时间为准停止回应时限。",
        consentable=True,
    ),
    Action.SETTLE: Form((), "已有发布或答复在案，转为已回应。"),
    Action.FOLLOW_UP: Form((), "进入跟踪，核对后续进展与承诺。"),
    Action.CLOSE: Form(
        (FieldSpec("proof", "办结依据", "longtext"),),
        "办结本案，时限就此定格。",
        consentable=True,
    ),
    Action.EVALUATE: Form((_text("评估意见"),), "记录评估结论。"),
    Action.REOPEN: Form((_reason(),), "开始新一轮办理，时限重新计时；上一轮记录保留。"),
    Action.MERGE: Form(
        (FieldSpec("into", "并入的台账编号", "ticket"), _reason()),
        "并入另一台账，首发与发现时间取较早者。",
        "danger",
    ),
    Action.DISMISS: Form((_reason(),), "不予处置，记录保留，可重启。", "danger"),
    Action.EXTEND: Form(
        (_CLOCK, FieldSpec("due", "新期限", "datetime"), _APPROVER, _reason()),
        "经批准延长该时限。",
    ),
    Action.WAIVE: Form(
        (_CLOCK, _APPROVER, _reason()), "经批准免除该时限，本轮不再要求。", "danger"
    ),
    Action.STRIKE: Form(
        (FieldSpec("event", "证据（记录序号）", "position"), _reason()),
        "该证据不再计入任何时限。",
        "danger",
    ),
    Action.PROMISE: Form(
        (
            FieldSpec("promise", "承诺编号", "text"),
            _text("承诺内容"),
            FieldSpec("due", "兑现期限", "datetime"),
        ),
        "承诺兑现并公开之前不能办结。",
    ),
    Action.PROMISE_KEPT: Form(
        (_PROMISE, FieldSpec("proof", "兑现凭证", "longtext")), "记录承诺已兑现。"
    ),
    Action.PROMISE_PUBLISHED: Form(
        (_PROMISE, replace(_URL, required=True)), "记录兑现情况已公开。"
    ),
    Action.PROMISE_WAIVED: Form((_PROMISE, _APPROVER, _reason()), "经批准免除该承诺。", "danger"),
    Action.VERIFY: Form((_text("核查情况"),), "记录核查，停止核查时限。"),
    Action.CONSULT: Form(
        (
            FieldSpec("phase", "环节", "choice", required=False, choices=PHASES),
            FieldSpec("units", "参加单位（发起时）", "units", required=False),
            FieldSpec("unit", "发表意见的单位", "unit", required=False),
            replace(_RELEASING, label_zh="统一发布单位（形成结论时）"),
            _text("议题、意见或结论"),
        ),
        "发起后通知参加单位；形成结论时记录各单位意见和缺席单位。不选环节即只作记录。",
    ),
    Action.REPORT_UP: Form((_TO, _text("上报内容")), "记录上报。"),
    Action.NOTIFY: Form((_TO, _text("通报内容")), "记录通报。"),
    Action.HAND_OVER: Form((_TO, _text("移交内容")), "记录移交。"),
    Action.DELEGATE: Form(
        (_TO, _text("委托事由")), "记录委托发言；受托人发言不计为主要负责人发声。"
    ),
    Action.ESCALATE: Form((_text("催办意见"),), "记录人工催办。"),
    Action.REQUEST_EXTENSION: Form(
        (_CLOCK, FieldSpec("due", "申请期限", "datetime"), _reason()),
        "提出延期申请；获批之前时限照常计时。",
    ),
    Action.NOTE: Form(
        (_text("备注"), FieldSpec("progress", "是处置新进展", "bool", required=False)),
        "记录备注，不影响状态和时限；记为新进展的，按辖区规定提醒继续发布。",
    ),
}
"""Every action a person can take; `open` has its own form and `absorb` comes with a merge."""
