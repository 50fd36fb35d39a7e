"""What travels on the bus: the words of the domain, put together for a stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yuqing.domain.decision import Labels, Regroup
from yuqing.domain.event import Event
from yuqing.domain.post import Post, Sighting
from yuqing.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Crawled:
    """posts.raw: a post met for the first time (or a revision of one), and that sighting."""

    post: Post
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Seen:
    """posts.raw and posts.judged: a known post was seen again, with its counts then."""

    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Judged:
    """posts.judged: a post with its verdict; `jurisdictions` are its source's, else its places'."""

    post: Post
    sighting: Sighting
    verdict: Verdict
    jurisdictions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relevant:
    """posts.relevant: a relevant post for one of the jurisdictions it concerns."""

    jurisdiction: str
    post: Post
    sighting: Sighting
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class EventChanged:
    """events: the event as it now stands, and the posts that this change brought to it."""

    event: Event
    added: tuple[Relevant, ...]


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """tickets: one action was recorded on a ticket; `version` counts its actions."""

    ticket_id: str
    jurisdiction: str
    version: int
    action: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Corrected:
    """decisions: a person confirmed or corrected the verdict on a post; one message for each
    jurisdiction it concerns.

    `judged` carries the verdict as the person left it, `before` is what it was. `decision_id` names
    the decision for ever.
    """

    decision_id: str
    jurisdiction: str
    judged: Judged
    before: Labels


@dataclass(frozen=True, slots=True)
class Regrouped:
    """decisions: a person said which posts are one matter.

    MERGE: `event_id` goes into `into`. SPLIT: `posts` leave `event_id` for `into`, or for an event
    of their own (None); `left_seen_at` is when the first of those that stay was seen. PIN: `posts`
    stay in `event_id`, and that is never merged into another by itself.
    """

    decision_id: str
    jurisdiction: str
    action: Regroup
    event_id: str
    into: str | None
    posts: tuple[Relevant, ...]
    left_seen_at: datetime | None
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """dead: a message that a stage refused, with the reason and the original, byte for byte.

    `value` is the original as base64. (topic, partition, offset, group) names it; one refused
    before it reached the bus (by a crawler) has partition and offset -1.
    """

    topic: str
    partition: int
    offset: int
    key: str
    value: str
    group: str
    reason: str
    at: datetime


Message = (
    Crawled
    | Seen
    | Judged
    | Relevant
    | EventChanged
    | TicketChanged
    | Corrected
    | Regrouped
    | DeadLetter
)
