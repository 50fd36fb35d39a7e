"""`yuqing clocks`: recompute any exported record without the service, for an inspection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from responder.act import Act
from responder.clocks import Reading, read_clocks
from responder.explain import explain_clocks
from responder.fields import Data, located, moment, word
from responder.policy import policy_from_data
from responder.transitions import TABLE, Action, State
from yuqing.domain.errors import InvalidMessage, NotAllowed
from yuqing.domain.jurisdiction import Policy
from yuqing.files.jsonl import OnBad, ignore, read_rows

_BEFORE_OPENING = "–"


def clocks_lines(
    lines: Iterable[bytes],
    policies: Mapping[str, Policy],
    skip_bad: bool = False,
    on_bad: OnBad = ignore,
    explain_in: ZoneInfo | None = None,
) -> Iterator[bytes]:
    """{"id", "state", "clocks"} or {"id", "error"} for each record, order kept.

    In: {id, policy (an exported policy, or a name in `policies`), now, events [{at, who, action,
    data, from?, to?}]}; every time ISO 8601 with an offset. Out: times in UTC with +00:00, exact to
    the microsecond; `seq` only for numbered clocks. A line that is no JSON object with an id raises
    InvalidMessage with its number; with `skip_bad` it is left out and given to `on_bad`. A record
    that is wrong in itself is answered with an error. Blank lines are passed over. With
    `explain_in` each clock carries `explained` too: sentences in Chinese, times of that zone.
    """
    for record in read_rows(lines, lambda row: row, skip_bad, on_bad):
        yield orjson.dumps(_answer(record, policies, explain_in)) + b"\n"


def _answer(
    record: dict[str, Any], policies: Mapping[str, Policy], zone: ZoneInfo | None
) -> dict[str, object]:
    try:
        policy = _policy(record.get("policy"), policies)
        now, events = moment(record, "now"), _events(record)
        acts = [_act(position, event) for position, event in enumerate(events)]
        clocks = _told(acts, policy, now, zone)
        state = _verified(acts, events)
    except (InvalidMessage, NotAllowed) as error:
        return {"id": record["id"], "error": str(error)}
    return {"id": record["id"], "state": state, "clocks": clocks}


def _told(
    acts: Sequence[Act], policy: Policy, now: datetime, zone: ZoneInfo | None
) -> list[dict[str, object]]:
    if zone is None:
        return [_clock(reading) for reading in read_clocks(acts, policy, now)]
    return [
        _clock(one.reading) | {"explained": one.sentences}
        for one in explain_clocks(acts, policy, now, zone)
    ]


def _policy(given: object, policies: Mapping[str, Policy]) -> Policy:
    if not isinstance(given, str):
        return policy_from_data(given)
    if given not in policies:
        raise InvalidMessage(f"no policy {given!r}; known are {', '.join(sorted(policies))}")
    return policies[given]


def _events(record: Data) -> list[dict[str, Any]]:
    events = record.get("events")
    if not isinstance(events, list):
        raise InvalidMessage("events must be a list")
    for position, event in enumerate(events):
        if not isinstance(event, dict):
            raise InvalidMessage(f"event {position} must be an object")
    return events


def _act(position: int, event: Data) -> Act:
    with located(position, str(event.get("action"))):
        data = event.get("data")
        if data is not None and not isinstance(data, dict):
            raise InvalidMessage("data must be an object")
        return Act(moment(event, "at"), word(event, "who"), word(event, "action"), data or {})


def _verified(acts: Sequence[Act], events: Sequence[Data]) -> State | None:
    """The last state, when every `from` and `to` that is given is what the table says."""
    state: State | None = None
    for position, (act, event) in enumerate(zip(acts, events, strict=True)):
        after = TABLE[state, Action(act.action)]
        for key, truth in (("from", state or _BEFORE_OPENING), ("to", after)):
            given = event.get(key)
            nothing = state is None and key == "from" and given in ("", "-", "—")
            if given is not None and given != truth and not nothing:
                raise InvalidMessage(
                    f"event {position} ({act.action}): {key} is {given!r}, should be {truth}"
                )
        state = after
    return state


def _clock(reading: Reading) -> dict[str, object]:
    clock: dict[str, object] = {"name": reading.name, "round": reading.round}
    if reading.seq is not None:
        clock["seq"] = reading.seq
    return clock | {
        "start": _text(reading.start),
        "due": _text(reading.due),
        "stopped_at": _text(reading.stopped_at),
        "status": reading.status,
        "late_seconds": reading.late_seconds,
    }


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
