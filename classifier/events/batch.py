"""One batch of posts of one jurisdiction, from what is remembered to what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.events.candidates import Postings
from classifier.events.group import Rules
from classifier.events.sorter import Sorter, event_id_of
from classifier.events.state import IDS_TOLD, founded, grown, told
from classifier.events.store import Changes, Kept, Ledger, Member, Memory
from classifier.events.traits import Traits, read
from stream.messages import EventChanged, Relevant
from yuqing.domain.verdict import Topic

Positions = Mapping[tuple[str, int], int]
Fresh = Sequence[tuple[Relevant, Traits]]


def take(
    ledger: Ledger, posts: Sequence[Relevant], positions: Positions, rules: Rules
) -> list[EventChanged]:
    """Give every post of one jurisdiction its event; one EventChanged per event they touch.

    A post that has an event keeps it and changes nothing. The outcome depends on the order of
    posts, not on how they were cut into batches. `positions` are recorded with it.
    """
    asked = {p.post.post_id for p in posts} | {p.post.revises for p in posts if p.post.revises}
    memory = ledger.memory(asked)
    fresh = _fresh(posts, memory)
    sorter = _sorter(ledger, fresh, rules)
    members = _placed(sorter, fresh, memory)
    touched: dict[str, list[Relevant]] = {}
    for relevant in posts:
        touched.setdefault(members[relevant.post.post_id], []).append(relevant)
    kept = dict(ledger.kept(touched))
    changed = _grow(kept, fresh, members)
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
        )
    )
    return [
        EventChanged(told(kept[event].state, kept[event].recent), tuple(added))
        for event, added in touched.items()
    ]


def _fresh(posts: Sequence[Relevant], memory: Memory) -> Fresh:
    new: dict[str, Relevant] = {}
    for relevant in posts:
        if relevant.post.post_id not in memory.members:
            new.setdefault(relevant.post.post_id, relevant)
    return [
        (p, read(p.post.title, p.post.body, p.verdict.places, memory.words)) for p in new.values()
    ]


def _sorter(ledger: Ledger, fresh: Fresh, rules: Rules) -> Sorter:
    keys = {key for _relevant, traits in fresh for key in traits.keys}
    sorter = Sorter(rules, Postings(ledger.postings(keys)), ledger.standings)
    sorter.prepare([traits for _relevant, traits in fresh])
    return sorter


def _placed(sorter: Sorter, fresh: Fresh, memory: Memory) -> dict[str, str]:
    members = dict(memory.members)
    for relevant, traits in fresh:
        post, verdict, at = relevant.post, relevant.verdict, _seconds(relevant)
        topics = frozenset({verdict.topic, *verdict.also} - {Topic.OTHER})
        event = memory.pins.get(post.post_id) or members.get(post.revises or "")
        if event:
            sorter.join(event, traits, topics, at)
        else:
            founding = event_id_of(relevant.jurisdiction, post.post_id)
            event = sorter.place(traits, topics, at, founding)
        members[post.post_id] = event
    return members


def _grow(kept: dict[str, Kept], fresh: Fresh, members: Mapping[str, str]) -> list[str]:
    changed: dict[str, None] = {}
    for relevant, _traits in fresh:
        event = members[relevant.post.post_id]
        old = kept.get(event)
        state = grown(old.state, relevant) if old else founded(event, relevant)
        recent = (*(old.recent if old else ()), relevant.post.post_id)[-IDS_TOLD:]
        kept[event] = Kept(state, recent)
        changed[event] = None
    return list(changed)


def _seconds(relevant: Relevant) -> int:
    return int(relevant.post.first_known_at.timestamp())
