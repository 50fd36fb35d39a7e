"""From rows to what is shown: Chinese names, clocks as of now, personal numbers masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from responder import labels
from responder.answers import Offer
from responder.consultation import Consultation
from responder.copies import event_of, post_of, verdict_of
from responder.corrections import Correction
from responder.explanation import shown
from responder.progress import PROGRESS
from responder.readmodels.conduct import ConsultationView
from responder.readmodels.events import EventLine, PostLine
from responder.readmodels.offers import OfferLine
from responder.readmodels.pushes import NoticeLine, PushLine
from responder.readmodels.tickets import ClockView, HistoryLine, TicketLine
from responder.readmodels.watching import HitLine
from responder.reporting import bodies
from yuqing.domain.decision import confirmed
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import clean, discreet

Jurisdictions = Mapping[str, Jurisdiction]


def unit_zh(jurisdiction: Jurisdiction | None, code: str | None) -> str:
    """The unit's name; the code itself when it is no longer configured."""
    unit = jurisdiction.unit(code) if jurisdiction and code else None
    return unit.name if unit else code or ""


def clock_view(row: Row[Any], basis: str, now: datetime) -> ClockView:
    """A materialised clock as of `now`, which may be later than it was read."""
    status, late = row.status, row.late_seconds
    if row.stopped_at is None and status in ("running", "breached"):
        late = max(int((now - row.due).total_seconds()), 0)
        status = "breached" if now > row.due else "running"
    return ClockView(
        name=row.name,
        title=row.title,
        round=row.round,
        seq=row.seq or None,
        start=row.start,
        due=row.due,
        stopped_at=row.stopped_at,
        status=status,
        status_zh=labels.named(labels.STATUSES, status),
        late_seconds=late,
        national=row.national,
        basis=basis,
    )


def clock_views(policy: Any, rows: Sequence[Row[Any]], now: datetime) -> tuple[ClockView, ...]:
    """All clocks of one ticket, by round, due time and number."""
    basis = {rule["name"]: rule.get("basis", "") for rule in policy["clocks"]}
    views = (clock_view(row, basis.get(row.name, ""), now) for row in rows)
    return tuple(sorted(views, key=lambda v: (v.round, v.due, v.name, v.seq or 0)))


def ticket_line(
    row: Row[Any], clocks: tuple[ClockView, ...], jurisdictions: Jurisdictions
) -> TicketLine:
    """One ticket in a list; only the clocks of its present round are on it."""
    present = tuple(clock for clock in clocks if clock.round == row.round)
    running = [clock.due for clock in present if clock.status == "running"]
    return TicketLine(
        ticket_id=row.ticket_id,
        jurisdiction=row.jurisdiction,
        event_id=row.event_id,
        title=discreet(row.title),
        topic=row.topic,
        topic_zh=labels.named(labels.TOPICS, row.topic),
        state=row.state,
        state_zh=labels.named(labels.STATES, row.state),
        open=row.open,
        grade=row.grade,
        grade_zh=labels.GRADES[row.grade],
        emergency=row.emergency,
        unit=row.unit,
        unit_zh=unit_zh(jurisdictions.get(row.jurisdiction), row.unit),
        version=row.version,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        due_at=min(running, default=None),
        clocks=present,
        breached=sum(clock.status == "breached" for clock in present),
    )


def event_line(snapshot: Any, ticket_id: str | None) -> EventLine:
    """One event from its copy."""
    event = event_of(snapshot)
    return EventLine(
        event_id=event.event_id,
        jurisdiction=event.jurisdiction,
        version=event.version,
        title=discreet(event.title),
        topic=event.topic.value,
        topic_zh=labels.named(labels.TOPICS, event.topic),
        severity=int(event.severity),
        severity_zh=labels.GRADES[event.severity],
        emergency=event.emergency,
        emergency_zh=labels.named(labels.EMERGENCIES, event.emergency),
        disposition_zh=labels.named(labels.DISPOSITIONS, event.disposition),
        rumour_risk=event.rumour_risk,
        places=shown_places(event.places),
        posts=len(event.post_ids),
        first_posted_at=event.first_posted_at,
        first_seen_at=event.first_seen_at,
        last_posted_at=event.last_posted_at,
        heat=event.heat,
        ticket_id=ticket_id,
    )


def post_line(row: Row[Any], said: Correction | None = None) -> PostLine:
    """One copied post, and what people `said` of it since."""
    post, verdict = post_of(row.post), verdict_of(row.verdict)
    if said is not None:
        verdict = confirmed(verdict, said.after, said.who, said.at)
    told = shown(post, verdict.evidence)
    return PostLine(
        post_id=post.post_id,
        source=post.source,
        owner=post.owner,
        title=told.text[: told.title],
        body=told.text[told.body :],
        url=post.url,
        author=discreet(post.author),
        published_at=post.published_at,
        seen_at=post.seen_at,
        topic_zh=labels.named(labels.TOPICS, verdict.topic),
        severity=int(verdict.severity),
        severity_zh=labels.GRADES[verdict.severity],
        sha256=row.sha256,
        relevant=verdict.relevant,
        spans=told.spans,
        confirmed_by=verdict.confirmed_by or "",
    )


def offer_line(offer: Offer, ticket_title: str) -> OfferLine:
    """One offer, for whoever decides on it."""
    post = offer.post
    return OfferLine(
        offer_id=offer.offer_id,
        ticket_id=offer.ticket_id,
        ticket_title=discreet(ticket_title),
        kind=offer.kind,
        score=offer.score,
        reasons=offer.reasons,
        post_id=post.post_id,
        source=post.source,
        title=discreet(post.title),
        body=discreet(post.body),
        url=post.url,
        author=discreet(post.author),
        published_at=post.first_known_at,
        state=offer.state,
        offered_at=offer.offered_at,
        decided_by=offer.decided_by,
        decided_at=offer.decided_at,
    )


def push_line(
    row: Row[Any], jurisdiction: Jurisdiction | None, names: Mapping[str, str] | None = None
) -> PushLine:
    """One push and its delivery; `names` maps logins to the names of people."""
    recipient = str(row.payload.get("recipient", ""))
    return PushLine(
        push_id=row.outbox_id,
        purpose=row.purpose,
        target=row.target,
        target_zh=discreet(_told(row.target, recipient, jurisdiction, names or {})),
        title=discreet(row.payload["title"]),
        due_at=row.due_at,
        state=row.state,
        state_zh=labels.named(labels.PUSH_STATES, row.state),
        attempts=row.attempts,
        delivered_at=row.delivered_at,
        error=row.error,
        via=row.via or "",
        purpose_zh=labels.named(labels.PUSH_PURPOSES, row.purpose),
        next_try_at=row.lease_until if row.state == "pending" and row.attempts else None,
        acknowledged_at=row.acknowledged_at,
    )


def _told(
    target: str, recipient: str, jurisdiction: Jurisdiction | None, names: Mapping[str, str]
) -> str:
    """To whom a push goes: the unit and its contact, all of a role, or one person."""
    kind, _, name = target.partition(":")
    if kind == "person":
        return names.get(name) or (recipient if recipient != name else "") or name
    whole = (
        unit_zh(jurisdiction, name) if kind == "unit" else f"全体{labels.named(labels.ROLES, name)}"
    )
    return f"{whole} {recipient}".strip()


def hit_line(row: Row[Any]) -> HitLine:
    """One hit of a watchlist."""
    return HitLine(
        watchlist_id=row.watchlist_id,
        post_id=row.post_id,
        title=discreet(row.title),
        url=row.url,
        source=row.source,
        severity=row.severity,
        severity_zh=labels.GRADES[row.severity],
        published_at=row.published_at,
        at=row.at,
    )


def notice_line(row: Row[Any]) -> NoticeLine:
    """One notice of a person; the row carries `read_at`."""
    return NoticeLine(
        row.notice_id,
        discreet(row.title),
        discreet(row.body),
        row.link,
        row.ticket_id,
        row.at,
        row.read_at is not None,
    )


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


def consultation_view(one: Consultation, jurisdiction: Jurisdiction | None) -> ConsultationView:
    """One round of 会商 as shown."""
    return ConsultationView(
        number=one.number,
        opened_at=one.opened_at,
        question=discreet(one.question),
        units_zh=tuple(unit_zh(jurisdiction, code) for code in one.units),
        opinions=tuple((unit_zh(jurisdiction, o.unit), discreet(o.text)) for o in one.opinions),
        concluded_at=one.concluded_at,
        conclusion=discreet(one.conclusion),
        absent_zh=tuple(unit_zh(jurisdiction, code) for code in one.silent),
        units=one.units,
    )


def shown_places(places: Sequence[str]) -> tuple[str, ...]:
    """Names of places as people may see them: what a person typed may be anything."""
    return tuple(discreet(place) for place in places)


def masked(value: Any) -> Any:
    """JSON values with personal numbers masked in every text; what hides none stays as it is to
    the letter, for its hash must still fit."""
    if isinstance(value, str):
        told = discreet(value)
        return value if told == clean(value) else told
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list) else value


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
    said = discreet("，".join(part for part in parts if part))
    return f"{labels.named(labels.ACTIONS, action)}：{said[:200]}" if said else ""


def _to_zh(jurisdiction: Jurisdiction | None, to: str) -> str:
    """Whom a report went to by its code; whom an answer went to, as it was written."""
    told = bodies(jurisdiction) if jurisdiction else ()
    return next((body.name for body in told if body.code == to), to)


def _step_zh(jurisdiction: Jurisdiction | None, code: str) -> str:
    steps = jurisdiction.review if jurisdiction else ()
    return next((step.name for step in steps if step.code == code), code)
