"""What a drill leaves: the ticket's whole record, its clocks and every push, to compare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from responder import labels
from responder.clocks import Reading, read_clocks
from responder.lines.history import summary
from responder.records import record_of
from responder.schema import outbox, tickets
from responder.transitions import Action
from stream.sql import reading
from yuqing.app.drill.rehearsal import Rehearsal


def record(played: Rehearsal, ticket_id: str) -> dict[str, Any]:
    """The whole record as JSON values; the same drill gives the same one, however often cut off."""
    stored, acts = played.store.history(ticket_id)
    now = played.clock.now()
    with reading(played.store.engine).begin() as connection:
        row = connection.execute(select(tickets).where(tickets.c.ticket_id == ticket_id)).one()
        history = record_of(connection, row, now)
        query = select(outbox).where(outbox.c.kind == "push", outbox.c.ticket_id == ticket_id)
        pushes = [_push(one) for one in connection.execute(query)]
    clocks = [_clock(one) for one in read_clocks(acts, stored.policy, now)]
    pushes.sort(key=lambda push: (push["due_at"], push["key"]))
    return {
        "scenario": played.scenario,
        "jurisdiction": played.home.code,
        "started_at": played.start.isoformat(),
        "ended_at": now.isoformat(),
        "state": stored.ticket.state.value,
        "ticket": history,
        "clocks": clocks,
        "pushes": pushes,
        "summary": _summary(played.start, history["events"], clocks, pushes),
    }


def timeline(played: Rehearsal, record: dict[str, Any]) -> Iterator[str]:
    """The record for people: one line an act or push, in the order of time."""
    zone = ZoneInfo(played.home.zone)
    told = [(one["at"], 0, _told(one, played)) for one in record["ticket"]["events"]]
    told += [(p["sent_at"], 1, _pushed(p)) for p in record["pushes"] if p["sent_at"]]
    for at, _order, words in sorted(told, key=lambda one: one[:2]):
        yield f"{datetime.fromisoformat(at).astimezone(zone):%m-%d %H:%M:%S}  {words}"
    for clock in record["clocks"]:
        yield f"时限“{clock['title']}”：{labels.named(labels.STATUSES, clock['status'])}"


def _told(event: dict[str, Any], played: Rehearsal) -> str:
    said = summary(event["action"], event["data"], played.home)
    return f"{_who(event['who'])}  {said or labels.named(labels.ACTIONS, event['action'])}"


def _who(name: str) -> str:
    role = name.removeprefix("drill-").rpartition("-")[0]
    return labels.ROLES.get(role) or labels.who(name)


def _pushed(push: dict[str, Any]) -> str:
    return f"  → 推送 {push['to']}：{push['title']}"


def _push(row: Row[Any]) -> dict[str, Any]:
    return {
        "key": row.key,
        "purpose": row.purpose,
        "audience": row.target,
        "to": row.payload["recipient"],
        "title": row.payload["title"],
        "due_at": row.due_at.isoformat(),
        "state": row.state,
        "via": row.via,
        "attempts": row.attempts,
        "sent_at": row.delivered_at and row.delivered_at.isoformat(),
        "acknowledged_at": row.acknowledged_at and row.acknowledged_at.isoformat(),
    }


def _clock(one: Reading) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "round": one.round,
        "seq": one.seq,
        "start": one.start.isoformat(),
        "due": one.due.isoformat(),
        "stopped_at": one.stopped_at and one.stopped_at.isoformat(),
        "status": one.status.value,
        "late_seconds": one.late_seconds,
        "national": one.national,
    }


def _summary(
    start: datetime,
    events: list[dict[str, Any]],
    clocks: list[dict[str, Any]],
    pushes: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "pushes": len(pushes),
        "pushes_sent": sum(push["state"] == "sent" for push in pushes),
        "escalations": sum(event["action"] == Action.ESCALATE for event in events),
        "refused": sum("未被接受" in str(event["data"].get("text", "")) for event in events),
        "minutes_to_acknowledgement": _minutes(start, events, Action.ACKNOWLEDGE),
        "minutes_to_publication": _minutes(start, events, Action.PUBLISH),
        "minutes_to_conference": _minutes(start, events, Action.PRESS_CONFERENCE),
        "minutes_to_closing": _minutes(start, events, Action.CLOSE),
        "clocks_met": sum(clock["status"] == "met" for clock in clocks),
        "clocks_breached": sum(clock["status"] == "breached" for clock in clocks),
    }


def _minutes(start: datetime, events: list[dict[str, Any]], action: Action) -> int | None:
    first = next((event["at"] for event in events if event["action"] == action), None)
    return int((datetime.fromisoformat(first) - start).total_seconds()) // 60 if first else None
