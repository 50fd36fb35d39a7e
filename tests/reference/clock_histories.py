"""Random ticket histories full of ties and borders, told to the engine and to the reference."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from responder.act import Act
from responder.clocks import Reading, admit, read_clocks
from responder.policy import national
from responder.ticket import replay
from tests.reference import clocks_by_hand as by_hand
from tests.reference.clocks_by_hand import Happening, History, Rule
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import (
    AskedWhen,
    ClockRule,
    ClockStart,
    Numbering,
    Policy,
    StoppedBy,
)

ORIGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
LONGEST = (10, 16, 16, 24, 36)
STEPS = (0, 0, 0, 15, 30, 60, 150, 240, 300, 600, 1440, 2880)
# Some histories happen almost within one minute, so that rounds meet in it.
HURRIED = (*(0,) * 24, *STEPS)
TIMES = frozenset(
    ["published_at", "held_at", "answered_at", "discovered_at", "first_posted_at", "due"]
)
_STOP = {
    "official": StoppedBy.OFFICIAL_PUBLICATION,
    "conference": StoppedBy.PRESS_CONFERENCE,
    "principal": StoppedBy.PRINCIPAL_VOICE,
    "answer": StoppedBy.ANY_ANSWER,
    "published": StoppedBy.ANY_PUBLICATION,
    "acknowledged": StoppedBy.ACKNOWLEDGE,
    "verified": StoppedBy.VERIFY,
}
_KIND = {
    "once": Numbering.ONCE,
    "assignment": Numbering.PER_ASSIGNMENT,
    "cadence": Numbering.CADENCE,
}
ACTIONS = (
    *("open", "grade", "assign", "reassign", "acknowledge", "return", "start", "submit"),
    *("send_back", "approve", "publish", "press_conference", "answer", "settle", "follow_up"),
    *("close", "evaluate", "reopen", "merge", "dismiss", "absorb", "extend", "waive", "strike"),
    *("promise", "promise_kept", "promise_published", "promise_waived", "verify", "consult"),
    *("escalate", "note", "nonsense"),
)
# What a history needs to get anywhere, by how often; everything else counts once.
WEIGHTS = {
    **dict.fromkeys(("assign", "acknowledge", "settle", "close"), 9),
    **dict.fromkeys(("publish", "extend", "reopen", "submit"), 6),
    **dict.fromkeys(("grade", "press_conference", "strike", "absorb", "waive", "start"), 3),
    **dict.fromkeys(("reassign", "answer", "evaluate", "follow_up"), 2),
    **dict.fromkeys(("merge", "consult", "escalate", "promise", "return"), 0.4),
}


EVEN = tuple(1 for _ in ACTIONS)


def policy_of(rules: list[Rule]) -> Policy:
    """The engine's words for the reference's rules."""
    return Policy("local", "1", tuple(_rule(rule) for rule in rules))


def _rule(rule: Rule) -> ClockRule:
    asked = tuple(
        AskedWhen(emergency, (grade,))
        for emergency in (False, True)
        for grade in range(1, 5)
        if rule.asks(grade, emergency)
    )
    return ClockRule(
        name=rule.name,
        title=rule.name,
        due=timedelta(minutes=rule.minutes),
        start=ClockStart(rule.start),
        stopped_by=_STOP[rule.stop],
        asked_when=asked,
        numbering=_KIND[rule.kind],
        origins=(rule.origin,) if rule.origin else (),
    )


LOCAL_POLICY = policy_of(by_hand.LOCAL)
POLICIES = ((by_hand.NATIONAL, national()), (by_hand.LOCAL, LOCAL_POLICY))


@dataclass(frozen=True)
class Grown:
    """One history in the words of both, and the policy it grew under."""

    history: History
    acts: list[Act]
    rules: list[Rule]
    policy: Policy


def any_policy(rng: random.Random) -> tuple[list[Rule], Policy]:
    """The national policy, a local one, or one that nobody would write."""
    if rng.random() < 0.6:
        return rng.choice(POLICIES)
    rules = [strange_rule(rng, f"clock{number}") for number in range(rng.randrange(1, 5))]
    return rules, policy_of(rules)


def strange_rule(rng: random.Random, name: str) -> Rule:
    """Any start, stop, kind and demand that a file may put together."""
    kind = rng.choice(("once", "once", "assignment", "cadence"))
    start = "assigned" if kind == "assignment" else rng.choice([one.value for one in ClockStart])
    stop = rng.choice(("official", "published") if kind == "cadence" else tuple(_STOP))
    asks = rng.choice((by_hand.grave, by_hand.other, by_hand.always))
    origin = rng.choice(("hotline", None, None))
    return Rule(name, rng.choice((30, 240, 600, 1440)), start, stop, asks, kind, origin)


def act_of(event: Happening) -> Act:
    """The engine's form of one event."""
    data = {
        key: moment(value).isoformat() if key in TIMES and value is not None else value
        for key, value in event.items()
        if key not in ("at", "who", "do")
    }
    return Act(moment(event["at"]), event["who"], event["do"], data)


def moment(minute: int) -> datetime:
    """Minutes of the reference as a time."""
    return ORIGIN + timedelta(minutes=minute)


def compare(seed: int) -> History:
    """Grows one random history and reads it; fails where the engine and the reference differ."""
    rng = random.Random(seed)
    grown = grow(rng)
    if grown.history:
        _same_clocks(rng, seed, grown)
    return grown.history


def grow(rng: random.Random) -> Grown:
    """A random history; fails where one of the two refuses what the other lets pass.

    What the reference lets pass the engine judges when it reads the whole: it refuses an event
    for what stands before it, so it would refuse the same one then. Most histories are short,
    because most mistakes are.
    """
    rules, policy = any_policy(rng)
    history: History = []
    acts: list[Act] = []
    steps = HURRIED if rng.random() < 0.15 else STEPS
    for _ in range(rng.randrange(3, rng.choice(LONGEST))):
        event = propose(rng, history, rules, steps)
        act = act_of(event)
        if by_hand.refused(history, event, rules):
            assert not _admitted(acts, act, policy), (history, event)
            continue
        history.append(event)
        acts.append(act)
    return Grown(history, acts, rules, policy)


def _same_clocks(rng: random.Random, seed: int, grown: Grown) -> None:
    history = grown.history
    assert replay(grown.acts).state == by_hand.state_of(history), (seed, history)
    last = history[-1]["at"]
    for now in {last, last + rng.choice(STEPS)}:
        mine = [as_told(one) for one in read_clocks(grown.acts, grown.policy, moment(now))]
        theirs = by_hand.clocks(history, grown.rules, now)
        assert sorted(mine, key=repr) == sorted(theirs, key=repr), (seed, history, now)


def _admitted(acts: list[Act], act: Act, policy: Policy) -> bool:
    try:
        admit(acts, act, policy)
    except NotAllowed:
        return False
    return True


def as_told(reading: Reading) -> dict[str, object]:
    """A reading in the reference's words."""
    seconds = reading.late_seconds
    assert seconds % 60 == 0
    stop = reading.stopped_at
    return {
        "name": reading.name,
        "round": reading.round,
        "seq": reading.seq,
        "start": minute(reading.start),
        "due": minute(reading.due),
        "stopped_at": None if stop is None else minute(stop),
        "status": reading.status.value,
        "late": seconds // 60,
    }


def minute(time: datetime) -> int:
    """A time as minutes of the reference."""
    return int((time - ORIGIN) / timedelta(minutes=1))


@cache
def possible_after(state: str | None) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """What the table allows after `state`, and how often each is proposed."""
    possible = tuple(do for do in ACTIONS if by_hand.after(state, do) is not None)
    return possible, tuple(WEIGHTS.get(do, 1) for do in possible)


def propose(
    rng: random.Random, history: History, rules: list[Rule], steps: tuple[int, ...]
) -> Happening:
    """A next event, mostly one that the table allows."""
    possible, weights = possible_after(by_hand.state_of(history))
    if rng.random() < 0.04:
        possible, weights = ACTIONS, EVEN
    do = rng.choices(possible, weights)[0]
    last = history[-1]["at"] if history else 0
    at = last + (-15 if rng.random() < 0.02 else rng.choice(steps))
    return {"at": at, "who": rng.choice("甲乙"), "do": do, **_data(rng, do, at, history, rules)}


def _data(
    rng: random.Random, do: str, at: int, history: History, rules: list[Rule]
) -> dict[str, object]:
    known = [at, *(e["at"] for e in history)]
    own = rng.choice(known) if rng.random() < 0.5 else at - rng.choice((*STEPS, -30))
    earlier = None if rng.random() < 0.4 else at - rng.choice(STEPS)
    clock = rng.choice(rules).name
    standing = _standing(history, rules, at) if do in ("extend", "waive") else []
    if standing and rng.random() < 0.9:
        clock = rng.choice(standing)
    match do:
        case "open" | "grade":
            data: dict[str, object] = {
                "grade": rng.choice((0, 1, 2, 3, 3, 4)),
                "emergency": rng.random() < 0.7,
            }
            if do == "open":
                data |= {"discovered_at": at - rng.choice(STEPS), "first_posted_at": earlier}
                data["origin"] = rng.choice(("hotline", "call", None))
            return data
        case "publish":
            official, principal = rng.random() < 0.6, rng.random() < 0.5
            return {"published_at": own, "official": official, "principal": principal}
        case "press_conference":
            return {"held_at": own, "principal": rng.random() < 0.6, "official": True}
        case "answer":
            # What it says of channel and speaker is nobody's business.
            return {"answered_at": own, "principal": rng.random() < 0.5, "official": True}
        case "absorb":
            return {"discovered_at": own, "first_posted_at": earlier}
        case "extend":
            due = at + rng.choice((30, 300, 1440, 4000))
            return {"clock": clock, "due": due, "approver": rng.choice("甲乙丙丁")}
        case "waive":
            return {"clock": clock, "approver": rng.choice("甲乙丙丁")}
        case "strike":
            pieces = [i for i, e in enumerate(history) if e["do"] in by_hand.EVIDENCE]
            anything = rng.randrange(-1, len(history) + 2)
            return {"event": rng.choice(pieces) if pieces and rng.random() < 0.8 else anything}
        case "promise" | "promise_kept" | "promise_published" | "promise_waived":
            return {"promise": rng.choice("AB"), "text": "…", "approver": "丁"}
    return {}


def _standing(history: History, rules: list[Rule], at: int) -> list[str]:
    told = by_hand.clocks(history, rules, at) if history and at >= history[-1]["at"] else []
    return [clock["name"] for clock in told if clock["status"] in ("running", "breached")]
