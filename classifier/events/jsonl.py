"""`yuqing cluster`: JSON lines of posts in, JSON lines {id, event} out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from classifier.events.candidates import Postings
from classifier.events.group import Rules
from classifier.events.sorter import Sorter, event_id_of
from classifier.events.standing import Marks
from classifier.events.traits import read
from classifier.events.words import Words
from yuqing.domain.errors import InvalidMessage

_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One line read; without a time a post counts as the oldest, in the order of the lines."""

    id: str
    title: str
    body: str
    at: datetime


def cluster_lines(
    lines: Iterable[bytes],
    skip_bad: bool = False,
    rules: Rules | None = None,
    on_bad: Callable[[InvalidMessage], None] = lambda _error: None,
) -> Iterator[bytes]:
    """{"id", "event"} for each line of {id, title, body or text, at or time}, order kept.

    Posts are grouped from the oldest to the newest, whatever the order of the lines; `event` is
    the id of the founding post. A bad line raises InvalidMessage with its number; with
    `skip_bad` it is left out and given to `on_bad`. All lines are held in memory.
    """
    posts = list(_read(lines, skip_bad, on_bad))
    events = group(posts, rules or Rules())
    for post in posts:
        yield orjson.dumps({"id": post.id, "event": events[post.id]}) + b"\n"


def group(posts: Iterable[Line], rules: Rules) -> dict[str, str]:
    """Post id to the id of its event's founding post."""
    words, sorter = Words(), Sorter(rules, Postings())
    placed: dict[str, str] = {}
    founders: dict[str, str] = {}
    for post in sorted(posts, key=lambda p: p.at):
        if post.id in placed:
            continue
        traits = read(post.title, post.body, (), words)
        founding = event_id_of("", post.id)
        event = sorter.place(traits, Marks(), int(post.at.timestamp()), founding)
        founders[founding] = post.id
        placed[post.id] = event
    return {post_id: founders[_left_of(event, sorter)] for post_id, event in placed.items()}


def _left_of(event: str, sorter: Sorter) -> str:
    while event in sorter.merged:
        event = sorter.merged[event]
    return event


def _read(
    lines: Iterable[bytes], skip_bad: bool, on_bad: Callable[[InvalidMessage], None]
) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _parse(line)
        except InvalidMessage as error:
            named = InvalidMessage(f"line {number}: {error}")
            if not skip_bad:
                raise named from error
            on_bad(named)


def _parse(line: bytes) -> Line:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidMessage(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InvalidMessage("not a JSON object")
    if not isinstance(row.get("id"), str) or not row["id"]:
        raise InvalidMessage("field id: give a string that is not empty")
    title, body = _text(row, "title"), _text(row, "body") or _text(row, "text")
    if not title and not body:
        raise InvalidMessage("field body: give title, body or text")
    return Line(row["id"], title, body, _time(row))


def _text(row: dict[str, Any], field: str) -> str:
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        raise InvalidMessage(f"field {field}: give a string")
    return value or ""


def _time(row: dict[str, Any]) -> datetime:
    field = "at" if row.get("at") is not None else "time"
    value = row.get(field)
    if value is None:
        return _NO_TIME
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidMessage(f"field {field}: give an ISO 8601 time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
