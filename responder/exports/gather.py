"""All that the house has on one ticket, as JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, select

from responder import labels
from responder.audit import act_digest
from responder.clocks_jsonl import clocks_lines
from responder.conduct import conduct_of
from responder.copies import plain
from responder.lines.history import summary
from responder.lines.masking import masked
from responder.lines.names import unit_zh
from responder.origins import TITLES
from responder.records import record_of
from responder.schema import event_copies, event_posts, offers, outbox, people, ticket_events
from responder.stored import acts_of
from yuqing.domain.jurisdiction import Jurisdiction

Show = Callable[[Any], Any]


def as_it_is(value: Any) -> Any:
    """For an export that may show personal numbers."""
    return value


def gathered(
    connection: Connection,
    row: Row[Any],
    jurisdiction: Jurisdiction | None,
    now: datetime,
    show: Show = masked,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the whole record, the line of it that `yuqing clocks` recomputes) of the ticket `row`.

    The hashes are of what is kept, so where `show` masks they no longer fit what is shown.
    """
    line = record_of(connection, row, now, show)
    answer = orjson.loads(next(clocks_lines([orjson.dumps(line)], {})))
    known = connection.execute(select(people.c.login, people.c.name))
    names = {one.login: one.name for one in known}
    conduct = conduct_of(row, acts_of(connection, row.ticket_id), jurisdiction, names, now)
    whole = {
        "schema": 1,
        "ticket": show(_ticket(row, jurisdiction)),
        "clocks": answer.get("clocks", []),
        "history": [show(one) | _proof(one) for one in _history(connection, row, jurisdiction)],
        "conduct": show(plain(conduct)),
        "event": show(_event(connection, row)),
        "posts": [
            {"sha256": one.sha256, "copied_at": one.copied_at, "post": show(one.post)}
            | {"verdict": show(one.verdict)}
            for one in connection.execute(_of(event_posts, event_posts.c.event_id == row.event_id))
        ],
        "offers": [show(one) for one in _offers(connection, row)],
        "pushes": [show(one) for one in _pushes(connection, row)],
        "people": {login: names[login] for login in _logins(connection, row) if login in names},
    }
    return plain(whole), line


def _ticket(row: Row[Any], jurisdiction: Jurisdiction | None) -> dict[str, Any]:
    fields = (
        *("ticket_id", "jurisdiction", "event_id", "title", "topic", "disposition", "places"),
        *("state", "grade", "emergency", "unit", "co_units", "round", "version", "policy"),
        *("routing", "merged_into", "origin", "spokesperson", "first_posted_at"),
        *("discovered_at", "opened_at", "opened_by", "assigned_at", "changed_at"),
    )
    found = {name: getattr(row, name) for name in fields}
    chinese = {
        "jurisdiction_zh": jurisdiction.name if jurisdiction else row.jurisdiction,
        "topic_zh": labels.named(labels.TOPICS, row.topic),
        "disposition_zh": labels.named(labels.DISPOSITIONS, row.disposition),
        "state_zh": labels.named(labels.STATES, row.state),
        "grade_zh": labels.GRADES[row.grade],
        "unit_zh": unit_zh(jurisdiction, row.unit),
        "origin_zh": labels.named(TITLES, row.origin),
    }
    return dict(plain(found | chinese))


def _history(
    connection: Connection, row: Row[Any], jurisdiction: Jurisdiction | None
) -> Iterator[dict[str, Any]]:
    mine = ticket_events.c.ticket_id == row.ticket_id
    for one in connection.execute(_of(ticket_events, mine).order_by(ticket_events.c.position)):
        key = (row.ticket_id, one.position)
        yield {
            "position": one.position,
            "at": one.at,
            "who": one.who,
            "action": one.action,
            "action_zh": labels.named(labels.ACTIONS, one.action),
            "summary_zh": summary(one.action, one.data, jurisdiction),
            "data": one.data,
            "from": one.from_state,
            "to": one.to_state,
            "to_zh": labels.named(labels.STATES, one.to_state),
            "sha256": act_digest(*key, one.at, one.who, one.action, one.data),
        }


def _proof(one: Mapping[str, Any]) -> dict[str, Any]:
    # Masking takes a run of digits for a number; a hash and a moment are none.
    return {"sha256": one["sha256"], "at": one["at"]}


def _event(connection: Connection, row: Row[Any]) -> Any:
    mine = event_copies.c.event_id == row.event_id
    return connection.execute(select(event_copies.c.snapshot).where(mine)).scalar_one_or_none()


def _offers(connection: Connection, row: Row[Any]) -> Iterator[dict[str, Any]]:
    query = _of(offers, offers.c.ticket_id == row.ticket_id).order_by(offers.c.offer_id)
    for one in connection.execute(query):
        yield dict(plain(dict(one._mapping)))


def _pushes(connection: Connection, row: Row[Any]) -> Iterator[dict[str, Any]]:
    mine = (outbox.c.ticket_id == row.ticket_id) & (outbox.c.kind == "push")
    for one in connection.execute(_of(outbox, mine).order_by(outbox.c.outbox_id)):
        yield {
            "key": one.key,
            "purpose": one.purpose,
            "target": one.target,
            "recipient": one.payload.get("recipient", ""),
            "title": one.payload.get("title", ""),
            "body": one.payload.get("body", ""),
            "due_at": one.due_at.isoformat(),
            "state": one.state,
            "state_zh": labels.named(labels.PUSH_STATES, one.state),
            "attempts": one.attempts,
            "delivered_at": one.delivered_at.isoformat() if one.delivered_at else None,
            "error": one.error,
        }


def _logins(connection: Connection, row: Row[Any]) -> list[str]:
    mine = ticket_events.c.ticket_id == row.ticket_id
    query = select(ticket_events.c.who).where(mine).distinct().order_by(ticket_events.c.who)
    return list(connection.execute(query).scalars())


def _of(table: Any, where: Any) -> Select[Any]:
    return select(table).where(where)
