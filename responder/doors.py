"""Who may see and do what: checked before an act is written, never in recomputation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from responder.act import Act
from responder.fields import instant
from responder.forms import FORMS
from responder.labels import is_key
from responder.people import Person, Role
from responder.readmodels import FieldSpec
from responder.stored import Stored
from responder.transitions import EVIDENCE_ACTIONS, Action
from yuqing.domain.conduct import Gate
from yuqing.domain.errors import InvalidMessage, NotAllowed, NotFound
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import clean

LONGEST = 20_000

_A = Action
_EVIDENCE = {_A.PUBLISH, _A.PRESS_CONFERENCE, _A.ANSWER}
_PROMISES = {_A.PROMISE, _A.PROMISE_KEPT, _A.PROMISE_PUBLISHED}
_WATCHING = {_A.OPEN, _A.GRADE, _A.NOTE, _A.REPORT_UP, _A.NOTIFY, _A.ESCALATE} | _EVIDENCE
_REVIEWING = {_A.APPROVE, _A.SEND_BACK}
_COORDINATING = {
    *(_A.ASSIGN, _A.REASSIGN, _A.DISMISS, _A.MERGE, _A.REOPEN, _A.SETTLE, _A.FOLLOW_UP, _A.CLOSE),
    *(_A.EXTEND, _A.WAIVE, _A.PROMISE_WAIVED, _A.STRIKE, _A.CONSULT, _A.VERIFY, _A.HAND_OVER),
}

PERMITS: Mapping[Role, frozenset[Action]] = {
    Role.MONITOR: frozenset(_WATCHING | _REVIEWING | {_A.ASSIGN}),
    Role.ANALYST: frozenset(_WATCHING | _REVIEWING | _COORDINATING | _PROMISES),
    Role.UNIT: frozenset(
        _EVIDENCE
        | _REVIEWING
        | _PROMISES
        | {
            *(_A.ACKNOWLEDGE, _A.RETURN, _A.START, _A.SUBMIT, _A.SETTLE, _A.FOLLOW_UP, _A.VERIFY),
            *(_A.CONSULT, _A.REQUEST_EXTENSION, _A.DELEGATE, _A.NOTE),
        }
    ),
    Role.REVIEWER: frozenset(_REVIEWING | {_A.STRIKE, _A.NOTE}),
    Role.LEADER: frozenset(
        {_A.GRADE, _A.ASSIGN, _A.REASSIGN, _A.EVALUATE, _A.REOPEN}
        | _REVIEWING
        | {_A.ESCALATE, _A.CONSULT, _A.NOTE}
    ),
    Role.ADMIN: frozenset(Action) - {_A.ABSORB},
}
"""The actions of each role; the table of states and the steps of review narrow them further."""


def may_see(person: Person, jurisdiction: str, unit: str | None, co_units: Sequence[str]) -> bool:
    """A person sees the own jurisdiction; one of role unit only the own unit's tickets."""
    if person.jurisdiction not in (None, jurisdiction):
        return False
    return person.role is not Role.UNIT or (
        person.unit is not None and (person.unit == unit or person.unit in co_units)
    )


def may_read_posts(person: Person) -> bool:
    """Whether `person` reads all that is said in the jurisdiction (search, the stream, watchlists
    and their hits); a person of role unit reads what own tickets rest on."""
    return person.role is not Role.UNIT


def check_reads_posts(person: Person) -> None:
    """Raises NotAllowed when the role does not read the jurisdiction's posts."""
    if not may_read_posts(person):
        raise NotAllowed(
            "责任单位账号只查看本单位的台账和相关事件，信息检索与监测方案由监测、研判人员使用"
        )


def check_reads_reports(person: Person) -> None:
    """Raises NotAllowed for a unit: the weekly evaluation tells of the tickets of all of them."""
    if person.role is Role.UNIT:
        raise NotAllowed("评估周报涉及所有单位的台账，责任单位账号不能查看")


def check_may(person: Person, action: Action) -> None:
    """Raises NotAllowed when the role does not permit `action`, or `person` is a machine."""
    if action not in PERMITS[person.role]:
        raise NotAllowed("您的角色不能进行此操作")
    if is_key(person.login) and action not in KEYS_MAY:
        raise NotAllowed("此操作须由本人登录办理，不接受接口密钥")


def check_admin(person: Person) -> None:
    """Raises NotAllowed for anybody but an administrator."""
    if person.role is not Role.ADMIN:
        raise NotAllowed("只有管理员能进行此操作")


PERSONAL = (Role.ANALYST, Role.UNIT, Role.LEADER, Role.ADMIN)
"""Who may look behind a mask, for the tickets that they see: those who call people back."""


def check_personal(person: Person) -> None:
    """Raises NotAllowed when the role does not read personal data, or `person` is a machine."""
    if person.role not in PERSONAL or is_key(person.login):
        raise NotAllowed("您的角色不能查看个人信息")


def in_place(person: Person, jurisdiction: str | None) -> str | None:
    """The jurisdiction that `person` means: the own one where there is one.

    Raises NotFound for another.
    """
    if person.jurisdiction is None or jurisdiction in (None, person.jurisdiction):
        return person.jurisdiction or jurisdiction
    raise NotFound(f"没有辖区 {jurisdiction}")


KEYS_MAY = frozenset(
    {
        *(_A.OPEN, _A.ACKNOWLEDGE, _A.START, _A.SUBMIT, _A.VERIFY, _A.NOTE, _A.PROMISE),
        *(_A.REQUEST_EXTENSION, _A.HAND_OVER),
    }
)
"""What a machine client may do: nothing that grades, decides, approves or proves."""

LEADS = frozenset({_A.ACKNOWLEDGE, _A.RETURN, _A.START, _A.SUBMIT, _A.SETTLE, _A.FOLLOW_UP})
"""What moves a case on: of the units only the one in charge does it, not those that help."""


def may_lead(person: Person, unit: str | None, action: Action) -> bool:
    """False when `person` acts for a unit that only helps, and `action` is not for helpers."""
    return person.role is not Role.UNIT or person.unit == unit or action not in LEADS


RETURNS = 2
"""How often a unit may return a matter; then the coordinator names a lead (a local default)."""

_NAMING = frozenset({Role.ANALYST, Role.LEADER, Role.ADMIN})


def named_lead(stored: Stored) -> bool:
    """True from the second return of the round on: who is assigned now is named as the lead."""
    return stored.ticket.returns >= RETURNS


def check_returns(person: Person, stored: Stored, action: Action) -> None:
    """After two returns the coordinator names the lead, who may not return it."""
    if not named_lead(stored):
        return
    if action is _A.RETURN:
        raise NotAllowed("已退回两次，由综合协调单位指定主办，不得再退回")
    if action is _A.ASSIGN and person.role not in _NAMING:
        raise NotAllowed("已退回两次，须由综合协调单位（研判员或领导）指定主办")


def check_extension(
    person: Person, acts: Sequence[Act], action: Action, data: Mapping[str, Any]
) -> None:
    """Who asked for more time neither grants it nor has it granted by themselves.

    Raises NotAllowed.
    """
    if action is not _A.EXTEND:
        return
    asked = {
        act.who
        for act in acts
        if act.action == _A.REQUEST_EXTENSION and act.data.get("clock") == data.get("clock")
    }
    if asked & {person.login, str(data.get("approver"))}:
        raise NotAllowed("申请延期的人不能办理或批准自己的申请")


def clean_data(
    action: Action,
    data: Mapping[str, Any],
    jurisdiction: Jurisdiction,
    approvers: Sequence[str],
    now: datetime,
) -> dict[str, Any]:
    """The fields that `action` asks for, checked and cleaned; others are left out.

    Raises InvalidMessage naming the field.
    """
    cleaned: dict[str, Any] = {}
    if action not in FORMS:
        raise InvalidMessage(f"action: {action} 不是对台账的操作")
    for field in FORMS[action].taken:
        value = data.get(field.name)
        if value is None or value == "" or value == []:
            if field.required:
                raise InvalidMessage(f"{field.name}: 请填写{field.label_zh}")
            continue
        cleaned[field.name] = _CLEANERS[field.kind](field, value, jurisdiction, approvers)
    if action in EVIDENCE_ACTIONS:
        _check_evidence(cleaned, now)
    return cleaned


def text_of(name: str, value: Any, longest: int = LONGEST) -> str:
    """`value` as text fit to store. Raises InvalidMessage."""
    if not isinstance(value, str) or len(value) > longest:
        raise InvalidMessage(f"{name}: 须为不超过 {longest} 字的文字")
    text = clean(value).strip()
    if not text:
        raise InvalidMessage(f"{name}: 请填写文字")
    return text


def _check_evidence(cleaned: Mapping[str, Any], now: datetime) -> None:
    if "url" not in cleaned and "file" not in cleaned:
        raise InvalidMessage("url: 请填写网址或线下凭证，二者至少其一")
    for name in ("published_at", "held_at", "answered_at"):
        if name in cleaned and instant(cleaned[name], name) > now:
            raise InvalidMessage(f"{name}: 时间不能晚于现在")


_Cleaner = Callable[[FieldSpec, Any, Jurisdiction, Sequence[str]], Any]


def _words(field: FieldSpec, value: Any, _j: Jurisdiction, _a: Sequence[str]) -> str:
    return text_of(field.name, value, LONGEST if field.kind == "longtext" else 500)


def _moment(field: FieldSpec, value: Any, _j: Jurisdiction, _a: Sequence[str]) -> str:
    return instant(value, field.name).astimezone(UTC).isoformat()


def _flag(field: FieldSpec, value: Any, _j: Jurisdiction, _a: Sequence[str]) -> bool:
    if not isinstance(value, bool):
        raise InvalidMessage(f"{field.name}: 须为是或否")
    return value


def _whole(field: FieldSpec, value: Any, _j: Jurisdiction, _a: Sequence[str]) -> int:
    most = 4 if field.kind == "grade" else 1_000_000
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise InvalidMessage(f"{field.name}: 须为 0 至 {most} 的整数")
    return value


def _choice(field: FieldSpec, value: Any, _j: Jurisdiction, _a: Sequence[str]) -> str:
    if value not in (code for code, _label in field.choices):
        raise InvalidMessage(f"{field.name}: 没有选项 {value}")
    return str(value)


def _unit(field: FieldSpec, value: Any, jurisdiction: Jurisdiction, _a: Sequence[str]) -> str:
    if not isinstance(value, str) or jurisdiction.unit(value) is None:
        raise InvalidMessage(f"{field.name}: {jurisdiction.name}没有单位 {value}")
    return value


def _units(
    field: FieldSpec, value: Any, jurisdiction: Jurisdiction, approvers: Sequence[str]
) -> list[str]:
    if not isinstance(value, list | tuple):
        raise InvalidMessage(f"{field.name}: 须为单位列表")
    return [_unit(field, one, jurisdiction, approvers) for one in value]


def _gates(field: FieldSpec, value: Any, _j: Jurisdiction, _a: Sequence[str]) -> list[str]:
    known = [gate for gate in Gate if isinstance(value, list | tuple) and gate.value in value]
    if not isinstance(value, list | tuple) or len(known) != len(value):
        raise InvalidMessage(f"{field.name}: 须为 {'、'.join(Gate)} 之中的若干项")
    return [gate.value for gate in known]


def _approver(field: FieldSpec, value: Any, _j: Jurisdiction, approvers: Sequence[str]) -> str:
    if value not in approvers:
        raise InvalidMessage(f"{field.name}: 批准人须为在册领导的账号")
    return str(value)


def _url(field: FieldSpec, value: Any, jurisdiction: Jurisdiction, approvers: Sequence[str]) -> str:
    text = _words(field, value, jurisdiction, approvers)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidMessage(f"{field.name}: 须以 http:// 或 https:// 开头")
    return text


_CLEANERS: Mapping[str, _Cleaner] = {
    "text": _words,
    "longtext": _words,
    "datetime": _moment,
    "bool": _flag,
    "grade": _whole,
    "position": _whole,
    "choice": _choice,
    "unit": _unit,
    "units": _units,
    "gates": _gates,
    "step": _words,
    "approver": _approver,
    "url": _url,
    "clock": _words,
    "promise": _words,
    "ticket": _words,
}
