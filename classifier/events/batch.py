"""One batch of posts of one jurisdiction, from what is remembered to what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from classifier.events.candidates import Postings
from classifier.events.group import Rules
from classifier.events.sorter import Sorter, event_id_of
from classifier.events.standing import Marks
from classifier.events.state import IDS_TOLD, founded, grown, told, united
from classifier.events.store import Changes, Kept, Ledger, Member, Memory
from classifier.events.traits import Traits, read
from stream.messages import EventChanged, Relevant
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Topic

Positions = Mapping[tuple[str, int], int]
Fresh = Sequence[tuple[Relevant, Traits]]
HEARSAY = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """A post was put to `event`, once each of `merged` was found one: (what is gone, into what)."""

    post: Relevant
    event: str
    merged: tuple[tuple[str, str], ...]


def take(
    ledger: Ledger, posts: Sequence[Relevant], positions: Positions, rules: Rules
) -> list[EventChanged]:
    """Give every post of one jurisdiction its event; one EventChanged per event they touch.

    A post that has an event keeps it and changes nothing; one that a person found irrelevant gets
    none. The outcome depends on the order of posts, not on how they were cut into batches.
    `positions` are recorded with it.
    """
    asked = {p.post.post_id for p in posts} | {p.post.revises for p in posts if p.post.revises}
    memory = ledger.memory(asked)
    posts = _settled(posts, memory)
    fresh = _fresh(posts, memory)
    sorter = _sorter(ledger, fresh, rules)
    members, steps = _placed(sorter, fresh, memory)
    touched: dict[str, list[Relevant]] = {}
    for relevant in posts:
        touched.setdefault(members[relevant.post.post_id], []).append(relevant)
    kept = dict(ledger.kept({*touched, *(step.event for step in steps), *sorter.merged}))
    changed = _grow(kept, steps)
    ledger.record(
        Changes(
            memory.words,
            [
                Member(p.post.post_id, members[p.post.post_id], p.post.first_known_at)
                for p, _traits in fresh
            ],
            {event: kept[event] for event in changed},
            {event: sorter.standings[event] for event in changed},
            sorter.postings.changed,
            positions,
            sorter.merged,
        )
    )
    return [
        EventChanged(told(kept[event].state, kept[event].recent), tuple(added))
        for event, added in touched.items()
    ]


def _settled(posts: Sequence[Relevant], memory: Memory) -> Sequence[Relevant]:
    if not memory.settled:
        return posts
    said = [replace(p, verdict=memory.settled.get(p.post.post_id, p.verdict)) for p in posts]
    return [p for p in said if p.verdict.relevant or p.post.post_id in memory.members]


def _fresh(posts: Sequence[Relevant], memory: Memory) -> Fresh:
    new: dict[str, Relevant] = {}
    for relevant in posts:
        if relevant.post.post_id not in memory.members:
            new.setdefault(relevant.post.post_id, relevant)
    return [
        (p, read(p.post.title, p.post.body, p.verdict.places, memory.words, p.post.author))
        for p in new.values()
    ]


def _sorter(ledger: Ledger, fresh: Fresh, rules: Rules) -> Sorter:
    keys = {key for _relevant, traits in fresh for key in traits.keys}
    sorter = Sorter(rules, Postings(ledger.postings(keys)), ledger.standings, ledger.pinned)
    sorter.prepare([traits for _relevant, traits in fresh])
    return sorter


def _placed(sorter: Sorter, fresh: Fresh, memory: Memory) -> tuple[dict[str, str], list[Step]]:
    """(post to event once all is placed, how it came to be)."""
    members, steps = dict(memory.members), list[Step]()
    for relevant, traits in fresh:
        post, at, known = relevant.post, seconds_of(relevant), len(sorter.merged)
        event = memory.pins.get(post.post_id) or members.get(post.revises or "")
        if event:
            event = _left_of(event, sorter.merged)
            sorter.join(event, traits, marks_of(relevant), at)
        else:
            founding = event_id_of(relevant.jurisdiction, post.post_id)
            event = sorter.place(traits, marks_of(relevant), at, founding)
        merged = tuple(islice(sorter.merged.items(), known, None))
        members[post.post_id] = event
        steps.append(Step(relevant, event, merged))
    return {post: _left_of(event, sorter.merged) for post, event in members.items()}, steps


def _grow(kept: dict[str, Kept], steps: Iterable[Step]) -> list[str]:
    changed: dict[str, None] = {}
    for step in steps:
        for gone, into in step.merged:
            kept[into] = united_kept(kept[into], kept.pop(gone))
            changed.pop(gone, None)
        old, post = kept.get(step.event), step.post
        state = grown(old.state, post) if old else founded(step.event, post)
        recent = (*(old.recent if old else ()), post.post.post_id)[-IDS_TOLD:]
        kept[step.event] = Kept(state, recent)
        changed[step.event] = None
    return list(changed)


def united_kept(left: Kept, gone: Kept) -> Kept:
    """Two events that are one, as stored."""
    return Kept(united(left.state, gone.state), (*gone.recent, *left.recent)[-IDS_TOLD:])


def _left_of(event: str, merged: Mapping[str, str]) -> str:
    while event in merged:
        event = merged[event]
    return event


def marks_of(relevant: Relevant) -> Marks:
    """What grouping asks of the verdict."""
    verdict, citizen = relevant.verdict, relevant.post.owner is not Owner.OFFICIAL
    topics = frozenset({verdict.topic, *verdict.also} - {Topic.OTHER})
    hearsay = citizen and verdict.rumour_risk >= HEARSAY
    return Marks(topics, verdict.emergency, hearsay)


def seconds_of(relevant: Relevant) -> int:
    """When the post was published, in epoch seconds."""
    return int(relevant.post.first_known_at.timestamp())
