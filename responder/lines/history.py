"""From the acts of a ticket to what its history says, a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from responder import labels
from responder.lines.masking import masked
from responder.lines.names import unit_zh
from responder.progress import PROGRESS
from responder.readmodels.tickets import HistoryLine
from responder.reporting import bodies
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet


def history_line(
    row: Row[Any], names: Mapping[str, str], jurisdiction: Jurisdiction | None
) -> HistoryLine:
    """One act; `names` maps logins to the names of people."""
    return HistoryLine(
        position=row.position,
        at=row.at,
        who=row.who,
        who_zh=names.get(row.who) or labels.who(row.who),
        action=row.action,
        action_zh=labels.named(labels.ACTIONS, row.action),
        from_state=row.from_state,
        to_state=row.to_state,
        summary_zh=summary(row.action, row.data, jurisdiction),
        data=masked(row.data),
    )


_SAID = ("reason", "text", "draft", "proof", "url", "file", "title")


def summary(action: str, data: Mapping[str, Any], jurisdiction: Jurisdiction | None) -> str:
    """What an act says, in one line."""
    parts: list[str] = []
    if isinstance(data.get("grade"), int):
        parts.append(labels.GRADES.get(data["grade"], str(data["grade"])))
        parts.append("突发事件" if data.get("emergency") else "非突发")
    if data.get("unit"):
        parts.append(unit_zh(jurisdiction, str(data["unit"])))
    for key in ("co_units", "units"):
        parts += [unit_zh(jurisdiction, str(code)) for code in data.get(key) or ()]
    if data.get("absent"):
        absent = "、".join(unit_zh(jurisdiction, str(code)) for code in data["absent"])
        parts.append(f"缺席：{absent}")
    if data.get(PROGRESS) is True:
        parts.append("新进展")
    if data.get("speaker"):
        principal = "（主要负责人）" if data.get("principal") else ""
        parts.append(f"发言人：{data['speaker']}{principal}")
    parts += [f"承诺 {data['promise']}"] if isinstance(data.get("promise"), str) else []
    parts += [_step_zh(jurisdiction, data["step"])] if isinstance(data.get("step"), str) else []
    parts += [_to_zh(jurisdiction, str(data["to"]))] if isinstance(data.get("to"), str) else []
    parts += [f"回执：{data['receipt']}"] if isinstance(data.get("receipt"), str) else []
    parts += [str(data[key]) for key in _SAID if isinstance(data.get(key), str)]
    *former, last = [part for part in parts if part] or [""]
    said = discreet("，".join([*(part.rstrip("。，；") for part in former), last]))
    return f"{labels.named(labels.ACTIONS, action)}：{said[:200]}" if said else ""


def _to_zh(jurisdiction: Jurisdiction | None, to: str) -> str:
    """Whom a report went to by its code; whom an answer went to, as it was written."""
    told = bodies(jurisdiction) if jurisdiction else ()
    return next((body.name for body in told if body.code == to), to)


def _step_zh(jurisdiction: Jurisdiction | None, code: str) -> str:
    steps = jurisdiction.review if jurisdiction else ()
    return next((step.name for step in steps if step.code == code), code)
