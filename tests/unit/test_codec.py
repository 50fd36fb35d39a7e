"""The codec: what was written comes back equal, and what does not fit says which field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.codec import decode, encode
from stream.messages import (
    Corrected,
    Crawled,
    DeadLetter,
    EventChanged,
    Judged,
    Message,
    Regrouped,
    Relevant,
    Seen,
    TicketChanged,
)
from tests.contracts.index_posts import NOON, judged
from yuqing.domain.decision import Regroup, labels_of
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.event import Event
from yuqing.domain.post import Post, Sighting
from yuqing.domain.verdict import Verdict

EAST = timezone(timedelta(hours=8))
FIRST, LAST = datetime(1, 1, 3), datetime(9999, 12, 28)  # noqa: DTZ001
AWARE = st.datetimes(FIRST, LAST, timezones=st.sampled_from([UTC, EAST]))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
COUNT = st.none() | st.integers(0, 2**53)
POSTS = st.builds(
    Post,
    post_id=TEXT,
    place=TEXT,
    source=TEXT,
    title=TEXT,
    body=TEXT,
    url=TEXT,
    author=TEXT,
    published_at=st.none() | AWARE,
    seen_at=AWARE,
    jurisdictions=st.lists(TEXT, max_size=3).map(tuple),
    followers=COUNT,
    revises=st.none() | TEXT,
)
SIGHTINGS = st.builds(Sighting, TEXT, TEXT, AWARE, COUNT, COUNT, COUNT)
VERDICTS = st.builds(
    Verdict,
    post_id=TEXT,
    rumour_risk=st.floats(0, 1),
    confidence=st.floats(0, 1),
    evidence=st.just(()),
    places=st.lists(TEXT, max_size=3).map(tuple),
    unit_kind_guess=st.none() | TEXT,
    model=TEXT,
    watch_kinds=st.lists(st.integers(1, 6), max_size=3).map(tuple),
    confirmed_by=st.none() | TEXT,
    confirmed_at=st.none() | AWARE,
)
JUDGED = st.builds(Judged, POSTS, SIGHTINGS, VERDICTS, st.lists(TEXT, max_size=3).map(tuple))
RELEVANT = st.builds(Relevant, TEXT, POSTS, SIGHTINGS, VERDICTS)
EVENTS = st.builds(
    Event,
    event_id=TEXT,
    jurisdiction=TEXT,
    version=st.integers(1, 9),
    title=TEXT,
    rumour_risk=st.floats(0, 1),
    places=st.just(("清水镇",)),
    first_posted_at=AWARE,
    first_seen_at=AWARE,
    last_posted_at=AWARE,
    post_ids=st.lists(TEXT, max_size=3).map(tuple),
    heat=st.lists(st.tuples(AWARE, st.integers(1, 99)), max_size=3).map(tuple),
    watch_kinds=st.just(()),
)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(Crawled, POSTS, SIGHTINGS),
    st.builds(Seen, SIGHTINGS),
    JUDGED,
    RELEVANT,
    st.builds(EventChanged, EVENTS, st.lists(RELEVANT, max_size=2).map(tuple)),
    st.builds(TicketChanged, TEXT, TEXT, st.integers(1, 9), TEXT, TEXT, AWARE),
    st.builds(Corrected, TEXT, TEXT, JUDGED, VERDICTS.map(labels_of)),
    st.builds(
        Regrouped,
        decision_id=TEXT,
        jurisdiction=TEXT,
        action=st.sampled_from(Regroup),
        event_id=TEXT,
        into=st.none() | TEXT,
        posts=st.lists(RELEVANT, max_size=2).map(tuple),
        left_seen_at=st.none() | AWARE,
        who=TEXT,
        at=AWARE,
    ),
    st.builds(DeadLetter, TEXT, st.just(-1), st.just(-1), TEXT, TEXT, TEXT, TEXT, AWARE),
)


@settings(max_examples=150, deadline=None)
@given(MESSAGES)
def test_what_was_written_comes_back_equal(message: Message) -> None:
    value = encode(message)
    assert decode(value) == message
    assert encode(decode(value)) == value


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_rubbish_is_refused(value: bytes) -> None:
    with pytest.raises(InvalidMessage):
        decode(value)


Json = dict[str, object]


def changed(*path: str, to: object) -> bytes:
    """A good message with one field set to something else."""
    message = orjson.loads(encode(judged("a")))
    part = message
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = to
    return orjson.dumps(message)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'"\xff"', "not JSON"),
        (b"[]", "field v"),
        (b"null", "field v"),
        (changed("v", to=2), "field v"),
        (changed("v", to="1"), "field v"),
        (changed("kind", to="gossip"), "field kind"),
        (changed("kind", to=["judged"]), "field kind"),
        (changed("kind", to="ticket_changed"), "field ticket_id"),
        (changed("data", to=None), "field data"),
        (changed("data", "post", "owner", to="alien"), "field post.owner"),
        (changed("data", "post", "body", to=None), "field post.body"),
        (changed("data", "post", "body", to=7), "field post.body"),
        (changed("data", "verdict", "severity", to=9), "field verdict.severity"),
        (changed("data", "verdict", "topic", to="gossip"), "field verdict.topic"),
        (changed("data", "sighting", "likes", to="many"), "field sighting.likes"),
        (changed("data", "sighting", "seen_at", to="yesterday"), "field sighting.seen_at"),
        (changed("data", "post", "published_at", to="2026-03-10T04:00:00"), "no time zone"),
        (changed("data", "sighting", "seen_at", to="2026-03-10T04:00:00"), "data.sighting.seen_at"),
        (
            changed("data", "post", "seen_at", to="0001-01-01T00:00:00+14:00"),
            "outside the calendar",
        ),
        (
            changed("data", "post", "seen_at", to="9999-12-31T23:59:59-12:00"),
            "outside the calendar",
        ),
    ],
)
def test_a_bad_message_names_the_field(value: bytes, field: str) -> None:
    with pytest.raises(InvalidMessage, match=field):
        decode(value)


def test_times_without_a_zone_are_found_in_every_kind() -> None:
    post = judged("a")
    relevant = Relevant("qingshui", post.post, post.sighting, post.verdict)
    value = encode(relevant).replace(b"T04:01:00Z", b"T04:01:00")
    with pytest.raises(InvalidMessage, match=r"field data\.post\.seen_at.*no time zone"):
        decode(value)


def test_what_could_not_be_read_is_not_written() -> None:
    post = judged("a")
    for bad in (
        replace(post, post=replace(post.post, seen_at=NOON.replace(tzinfo=None))),
        replace(post, post=replace(post.post, body="\udfff")),
    ):
        with pytest.raises(InvalidMessage, match=r"seen_at|surrogates"):
            encode(bad)
