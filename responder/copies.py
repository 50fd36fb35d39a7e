"""Copies of what a ticket rests on: its event and every post of it, with hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select, update

from responder.rows import insert_new
from responder.schema import event_copies, event_posts
from stream.messages import EventChanged, Relevant
from yuqing.domain.event import Event
from yuqing.domain.post import Post
from yuqing.domain.verdict import Verdict


def plain(value: Any) -> Any:
    """`value` (words of the domain, times) as JSON values, times as ISO 8601 in UTC."""
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_UTC_Z))


def digest(value: Any) -> str:
    """SHA-256, hex, over the canonical JSON (sorted keys, UTF-8) of `value`."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
    return hashlib.sha256(orjson.dumps(value, option=options)).hexdigest()


def post_of(data: Any) -> Post:
    """The post that `plain` made `data` of."""
    return _posts().validate_python(data)


def verdict_of(data: Any) -> Verdict:
    """The verdict that `plain` made `data` of."""
    return _verdicts().validate_python(data)


def event_of(data: Any) -> Event:
    """The event that `plain` made `data` of."""
    return _events().validate_python(data)


def put_event(connection: Connection, event: Event) -> None:
    """Keep `event` if it is newer than the copy."""
    row = _event_row(event)
    if insert_new(connection, event_copies, [row]) == 0:
        connection.execute(
            update(event_copies)
            .where(event_copies.c.event_id == event.event_id)
            .where(event_copies.c.version < event.version)
            .values(row)
        )


def put_posts(
    connection: Connection, event_id: str, added: Sequence[Relevant], now: datetime
) -> None:
    """Keep those posts of the event that are not yet copied."""
    insert_new(connection, event_posts, [_post_row(event_id, one, now) for one in added])


def leave_others(connection: Connection, event_id: str, change: EventChanged) -> None:
    """What a person put into the event is in no other of the jurisdiction any more."""
    home = select(event_copies.c.event_id).where(
        event_copies.c.jurisdiction == change.event.jurisdiction
    )
    moved = [one.post.post_id for one in change.added]
    connection.execute(
        delete(event_posts).where(
            event_posts.c.post_id.in_(moved),
            event_posts.c.event_id != event_id,
            event_posts.c.event_id.in_(home),
        )
    )


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "jurisdiction": event.jurisdiction,
        "version": event.version,
        "title": event.title,
        "topic": event.topic.value,
        "severity": int(event.severity),
        "posts": len(event.post_ids),
        "first_posted_at": event.first_posted_at,
        "last_posted_at": event.last_posted_at,
        "snapshot": plain(event),
    }


def _post_row(event_id: str, relevant: Relevant, now: datetime) -> dict[str, Any]:
    post = plain(relevant.post)
    return {
        "event_id": event_id,
        "post_id": relevant.post.post_id,
        "post": post,
        "verdict": plain(relevant.verdict),
        "sha256": digest(post),
        "copied_at": now,
    }


@lru_cache(maxsize=1)
def _posts() -> TypeAdapter[Post]:
    return TypeAdapter(Post)


@lru_cache(maxsize=1)
def _verdicts() -> TypeAdapter[Verdict]:
    return TypeAdapter(Verdict)


@lru_cache(maxsize=1)
def _events() -> TypeAdapter[Event]:
    return TypeAdapter(Event)
