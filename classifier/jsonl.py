"""`yuqing classify`: JSON lines of posts in, JSON lines of verdicts out, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import orjson

from classifier.judge import Asked, Judge
from classifier.rumours import Signals, spread_seconds
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Evidence, Verdict
from yuqing.files.jsonl import OnBad, Row, ignore, read_rows, text_of

_VOICES = (
    (
        Owner.OFFICIAL,
        re.compile(
            "政府|人民法院|检察院|公安局|派出所|交警|消防|网警|街道办|管委会|委员会|(?:局|厅|委)(?:官网|官微|官方)|发布$|政务|gov"
        ),
    ),
    (
        Owner.MEDIA,
        re.compile("日报|晚报|早报|时报|都市报|商报|新华|人民网|央视|电视台|广播|新闻|通讯社|中新"),
    ),
)


WINDOW = 256  # posts judged together; what is held in memory at once


def classify_lines(
    lines: Iterable[bytes],
    judge: Judge,
    skip_bad: bool = False,
    on_bad: OnBad = ignore,
) -> Iterator[bytes]:
    """A verdict for each line of {id, text} or {id, title, body}, order kept, memory flat.

    Spans of the evidence are [from, to) in characters of `text`, or of title, line break, body.
    A bad line raises InvalidMessage with its number, after the verdicts on the lines before it;
    with `skip_bad` it is left out and given to `on_bad`. Blank lines are passed over.
    """
    for window in _windows(read_rows(lines, _parse, skip_bad, on_bad)):
        for verdict in judge.judge_all(window):
            yield orjson.dumps(as_row(verdict)) + b"\n"


def seven_lines(
    lines: Iterable[bytes], judge: Judge, skip_bad: bool = False, on_bad: OnBad = ignore
) -> Iterator[bytes]:
    """For each line {id, topic}, the topic by name one of the seven of citizen messages."""
    for asked in read_rows(lines, _parse, skip_bad, on_bad):
        yield orjson.dumps({"id": asked.post_id, "topic": judge.seven(asked.text)}) + b"\n"


def _windows(asked: Iterator[Asked]) -> Iterator[list[Asked]]:
    """Up to WINDOW at a time; what came before an error is handed on before it is raised."""
    window: list[Asked] = []
    try:
        for one in asked:
            window.append(one)
            if len(window) == WINDOW:
                yield window
                window = []
    except InvalidMessage:
        yield window
        raise
    yield window


def as_row(verdict: Verdict) -> dict[str, object]:
    """`verdict` as the command prints it."""
    return {
        "id": verdict.post_id,
        "relevant": verdict.relevant,
        "topic": verdict.topic,
        "also": list(verdict.also),
        "severity": int(verdict.severity),
        "emergency": verdict.emergency,
        "disposition": verdict.disposition,
        "rumour_risk": verdict.rumour_risk,
        "confidence": verdict.confidence,
        "evidence": [_shown(evidence) for evidence in verdict.evidence],
        "places": list(verdict.places),
        "unit_kind_guess": verdict.unit_kind_guess,
        "watch_kinds": list(verdict.watch_kinds),
    }


def _shown(evidence: Evidence) -> dict[str, object]:
    return {
        "what": evidence.what,
        "span": [evidence.start, evidence.end],
        "text": evidence.text,
        "rule": evidence.rule,
    }


def _parse(row: Row) -> Asked:
    text = text_of(row, "text")
    if not text.strip():
        parts = (text_of(row, "title"), text_of(row, "body"))
        text = "\n".join(part for part in parts if part)
    if not text.strip():
        raise InvalidMessage("field text: give text, or title and body")
    published_at = _time(row.get("published_at"))
    owner = owner_of(text_of(row, "source"))
    return Asked(row["id"], text, published_at, owner, signals=_signals(row))


def owner_of(source: str) -> Owner:
    """Whose voice a source is: the codes official, media and citizen, else by its name."""
    if source in tuple(Owner):
        return Owner(source)
    for owner, names in _VOICES:
        if names.search(source):
            return owner
    return Owner.CITIZEN


def _signals(row: Row) -> Signals:
    spread = spread_seconds(row.get("repost_seconds"))
    return Signals(_count(row, "followers"), _count(row, "reposts"), spread)


def _count(row: Row, field: str) -> int | None:
    value = row.get(field)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise InvalidMessage(f"field {field}: give a count, or leave it out")
    return int(value)


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidMessage("field published_at: give an ISO 8601 time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
