"""上报与通报: what is grave is told to the superior, to 宣传 and to 网信, in the usual form.

The report is drafted from the record; a person confirms it, and what the other side answers is put
on record too. A notice from 网信 is answered back to 网信. Pure: who is told, in which words, and
what of it the record shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from responder import labels
from responder.act import Act
from responder.fields import flag, whole
from responder.origins import Origin
from responder.stored import Stored
from responder.ticket import Ticket
from responder.transitions import ACTION_TITLES, Action
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import Contact, Jurisdiction
from yuqing.domain.text import discreet
from yuqing.domain.verdict import Severity

FIELDS = {
    "time": "时间",
    "place": "地点",
    "what": "事件",
    "harm": "伤亡及影响",
    "done": "已采取措施",
    "asked": "需支持事项",
}
"""The usual form, in its order."""

_TELLING = (Action.REPORT_UP, Action.NOTIFY)
_RAISING = (Action.OPEN, Action.GRADE, Action.REOPEN)
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
class Body:
    """Somebody who is told. `code` is superior, publicity or cyberspace; `unit` its code where it
    is a unit of the jurisdiction."""

    code: str
    name: str
    action: Action
    contacts: tuple[Contact, ...]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The six parts of a report, by the keys of FIELDS."""

    parts: Mapping[str, str]

    @property
    def text(self) -> str:
        """As it is sent."""
        return "\n".join(f"{title}：{self.parts.get(key) or '无'}" for key, title in FIELDS.items())


@dataclass(frozen=True, slots=True)
class Told:
    """One report on record: `position` is its act; `receipt` what came back, None until then."""

    body: Body
    required: bool
    position: int | None = None
    at: datetime | None = None
    receipt: str | None = None
    receipt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """Bodies that nobody has told in this round; `since` is the act that made it a duty."""

    since: int
    names: tuple[str, ...]


def bodies(jurisdiction: Jurisdiction) -> tuple[Body, ...]:
    """Whom the jurisdiction tells, the superior first."""
    return tuple(_bodies(jurisdiction))


def is_required(ticket: Ticket, origin: str | None) -> bool:
    """Grades 重大 and 特别重大 are reported, and every emergency that is not yet online."""
    return _must(ticket.grade, ticket.emergency, origin)


def told(stored: Stored, acts: Sequence[Act], jurisdiction: Jurisdiction) -> tuple[Told, ...]:
    """For each body the last report of this round, and its receipt."""
    begun, required = _begun(acts), is_required(stored.ticket, stored.origin)
    return tuple(_told(body, required, acts, begun) for body in bodies(jurisdiction))


def untold(acts: Sequence[Act], jurisdiction: Jurisdiction) -> Untold | None:
    """Who still must be told of an open matter, None when nobody must."""
    since, begun = _since(acts), _begun(acts)
    if since is None:
        return None
    all_told = (_told(body, True, acts, begun) for body in bodies(jurisdiction))
    names = tuple(one.body.name for one in all_told if one.position is None)
    return Untold(since, names) if names else None


def is_answered(acts: Sequence[Act]) -> bool:
    """Whether a notice from 网信 has its answer on record."""
    return any(act.action == Action.NOTIFY and act.data.get("reply") is True for act in acts)


def check_answered(stored: Stored, acts: Sequence[Act], action: Action) -> None:
    """A notice from 网信 is closed once it is answered. Raises NotAllowed."""
    waiting = stored.origin == Origin.CYBERSPACE and not is_answered(acts)
    if action is Action.CLOSE and waiting:
        raise NotAllowed("尚未答复网信部门的通报，不能办结")


def unreported(stored: Stored, acts: Sequence[Act], jurisdiction: Jurisdiction) -> str:
    """Whom this round has not been reported to, or whose receipt is not on record, in Chinese;
    nothing when all is, or nothing is required."""
    if not is_required(stored.ticket, stored.origin):
        return ""
    begun = max((i for i, act in enumerate(acts) if act.action == Action.REOPEN), default=0)
    telling = [act for act in acts[begun:] if act.action in _TELLING]
    lacking = []
    for body in bodies(jurisdiction):
        mine = [act for act in telling if _is_to(body, act)]
        if not any("receipt" not in act.data for act in mine):
            lacking.append(f"{body.name}尚未{ACTION_TITLES[body.action]}")
        elif not any("receipt" in act.data for act in mine):
            lacking.append(f"{body.name}尚无回执")
    return "、".join(lacking)


def check_reported(
    stored: Stored,
    acts: Sequence[Act],
    jurisdiction: Jurisdiction,
    action: Action,
    data: Mapping[str, Any],
) -> None:
    """What must be reported is closed once everybody was told and has receipted, or by a leader's
    consent with a reason. Raises NotAllowed."""
    if action is not Action.CLOSE or (data.get("approver") and data.get("reason")):
        return
    if lacking := unreported(stored, acts, jurisdiction):
        raise NotAllowed(f"不能办结：{lacking}；确须先行办结的，请写明同意的领导和理由")


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


def _must(grade: int, emergency: bool, origin: object) -> bool:
    return grade >= Severity.MAJOR or (emergency and origin == Origin.OFFLINE)


def _since(acts: Sequence[Act]) -> int | None:
    """The act of this round since which it must be reported."""
    since, must = None, False
    for position, act in enumerate(acts):
        if act.action not in _RAISING:
            continue
        if act.action == Action.REOPEN:
            since = None
        else:
            grade, emergency = whole(act.data, "grade"), flag(act.data, "emergency")
            must = _must(grade, emergency, acts[0].data.get("origin"))
        since = (position if since is None else since) if must else None
    return since


def _begun(acts: Sequence[Act]) -> int:
    return max((i for i, act in enumerate(acts) if act.action == Action.REOPEN), default=0)


def _bodies(jurisdiction: Jurisdiction) -> Iterator[Body]:
    if (superior := jurisdiction.superior) is not None:
        yield Body("superior", superior.name, Action.REPORT_UP, (superior,))
    told_to = jurisdiction.reports_to
    for code, name in (("publicity", told_to.publicity), ("cyberspace", told_to.cyberspace)):
        unit = jurisdiction.unit(name) if name else None
        if unit is not None:
            contacts = (*unit.duty, unit.principal)
            yield Body(code, unit.name, Action.NOTIFY, contacts, unit.code)


def _told(body: Body, required: bool, acts: Sequence[Act], begun: int) -> Told:
    position = receipt = None
    for i, act in enumerate(acts[begun:], begun):
        # By its name where somebody put on record by hand what was told by telephone.
        if act.action not in _TELLING or act.data.get("to") not in (body.code, body.name):
            continue
        if "receipt" not in act.data:
            position, receipt = i, None
        elif act.data.get("of") == position:
            receipt = act
    if position is None:
        return Told(body, required)
    at = acts[position].at
    if receipt is None:
        return Told(body, required, position, at)
    received = datetime.fromisoformat(str(receipt.data["received_at"]))
    return Told(body, required, position, at, str(receipt.data["receipt"]), received)


def _is_to(body: Body, act: Act) -> bool:
    # told by hand, over the telephone, it is named as it is called
    return act.data.get("to") in (body.code, body.name)


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
