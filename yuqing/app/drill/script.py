"""What people do in a drill, and when: one line, one act on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from responder.people import Role
from responder.reporting import bodies
from responder.spokesperson import first_spokespeople
from responder.stored import Stored
from yuqing.app.drill.cast import reviewers
from yuqing.domain.jurisdiction import Jurisdiction

Data = dict[str, Any]
TITLE = "化工原料仓库起火，有人员受伤"
REPORTED = "群众来电：仓库冒黑烟，听到爆燃声，现场有人受伤，周边居民自行撤离。"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a line may look at when it is spoken."""

    home: Jurisdiction
    stored: Stored
    now: datetime

    @property
    def units(self) -> list[str]:
        """The unit in charge and those that help."""
        ticket = self.stored.ticket
        return [code for code in (ticket.unit, *ticket.co_units) if code]

    @property
    def speaker(self) -> str:
        """第一新闻发言人, by name."""
        found = first_spokespeople(self.home, self.stored.ticket, self.stored.places)
        return found[0].name if found else "政府主要负责人"


@dataclass(frozen=True, slots=True)
class Line:
    """`after` the beginning somebody of `role` (the `number`th such person) does `action`; the
    actions `open`, `assign`, `link`, `report` and `receipt` are staged by the rehearsal."""

    after: timedelta
    role: Role
    action: str
    data: Callable[[Scene], Data] = lambda _scene: {}
    number: int = 1
    unit: str | None = None


def accident(home: Jurisdiction, several: bool) -> tuple[Line, ...]:
    """A fire with people hurt, told by telephone before anything is on line: grade 3."""
    return (
        *_alarm(home),
        *_charge(),
        *_answer(home, several),
        *_afterwards(home),
    )


def silence(_home: Jurisdiction, _several: bool) -> tuple[Line, ...]:
    """The machine opens a ticket; it is assigned, late; after that nobody ever does anything."""
    return (Line(_at(45), Role.ANALYST, "assign"),)


# a jurisdiction, and whether several units will act, to what people do
SCENARIOS: Mapping[str, Callable[[Jurisdiction, bool], tuple[Line, ...]]] = {
    "accident": accident,
    "silence": silence,
}


def _at(minutes: float = 0, hours: float = 0) -> timedelta:
    return timedelta(minutes=minutes, hours=hours)


def _said(**data: Any) -> Callable[[Scene], Data]:
    return lambda _scene: data


def _alarm(home: Jurisdiction) -> tuple[Line, ...]:
    reports = (
        Line(_at(12 + number), Role.MONITOR, "report", _said(to=body.code))
        for number, body in enumerate(bodies(home))
    )
    return (
        Line(_at(0), Role.MONITOR, "open"),
        Line(
            _at(8), Role.ANALYST, "grade", _said(grade=3, emergency=True, reason="已与现场核实伤情")
        ),
        *reports,
    )


def _charge() -> tuple[Line, ...]:
    """Assigned; at first nobody looks, so that the chain is walked till somebody does."""
    return (
        Line(_at(20), Role.ANALYST, "assign"),
        Line(_at(70), Role.UNIT, "link"),
        Line(_at(74), Role.UNIT, "start"),
        Line(
            _at(80), Role.ANALYST, "consult", lambda s: _consulting(s, "现场处置与对外口径如何安排")
        ),
        Line(
            _at(90), Role.UNIT, "consult", _said(phase="opinion", text="明火已控制，先发简要情况")
        ),
        Line(_at(98), Role.LEADER, "consult", _said(phase="conclude", text="五小时内发布权威信息")),
        Line(_at(105), Role.UNIT, "verify", _said(text="三人受伤送医，无生命危险；起火原因在查")),
    )


def _answer(home: Jurisdiction, several: bool) -> tuple[Line, ...]:
    draft = "今日上午发生火情，明火已扑灭，受伤人员得到救治，起火原因正在调查。"
    approvals = [
        Line(
            _at(160 + 6 * place),
            one.role,
            "approve",
            _said(step=step.code if step else "审核"),
            int(one.login.rpartition("-")[2]),
            one.unit,
        )
        for place, (one, step) in enumerate(reviewers(home, several))
    ]
    return (
        Line(_at(150), Role.UNIT, "submit", _said(draft=draft)),
        *approvals,
        Line(_at(hours=4), Role.UNIT, "publish", lambda s: _published(s, 1)),
    )


def _afterwards(home: Jurisdiction) -> tuple[Line, ...]:
    receipts = (
        Line(_at(hours=13, minutes=number), Role.MONITOR, "receipt", _said(to=body.code))
        for number, body in enumerate(bodies(home))
    )
    return (
        Line(_at(hours=7.5), Role.UNIT, "press_conference", _conference),
        Line(_at(hours=8), Role.UNIT, "promise", _promised),
        Line(_at(hours=12), Role.UNIT, "publish", lambda s: _published(s, 2)),
        *receipts,
        Line(_at(hours=23), Role.UNIT, "publish", lambda s: _published(s, 3)),
        Line(_at(hours=24), Role.UNIT, "follow_up"),
        Line(_at(hours=34), Role.UNIT, "publish", lambda s: _published(s, 4)),
        Line(_at(hours=47), Role.UNIT, "publish", lambda s: _published(s, 5)),
        Line(_at(hours=48), Role.UNIT, "promise_kept", _said(promise="1", proof="调查报告全文")),
        Line(_at(hours=48.5), Role.UNIT, "promise_published", _report_published),
        Line(_at(hours=50), Role.ANALYST, "close", _said(proof="伤员出院，调查结论和整改已公开")),
        Line(_at(hours=51), Role.LEADER, "evaluate", _said(text="发布及时，签收偏慢，已提醒")),
    )


def _consulting(scene: Scene, question: str) -> Data:
    return {"phase": "open", "units": scene.units[:3], "text": question}


def _published(scene: Scene, number: int) -> Data:
    home = scene.home
    official = [one.name for one in home.channels if one.official] + [*home.official_channels]
    return {
        "published_at": (scene.now - timedelta(minutes=2)).isoformat(),
        "channel": official[0] if official else "政府网站",
        "official": True,
        "speaker": scene.speaker,
        "principal": True,
        "url": f"https://{home.code}.example/release/{number}",
    }


def _conference(scene: Scene) -> Data:
    held = (scene.now - timedelta(minutes=40)).isoformat()
    return {"held_at": held, "speaker": scene.speaker, "principal": True, "file": "发布会实录"}


def _promised(scene: Scene) -> Data:
    due = (scene.now + timedelta(hours=48)).isoformat()
    return {"promise": "1", "text": "公布事故调查报告", "due": due}


def _report_published(scene: Scene) -> Data:
    return {"promise": "1", "url": f"https://{scene.home.code}.example/report"}
