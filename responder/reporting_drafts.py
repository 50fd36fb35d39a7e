"""A report in the usual form, drafted from the record for a person to confirm; what posts say of
harm is marked as heard, not known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from responder import labels
from responder.act import Act
from responder.stored import Stored
from responder.ticket import Ticket
from responder.transitions import Action
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet

FIELDS = {
    "time": "时间",
    "place": "地点",
    "what": "事件",
    "harm": "伤亡及影响",
    "done": "已采取措施",
    "asked": "需支持事项",
}
"""The usual form, in its order."""
_SIGNS = "死|亡|伤|失联|被困|损失|聚集|撤离|疏散|停[水电气]|受影响"
_HARM = re.compile(rf"[^。；！？\n]*(?:{_SIGNS})[^。；！？\n]*")
_STEPS = {
    Action.ASSIGN: "交办{unit}",
    Action.REASSIGN: "改派{unit}",
    Action.ACKNOWLEDGE: "责任单位签收",
    Action.START: "开始处置",
    Action.VERIFY: "核查：{text}",
    Action.CONSULT: "会商：{text}",
    Action.PUBLISH: "发布：{channel}",
    Action.PRESS_CONFERENCE: "举行新闻发布会",
    Action.ANSWER: "答复{to}",
}


@dataclass(frozen=True, slots=True)
class Report:
    """The six parts of a report, by the keys of FIELDS."""

    parts: Mapping[str, str]

    @property
    def text(self) -> str:
        """As it is sent."""
        return "\n".join(f"{title}：{self.parts.get(key) or '无'}" for key, title in FIELDS.items())


def drafted(
    stored: Stored, acts: Sequence[Act], jurisdiction: Jurisdiction, posts: Sequence[str] = ()
) -> Report:
    """A report from the record; `posts` are texts of the event's posts, which nobody verified.

    What is to be asked for stands empty: only a person knows.
    """
    ticket, zone = stored.ticket, ZoneInfo(jurisdiction.zone)
    opening = str(acts[0].data.get("text") or "")
    mark = "突发事件" if ticket.emergency else "非突发事件"
    parts = {
        "time": _time(ticket, zone),
        "place": "、".join(stored.places) or "待核实",
        "what": f"{stored.title}（{labels.GRADES[ticket.grade]}，{mark}）。{opening}".strip(),
        "harm": _harm(opening, acts, posts),
        "done": _done(acts, jurisdiction, zone),
        "asked": "",
    }
    return Report({key: discreet(value)[:4000] for key, value in parts.items()})


def _time(ticket: Ticket, zone: ZoneInfo) -> str:
    found = f"{_local(ticket.discovered_at, zone)}发现"
    if ticket.first_posted_at is None or ticket.first_posted_at == ticket.discovered_at:
        return found
    return f"{found}，{_local(ticket.first_posted_at, zone)}首发"


def _harm(opening: str, acts: Sequence[Act], posts: Sequence[str]) -> str:
    checked = [str(act.data.get("text", "")) for act in acts if act.action == Action.VERIFY]
    known = list(dict.fromkeys(_sentences([opening, *checked])))
    heard = [one for one in dict.fromkeys(_sentences(posts)) if one not in known]
    said = ["；".join(known[-6:])] if known else []
    said += [f"网络反映（待核实）：{'；'.join(heard[:3])}"] if heard else []
    return "。".join(said) or "暂未发现伤亡，待核实"


def _sentences(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (found.strip(" ，,") for found in _HARM.findall(text))


def _done(acts: Sequence[Act], jurisdiction: Jurisdiction, zone: ZoneInfo) -> str:
    steps = [
        f"{_local(act.at, zone)}{_step(_STEPS[Action(act.action)], act, jurisdiction)}"
        for act in acts
        if act.action in _STEPS
    ]
    return "；".join(steps) or "正在核实处置"


def _step(words: str, act: Act, jurisdiction: Jurisdiction) -> str:
    unit = jurisdiction.unit(str(act.data.get("unit")))
    fields = {key: str(act.data.get(key, "")) for key in ("text", "channel", "to")}
    return words.format(unit=unit.name if unit else "", **fields)


def _local(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日{local.hour}时{local.minute:02}分"
