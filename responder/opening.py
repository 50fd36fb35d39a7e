"""How a case begins: from an event by the machine, or by hand for what is not online."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from responder.act import Act
from responder.announce import announcer
from responder.changes import Opening
from responder.filled import text_of
from responder.labels import MACHINE
from responder.origins import Origin
from responder.people import Person
from responder.routing import Routed, Wording, route
from responder.waits import waits_in
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.event import Event
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.verdict import Disposition, Severity, Topic

CONFIRMED_BY_HUMAN = Severity.MAJOR
"""From this grade on a human confirms before a unit is charged; pushes go out at once anyway."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case opened by hand: a call, a paper, an emergency that is not yet online."""

    jurisdiction: str
    title: str
    text: str
    topic: str
    grade: int
    emergency: bool
    places: tuple[str, ...] = ()
    first_posted_at: datetime | None = None
    discovered_at: datetime | None = None
    event_id: str | None = None
    origin: Origin = Origin.OTHER
    reference: str | None = None


def of_event(
    event: Event, jurisdiction: Jurisdiction, now: datetime, unit_kind: str | None = None
) -> Opening:
    """The case that the machine opens for an event, and charges at once with a grade below 重大.

    `unit_kind` is the kind of unit that the judge guessed from the posts.
    """
    wording = Wording(event.title, unit_kind)
    routed = route(jurisdiction, event.topic, event.places, event.severity, wording)
    data: dict[str, object] = {
        "event": event.event_id,
        "first_posted_at": event.first_posted_at.isoformat(),
        "discovered_at": event.first_seen_at.isoformat(),
        "grade": int(event.severity),
        "emergency": event.emergency is not None,
        "title": event.title,
    }
    at = max(now, event.first_seen_at)
    return Opening(
        jurisdiction=jurisdiction.code,
        zone=jurisdiction.zone,
        title=event.title,
        topic=event.topic.value,
        disposition=event.disposition.value,
        places=event.places,
        policy=jurisdiction.policy,
        routing=routed.reasons,
        act=Act(at, MACHINE, "open", data),
        event_id=event.event_id,
        follow=(_assign(routed, at),) if _certain(event, jurisdiction) else (),
        announce=announcer(jurisdiction),
        waits=waits_in(jurisdiction),
    )


def by_hand(case: NewCase, person: Person, jurisdiction: Jurisdiction, now: datetime) -> Opening:
    """The case that `person` opens. Raises InvalidMessage naming the field."""
    title, text = text_of("title", case.title, 200), text_of("text", case.text)
    topic = _topic(case.topic)
    discovered = case.discovered_at or now
    if not 1 <= case.grade <= 4:
        raise InvalidMessage("grade: 等级须为 1 至 4")
    if max(discovered, case.first_posted_at or discovered) > now:
        raise InvalidMessage("discovered_at: 首发和发现时间不能晚于现在")
    data: dict[str, object] = {
        "discovered_at": discovered.isoformat(),
        "grade": case.grade,
        "emergency": case.emergency,
        "title": title,
        "text": text,
    }
    if case.first_posted_at is not None:
        data["first_posted_at"] = case.first_posted_at.isoformat()
    if case.event_id is not None:
        data["event"] = case.event_id
    data |= _whence(case)
    places = tuple(text_of("places", place, 100) for place in case.places)
    return Opening(
        jurisdiction=jurisdiction.code,
        zone=jurisdiction.zone,
        title=title,
        topic=topic.value,
        disposition=Disposition.NONE.value,
        places=places,
        policy=jurisdiction.policy,
        routing=route(
            jurisdiction, topic, places, Severity(case.grade), Wording(f"{title}\n{text}")
        ).reasons,
        act=Act(now, person.login, "open", data),
        event_id=case.event_id,
        origin=case.origin.value,
        announce=announcer(jurisdiction),
        waits=waits_in(jurisdiction),
    )


def _whence(case: NewCase) -> dict[str, object]:
    if case.origin is Origin.CYBERSPACE and not case.reference:
        raise InvalidMessage("reference: 请填写网信部门通报的文号或编号")
    if case.origin is Origin.OFFLINE and case.event_id is not None:
        raise InvalidMessage("origin: 已有舆情事件的不是尚未上网的情况")
    found: dict[str, object] = {"origin": case.origin.value}
    if case.reference:
        found["reference"] = text_of("reference", case.reference, 200)
    return found


def _certain(event: Event, jurisdiction: Jurisdiction) -> bool:
    """Grades 重大 and 特别重大 wait for a human, and so does a topic that no unit is named for."""
    named = jurisdiction.unit(dict(jurisdiction.routes).get(event.topic, ""))
    return event.severity < CONFIRMED_BY_HUMAN and named is not None


def _assign(routed: Routed, at: datetime) -> Act:
    data = {
        "unit": routed.unit,
        "co_units": list(routed.co_units),
        "reason": "；".join(routed.reasons),
    }
    return Act(at, MACHINE, "assign", data)


def _topic(code: str) -> Topic:
    try:
        return Topic(code)
    except ValueError as error:
        raise InvalidMessage(f"topic: 没有主题 {code}") from error
