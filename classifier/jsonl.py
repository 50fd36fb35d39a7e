"""`yuqing classify`: JSON lines of posts in, JSON lines of verdicts out, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from classifier.judge import Judge
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.verdict import Evidence, Verdict


@dataclass(frozen=True, slots=True)
class Line:
    """One line read; `text` is title and body together, the text that spans point into."""

    id: str
    text: str
    published_at: datetime | None


def classify_lines(
    lines: Iterable[bytes],
    judge: Judge,
    skip_bad: bool = False,
    on_bad: Callable[[InvalidMessage], None] = lambda _error: None,
) -> Iterator[bytes]:
    """A verdict for each line of {id, text} or {id, title, body}, order kept, memory flat.

    Spans of the evidence are [from, to) in characters of `text`, or of title, line break, body.
    A bad line raises InvalidMessage with its number; with `skip_bad` it is left out and given to
    `on_bad`. Blank lines are passed over.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            post = _parse(line)
        except InvalidMessage as error:
            named = InvalidMessage(f"line {number}: {error}")
            if not skip_bad:
                raise named from error
            on_bad(named)
            continue
        verdict = judge.judge(post.id, post.text, published_at=post.published_at)
        yield orjson.dumps(as_row(verdict)) + b"\n"


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
    }


def _shown(evidence: Evidence) -> dict[str, object]:
    return {
        "what": evidence.what,
        "span": [evidence.start, evidence.end],
        "text": evidence.text,
        "rule": evidence.rule,
    }


def _parse(line: bytes) -> Line:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidMessage(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InvalidMessage("not a JSON object")
    if not isinstance(row.get("id"), str) or not row["id"]:
        raise InvalidMessage("field id: give a string that is not empty")
    text = _string(row, "text")
    if not text.strip():
        parts = (_string(row, "title"), _string(row, "body"))
        text = "\n".join(part for part in parts if part)
    if not text.strip():
        raise InvalidMessage("field text: give text, or title and body")
    return Line(row["id"], text, _time(row.get("published_at")))


def _string(row: dict[str, Any], field: str) -> str:
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        raise InvalidMessage(f"field {field}: give a string")
    return value or ""


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidMessage("field published_at: give an ISO 8601 time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
