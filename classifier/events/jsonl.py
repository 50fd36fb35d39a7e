"""`yuqing cluster`: JSON lines of posts in, JSON lines {id, event} out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from classifier.events.candidates import Postings
from classifier.events.group import Rules
from classifier.events.sorter import Sorter, event_id_of
from classifier.events.standing import Marks
from classifier.events.traits import read
from classifier.events.words import Words
from yuqing.domain.errors import InvalidMessage
from yuqing.files.jsonl import OnBad, Row, ignore, read_rows, text_of

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
    on_bad: OnBad = ignore,
) -> Iterator[bytes]:
    """{"id", "event"} for each line of {id, title, body or text, at or time}, order kept.

    Posts are grouped from the oldest to the newest, whatever the order of the lines; `event` is
    the id of the founding post. A bad line raises InvalidMessage with its number; with
    `skip_bad` it is left out and given to `on_bad`. All lines are held in memory.
    """
    posts = list(read_rows(lines, _parse, skip_bad, on_bad))
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


def _parse(row: Row) -> Line:
    title, body = text_of(row, "title"), text_of(row, "body") or text_of(row, "text")
    if not title and not body:
        raise InvalidMessage("field body: give title, body or text")
    return Line(row["id"], title, body, _time(row))


def _time(row: Row) -> datetime:
    field = "at" if row.get("at") is not None else "time"
    value = row.get(field)
    if value is None:
        return _NO_TIME
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidMessage(f"field {field}: give an ISO 8601 time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
