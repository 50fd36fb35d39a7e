"""The topics of the bus: their names, what keys them, and which groups read them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One topic: `groups` are the consumer groups whose lag holds publishers back."""

    name: str
    key: str
    groups: tuple[str, ...] = ()
    partitions: int = 4


POSTS_RAW = TopicPlan("posts.raw", "place", ("judge",))
POSTS_JUDGED = TopicPlan("posts.judged", "place", ("index", "watch", "review"))
POSTS_RELEVANT = TopicPlan("posts.relevant", "jurisdiction", ("group", "answers"))
EVENTS = TopicPlan("events", "event", ("respond",))
TICKETS = TopicPlan("tickets", "ticket")
DECISIONS = TopicPlan("decisions", "jurisdiction", ("index-decisions", "group-decisions"))
DEAD = TopicPlan("dead", "topic", partitions=1)

TOPICS: tuple[TopicPlan, ...] = (
    POSTS_RAW,
    POSTS_JUDGED,
    POSTS_RELEVANT,
    EVENTS,
    TICKETS,
    DECISIONS,
    DEAD,
)
