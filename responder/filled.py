"""What people fill in for an action: checked field by field, and cleaned, before it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from responder.fields import instant
from responder.forms import FORMS
from responder.readmodels.actions import FieldSpec
from responder.transitions import EVIDENCE_ACTIONS, Action
from yuqing.domain.conduct import Gate
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import clean

LONGEST = 20_000
EARLIEST, LATEST = 1900, 2200
"""The years that a time may be in, so that it can be shown in any zone."""


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
    moment = instant(value, field.name).astimezone(UTC)
    if not EARLIEST <= moment.year <= LATEST:
        raise InvalidMessage(f"{field.name}: 时间须在 {EARLIEST} 年至 {LATEST} 年之间")
    return moment.isoformat()


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
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.netloc)
    except ValueError:  # brackets of an IPv6 address that do not close
        fits = False
    if not fits:
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
