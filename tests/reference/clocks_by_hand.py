"""The clock rules once more, event by event and without any cleverness.

It shares nothing with the engine, not even its words: a history is a list of dicts
{"at": minute, "who": str, "do": action, ...data}, every time a whole number of minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Happening = dict[str, Any]
History = list[Happening]

OPEN = frozenset(
    {
        *("triage", "assigned", "acknowledged", "handling", "in_review", "responded"),
        *("following_up", "returned"),
    }
)
ANY_OPEN = frozenset(
    {
        *("grade", "publish", "press_conference", "answer", "absorb", "extend", "waive", "strike"),
        *("promise", "promise_kept", "promise_published", "promise_waived", "verify", "consult"),
        *("report_up", "notify", "hand_over", "delegate", "escalate", "request_extension"),
    }
)


@dataclass(frozen=True)
class Rule:
    """`kind`: once, assignment or cadence; `stop` names a test of `STOPS`."""

    name: str
    minutes: int
    start: str
    stop: str
    asks: Callable[[int, bool], bool]
    kind: str = "once"
    origin: str | None = None


def grave(grade: int, emergency: bool) -> bool:
    return emergency and grade in (3, 4)


def other(grade: int, emergency: bool) -> bool:
    return grade in (1, 2, 3, 4) and not grave(grade, emergency)


def always(grade: int, emergency: bool) -> bool:
    return grade in (1, 2, 3, 4)


NATIONAL = [
    Rule("authoritative_release", 300, "discovered", "official", grave),
    Rule("press_conference", 1440, "discovered", "conference", grave),
    Rule("first_spokesperson", 1440, "discovered", "principal", grave),
    Rule("response", 2880, "discovered", "answer", other),
]
LOCAL = [
    Rule("authoritative_release", 300, "first_posted", "official", grave),
    Rule("press_conference", 1440, "graded", "conference", grave),
    Rule("first_spokesperson", 1440, "assigned", "principal", always),
    Rule("response", 2880, "discovered", "answer", other),
    Rule("acknowledge", 30, "assigned", "acknowledged", always, "assignment"),
    Rule("verify", 240, "first_posted", "verified", other),
    Rule("hotline", 600, "assigned", "published", other, "assignment"),
    Rule("continued_release", 720, "discovered", "published", grave, "cadence"),
]
STOPS: dict[str, Callable[[Happening], bool]] = {
    "official": lambda e: e["do"] == "publish" and e.get("official") is True,
    "conference": lambda e: e["do"] == "press_conference",
    "principal": lambda e: (
        e["do"] in ("publish", "press_conference") and e.get("principal") is True
    ),
    "answer": lambda e: e["do"] in ("publish", "answer"),
    "published": lambda e: e["do"] == "publish",
    "acknowledged": lambda e: e["do"] == "acknowledge",
    "verified": lambda e: e["do"] == "verify",
}
EVIDENCE = {"publish": "published_at", "press_conference": "held_at", "answer": "answered_at"}


def after(state: str | None, do: str) -> str | None:
    """The state after `do`, None when it cannot be."""
    if state is None:
        return "triage" if do == "open" else None
    if do == "note":
        return state
    if do == "reopen":
        return "triage" if state not in OPEN else None
    if do == "evaluate":
        return "evaluated" if state == "closed" else None
    if state not in OPEN:
        return None
    if do in ("publish", "answer") and state == "in_review":
        return "responded"
    if do in ANY_OPEN:
        return state
    if do == "merge":
        return "merged"
    arrows = {
        "assign": "triage,returned>assigned",
        "reassign": "assigned,acknowledged,handling>assigned",
        "acknowledge": "assigned>acknowledged",
        "return": "assigned,acknowledged>returned",
        "start": "acknowledged,responded,following_up>handling",
        "submit": "handling>in_review",
        "send_back": "in_review>handling",
        "approve": "in_review>in_review",
        "settle": "acknowledged,handling,in_review>responded",
        "follow_up": "responded>following_up",
        "close": "responded,following_up>closed",
        "dismiss": "triage,returned>dismissed",
    }
    sources, _, target = arrows.get(do, ">").partition(">")
    return target if state in sources.split(",") else None


def state_of(history: History) -> str | None:
    state: str | None = None
    for event in history:
        state = after(state, event["do"])
    return state


def rounds_of(history: History) -> list[tuple[int, int]]:
    """(first, last + 1) positions of each round, up to what ended it or the next reopening."""
    begins = [i for i, e in enumerate(history) if e["do"] in ("open", "reopen")]
    return list(zip(begins, [*begins[1:], len(history)], strict=True))


def struck(history: History) -> set[int]:
    return {e["event"] for e in history if e["do"] == "strike"}


def refused(history: History, event: Happening, rules: list[Rule]) -> bool:
    """Whether `event` may not follow `history`."""
    do, at, state = event["do"], event["at"], state_of(history)
    if after(state, do) is None or (history and at < history[-1]["at"]):
        return True
    if do == "settle":
        first, gone = rounds_of(history)[-1][0], struck(history)
        return not any(
            e["do"] in EVIDENCE and i not in gone for i, e in enumerate(history) if i > first
        )
    if do == "strike":
        number = event["event"]
        return not (0 <= number < len(history) and history[number]["do"] in EVIDENCE)
    if do not in ("close", "extend", "waive"):
        return False
    round_no = len(rounds_of(history))
    current = [c for c in clocks(history, rules, at) if c["round"] == round_no]
    if do == "close":
        cadences = [rule.name for rule in rules if rule.kind == "cadence"]
        return any(
            c["status"] == "running" or (c["status"] == "breached" and c["stopped_at"] is None)
            for c in current
            if c["name"] not in cadences
        ) or bool(open_promises(history))
    mine = [c for c in current if c["name"] == event.get("clock")]
    if do == "extend":
        running = [c for c in mine if c["status"] == "running"]
        if not running or event["approver"] == event["who"]:
            return True
        return bool(at >= running[0]["due"] or event["due"] <= running[0]["due"])
    unstopped = [
        c for c in mine if c["stopped_at"] is None and c["status"] in ("running", "breached")
    ]
    return not unstopped or event["approver"] == event["who"]


def open_promises(history: History) -> set[str]:
    def named(do: str) -> set[str]:
        return {e["promise"] for e in history if e["do"] == do}

    settled = named("promise_waived") | (named("promise_kept") & named("promise_published"))
    return named("promise") - settled


def clocks(history: History, rules: list[Rule], now: int) -> list[dict[str, Any]]:
    """Every clock, in no particular order."""
    found = []
    for number, (first, end) in enumerate(rounds_of(history), start=1):
        for rule in rules:
            asked = asked_after_each(history, rule, first, end)
            if not any(asked.values()):
                continue
            if rule.kind == "once":
                found += one_clock(history, rule, number, first, end, asked, now)
            elif rule.kind == "assignment":
                found += by_assignment(history, rule, number, first, end, asked, now)
            else:
                found += by_cadence(history, rule, number, first, end, asked, now)
    return found


def asked_after_each(history: History, rule: Rule, first: int, end: int) -> dict[int, bool]:
    """Whether the clock is asked for after each event of the round."""
    asked: dict[int, bool] = {}
    waived = over = False
    grade, emergency = 0, False
    for i, event in enumerate(history[:end]):
        if event["do"] in ("open", "grade"):
            grade, emergency = event["grade"], event["emergency"]
        if i < first:
            continue
        if event["do"] == "waive" and event["clock"] == rule.name:
            waived = True
        if event["do"] in ("merge", "dismiss", "close"):
            over = True
        ours = rule.origin is None or history[0].get("origin") == rule.origin
        asked[i] = ours and rule.asks(grade, emergency) and not waived and not over
    return asked


def drop_of(asked: dict[int, bool], first: int, end: int) -> int | None:
    """The event that dropped it for good; None when it is asked for at the end."""
    drop = None
    for i in range(first, end):
        if not asked[i] and asked.get(i - 1, False):
            drop = i
    return None if asked[end - 1] else drop


def start_of(
    history: History, rule: Rule, number: int, first: int, end: int, asked: dict[int, bool]
) -> int | None:
    assigns = [int(history[i]["at"]) for i in range(first, end) if history[i]["do"] == "assign"]
    if rule.start == "assigned":
        return assigns[0] if assigns else None
    if number > 1:
        return int(history[first]["at"])
    if rule.start == "graded":
        return int(history[min(i for i in asked if asked[i])]["at"])
    told = [e for e in history if e["do"] in ("open", "absorb")]
    if rule.start == "discovered":
        return min(int(e["discovered_at"]) for e in told)
    return min(
        int(e["discovered_at"] if e["first_posted_at"] is None else e["first_posted_at"])
        for e in told
    )


def counting(
    history: History, rule: Rule, start: int, since: int, drop: int | None
) -> list[tuple[int, int]]:
    """(own time, position) of all that counts, the earliest first."""
    counted = []
    gone = struck(history)
    for i, event in enumerate(history):
        if not STOPS[rule.stop](event) or i in gone:
            continue
        if drop is not None and i > drop:
            continue
        if event["do"] in EVIDENCE:
            own = event[EVIDENCE[event["do"]]]
            if start <= own <= event["at"]:
                counted.append((own, i))
        elif i > since and event["at"] >= start:
            counted.append((event["at"], i))
    return sorted(counted)


def told(
    rule: Rule,
    number: int,
    seq: int | None,
    start: int,
    due: int,
    stop: int | None,
    drop_at: int | None,
    now: int,
) -> dict[str, Any]:
    late = 0
    if stop is not None:
        status = "met" if stop <= due else "breached"
        late = stop - due
    elif drop_at is not None:
        status, late = "superseded", drop_at - due
    else:
        status = "running" if now <= due else "breached"
        late = now - due
    return {
        "name": rule.name,
        "round": number,
        "seq": seq,
        "start": start,
        "due": due,
        "stopped_at": stop,
        "status": status,
        "late": max(0, late),
    }


def extended(history: History, rule: Rule, first: int, end: int) -> int | None:
    dues = [
        history[i]["due"]
        for i in range(first, end)
        if history[i]["do"] == "extend" and history[i]["clock"] == rule.name
    ]
    return dues[-1] if dues else None


def one_clock(
    history: History,
    rule: Rule,
    number: int,
    first: int,
    end: int,
    asked: dict[int, bool],
    now: int,
) -> list[dict[str, Any]]:
    start = start_of(history, rule, number, first, end, asked)
    if start is None:
        return []
    due = extended(history, rule, first, end)
    due = start + rule.minutes if due is None else due
    since = first
    if rule.start == "assigned":
        since = min(i for i in range(first, end) if history[i]["do"] == "assign")
    drop = drop_of(asked, first, end)
    if drop is not None and drop < since:
        return []
    stops = counting(history, rule, start, since, drop)
    stop = stops[0][0] if stops else None
    drop_at = None if drop is None else history[drop]["at"]
    return [told(rule, number, None, start, due, stop, drop_at, now)]


def by_assignment(
    history: History,
    rule: Rule,
    number: int,
    first: int,
    end: int,
    asked: dict[int, bool],
    now: int,
) -> list[dict[str, Any]]:
    found = []
    begins = [i for i in range(first, end) if history[i]["do"] in ("assign", "reassign")]
    for seq, begin in enumerate(begins, start=1):
        following = begins[seq] if seq < len(begins) else None
        until = end if following is None else following
        if not any(asked[i] for i in range(begin, until)):
            continue
        drop = drop_of(asked, begin, until)
        if drop is None and following is not None:
            drop = following
        start = history[begin]["at"]
        due = extended(history, rule, begin, until)
        due = start + rule.minutes if due is None else due
        stops = counting(history, rule, start, begin, drop)
        stop = stops[0][0] if stops else None
        drop_at = None if drop is None else history[drop]["at"]
        found.append(told(rule, number, seq, start, due, stop, drop_at, now))
    return found


def by_cadence(
    history: History,
    rule: Rule,
    number: int,
    first: int,
    end: int,
    asked: dict[int, bool],
    now: int,
) -> list[dict[str, Any]]:
    start = start_of(history, rule, number, first, end, asked)
    if start is None:
        return []
    drop = drop_of(asked, first, end)
    drop_at = None if drop is None else history[drop]["at"]
    releases = counting(history, rule, start, first, drop)
    found = []
    for seq, (own, position) in enumerate(releases, start=1):
        stop = releases[seq][0] if seq < len(releases) else None
        due = own + rule.minutes
        for i in range(first, end):
            event = history[i]
            if event["do"] != "extend" or event["clock"] != rule.name:
                continue
            # Granted to the release that was the last one on record when it was granted.
            before = history[:i]
            begun = start_of(
                before, rule, number, first, i, asked_after_each(before, rule, first, i)
            )
            assert begun is not None
            if counting(before, rule, begun, first, None)[-1][1] == position:
                due = event["due"]
        found.append(told(rule, number, seq, own, due, stop, drop_at, now))
    return found
