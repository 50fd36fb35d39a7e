"""What people decide reaches the events: corrections of posts, merges, splits and pins.

Every decision may come twice, and before the post it is about: the second time it changes nothing
and the present snapshot is told again; a post that comes later is taken as the person left it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from classifier.events.batch import Positions, marks_of, seconds_of, take, united_kept
from classifier.events.candidates import Postings
from classifier.events.group import Rules
from classifier.events.restated import corrected, without
from classifier.events.standing import Standing
from classifier.events.state import IDS_TOLD, founded, grown, told
from classifier.events.store import Changes, Kept, Ledger, Member, Memory, Pin
from classifier.events.traits import read
from classifier.events.words import Words
from stream.messages import Corrected, EventChanged, Regrouped, Relevant
from yuqing.domain.decision import Regroup, labels_of
from yuqing.domain.errors import InvalidMessage


def correct(
    ledger: Ledger, message: Corrected, positions: Positions, rules: Rules
) -> list[EventChanged]:
    """The event of the post is counted anew; a post found relevant joins or founds one."""
    judged = message.judged
    post_id, verdict = judged.post.post_id, judged.verdict
    memory = ledger.memory({post_id})
    known, event_id = memory.settled.get(post_id), memory.members.get(post_id)
    if known is not None and _later(known.confirmed_at, verdict.confirmed_at):
        return []
    by = Relevant(message.jurisdiction, judged.post, judged.sighting, verdict)
    if event_id is None:
        ledger.record(Changes(memory.words, settled=[verdict], positions=positions))
        return take(ledger, [by], positions, rules)
    kept = ledger.kept({event_id})[event_id]
    if known != verdict:
        before = labels_of(known) if known else message.before
        kept = Kept(corrected(kept.state, by, before), kept.recent)
        standings = ledger.standings({event_id})
        ledger.record(
            Changes(
                memory.words,
                events={event_id: kept},
                standings=standings,
                positions=positions,
                settled=[verdict],
            )
        )
    return [_told(kept, [by] if verdict.relevant else [])]


def regroup(ledger: Ledger, message: Regrouped, positions: Positions) -> list[EventChanged]:
    """Events merged, split or pinned as a person said. Raises InvalidMessage for events that are
    not there."""
    asked = {message.event_id} | ({message.into} if message.into else set())
    present = ledger.present(asked)
    event_id, into = present[message.event_id], present[message.into] if message.into else None
    missing = [one for one in (event_id, into) if one and one not in ledger.kept([one])]
    if missing:
        raise InvalidMessage(f"field event_id: there is no event {missing[0]}")
    memory = ledger.memory({one.post.post_id for one in message.posts})
    if message.action is Regroup.MERGE:
        return _merge(ledger, memory, event_id, str(into), positions)
    if message.action is Regroup.PIN:
        _pin(ledger, memory, message, event_id, positions)
        return []
    return _split(ledger, memory, message, event_id, into, positions)


def _merge(
    ledger: Ledger, memory: Memory, gone: str, into: str, positions: Positions
) -> list[EventChanged]:
    kept = ledger.kept({gone, into})
    if gone == into:
        return [_told(kept[into], [])]
    both = united_kept(kept[into], kept[gone])
    standings = ledger.standings({gone, into})
    ledger.record(
        Changes(
            memory.words,
            events={into: both},
            standings={into: standings[into].with_all(standings[gone])},
            positions=positions,
            merged={gone: into},
        )
    )
    return [_told(both, [])]


def _pin(
    ledger: Ledger, memory: Memory, message: Regrouped, event_id: str, positions: Positions
) -> None:
    here = [p for p in message.posts if memory.members.get(p.post.post_id) == event_id]
    pins = [Pin(p.post.post_id, event_id, message.who, message.at) for p in here]
    ledger.record(Changes(memory.words, positions=positions, pins=pins))


def _split(
    ledger: Ledger,
    memory: Memory,
    message: Regrouped,
    event_id: str,
    into: str | None,
    positions: Positions,
) -> list[EventChanged]:
    target = into or _own(message)
    posts = [_as_settled(p, memory) for p in message.posts]
    moved = [p for p in posts if memory.members.get(p.post.post_id) == event_id]
    moved.sort(key=lambda p: (p.post.first_known_at, p.post.post_id))
    ends = ledger.ends(event_id, {p.post.post_id for p in moved})
    kept = ledger.kept({event_id, target})
    if not moved or ends is None or event_id == target:
        return list(_present(kept, target, posts))
    left = without(kept[event_id].state, moved, ends, message.left_seen_at, message.who)
    gone = {p.post.post_id for p in moved}
    recent = tuple(one for one in kept[event_id].recent if one not in gone)
    joined = _joined(kept.get(target), target, moved, message.who)
    changed = {event_id: Kept(left, recent), target: joined}
    standings = dict(ledger.standings({event_id, target}))
    postings, standings[target] = _stands(standings.get(target), target, moved, memory.words)
    ledger.record(
        Changes(
            memory.words,
            [Member(p.post.post_id, target, p.post.first_known_at) for p in moved],
            changed,
            standings,
            postings.changed,
            positions,
            pins=[Pin(p.post.post_id, target, message.who, message.at) for p in moved],
        )
    )
    return [_told(changed[event_id], []), _told(changed[target], moved)]


def _own(message: Regrouped) -> str:
    """The id of an event that a decision founds: its posts have founded others already."""
    told_by = f"{message.jurisdiction}\x00split\x00{message.decision_id}"
    return hashlib.sha256(told_by.encode()).hexdigest()[:32]


def _joined(known: Kept | None, event_id: str, moved: Sequence[Relevant], who: str) -> Kept:
    state = known.state if known else None
    for one in moved:
        state = grown(state, one) if state else founded(event_id, one)
    if state is None:
        raise InvalidMessage("field posts: there are none")
    recent = (*(known.recent if known else ()), *(p.post.post_id for p in moved))
    event = replace(state.event, decided_by=who, decided_severity=None)
    return Kept(replace(state, event=event), recent[-IDS_TOLD:])


def _stands(
    known: Standing | None, event_id: str, moved: Sequence[Relevant], words: Words
) -> tuple[Postings, Standing]:
    # The stream has learnt these texts once already: what reads them again learns aside.
    aside = Words(words.counts.copy(), words.texts)
    postings, standing = Postings(), known or Standing()
    for one in moved:
        post, at = one.post, seconds_of(one)
        traits = read(post.title, post.body, one.verdict.places, aside, post.author)
        standing = standing.joined(traits, marks_of(one), at)
        postings.put(traits, event_id, at)
    return postings, standing


def _as_settled(one: Relevant, memory: Memory) -> Relevant:
    return replace(one, verdict=memory.settled.get(one.post.post_id, one.verdict))


def _present(
    kept: Mapping[str, Kept], target: str, posts: Sequence[Relevant]
) -> Iterator[EventChanged]:
    for event_id, one in kept.items():
        yield _told(one, posts if event_id == target else [])


def _told(kept: Kept, added: Sequence[Relevant]) -> EventChanged:
    return EventChanged(told(kept.state, kept.recent), tuple(added))


def _later(one: datetime | None, two: datetime | None) -> bool:
    return one is not None and two is not None and one > two
