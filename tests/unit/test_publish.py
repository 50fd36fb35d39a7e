"""What is said of a haul: new places, revisions, sightings and refusals, each once."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawlers.pages.page import Draft, PageContext, Parsed, Refused, gather, to_post
from crawlers.publish import MOST_ORIGINAL, Delivery, Haul, Tally, prepare
from crawlers.source import Kind, Source
from crawlers.state import Known
from stream.codec import decode
from stream.messages import Crawled, DeadLetter, Seen
from yuqing.domain.post import Owner

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SOURCE = Source(
    id="bbs",
    name="论坛",
    kind=Kind.MICROBLOG,
    owner=Owner.CITIZEN,
    urls=("http://bbs.example.cn/",),
    rhythm=timedelta(minutes=5),
    revisit=timedelta(hours=1),
)


def seen(native: str, body: str, likes: int | None = None, at: datetime = NOW) -> Parsed:
    context = PageContext(SOURCE, "http://bbs.example.cn/", at)
    return to_post(Draft(native=native, body=body, likes=likes), context, b"")


def haul(*parts: Parsed, at: datetime = NOW) -> Haul:
    return Haul(SOURCE, at, gather(parts))


def after(delivery: Delivery) -> dict[str, Known]:
    return {known.place: known for known in delivery.known}


def test_a_place_met_first_is_crawled() -> None:
    delivery = prepare(haul(seen("1", "路灯坏了", likes=3)), {}, ())
    (message,) = delivery.messages
    crawled = decode(message.value)
    assert isinstance(crawled, Crawled)
    assert (message.topic, message.key) == ("posts.raw", "bbs:1")
    assert crawled.post.revises is None
    assert crawled.sighting.likes == 3
    assert delivery.tally == Tally(new=1)


def test_the_same_again_says_nothing() -> None:
    known = after(prepare(haul(seen("1", "路灯坏了", likes=3)), {}, ()))
    again = prepare(
        haul(seen("1", "  路灯坏了\n", likes=3, at=NOW + timedelta(minutes=5))), known, ()
    )
    assert again.messages == ()
    assert again.known == ()


def test_new_counts_are_a_sighting() -> None:
    known = after(prepare(haul(seen("1", "路灯坏了", likes=3)), {}, ()))
    again = prepare(haul(seen("1", "路灯坏了", likes=9)), known, ())
    message = decode(again.messages[0].value)
    assert isinstance(message, Seen)
    assert message.sighting.likes == 9
    assert again.tally == Tally(seen=1)


def test_a_count_that_is_not_shown_has_not_changed() -> None:
    known = after(prepare(haul(seen("1", "路灯坏了", likes=3)), {}, ()))
    assert prepare(haul(seen("1", "路灯坏了")), known, ()).messages == ()
    later = seen("1", "路灯坏了", at=NOW + timedelta(hours=1))
    assert prepare(haul(later), known, ()).known[0].likes == 3


def test_a_sighting_is_due_after_the_revisit_span() -> None:
    known = after(prepare(haul(seen("1", "路灯坏了", likes=3)), {}, ()))
    later = seen("1", "路灯坏了", likes=3, at=NOW + SOURCE.revisit)
    assert prepare(haul(later), known, ()).tally == Tally(seen=1)


def test_new_text_at_a_place_is_a_revision() -> None:
    first = prepare(haul(seen("1", "伤两人")), {}, ())
    again = prepare(haul(seen("1", "伤三人")), after(first), ())
    message = decode(again.messages[0].value)
    assert isinstance(message, Crawled)
    assert message.post.revises == first.known[0].post_id
    assert message.post.post_id != first.known[0].post_id
    assert again.tally == Tally(revised=1)


def test_a_place_that_stands_twice_counts_once() -> None:
    delivery = prepare(haul(seen("1", "置顶"), seen("1", "旧文"), seen("2", "另一条")), {}, ())
    assert [message.key for message in delivery.messages] == ["bbs:1", "bbs:2"]


def test_equal_hauls_give_equal_messages() -> None:
    one, two = (prepare(haul(seen("1", "路灯坏了", likes=3)), {}, ()) for _ in range(2))
    assert one == two


def test_a_refusal_is_told_once_with_its_original() -> None:
    refused = Parsed(refused=(Refused("no title and no body", "7", b"{}"),))
    delivery = prepare(haul(refused, refused), {}, ())
    (message,) = delivery.messages
    letter = decode(message.value)
    assert isinstance(letter, DeadLetter)
    assert (message.topic, letter.partition, letter.offset) == ("dead", -1, -1)
    assert letter.group == "crawl"
    assert "no title and no body" in letter.reason
    assert b64decode(letter.value) == b"{}"
    assert prepare(haul(refused), {}, {delivery.refused[0][0]}).messages == ()


def test_a_long_original_is_cut_and_says_so() -> None:
    page = b"x" * (MOST_ORIGINAL + 10)
    delivery = prepare(haul(Parsed(refused=(Refused("not a feed", "u", page),))), {}, ())
    letter = decode(delivery.messages[0].value)
    assert isinstance(letter, DeadLetter)
    assert len(b64decode(letter.value)) == MOST_ORIGINAL
    assert f"cut to {MOST_ORIGINAL} of {len(page)} bytes" in letter.reason


def test_another_source_or_place_is_another_refusal() -> None:
    one = Refused("r", "a", b"")
    hauls = [
        haul(Parsed(refused=(one,))),
        haul(Parsed(refused=(replace(one, where="b"),))),
        Haul(replace(SOURCE, id="other"), NOW, Parsed(refused=(one,))),
    ]
    assert len({prepare(each, {}, ()).refused[0][0] for each in hauls}) == 3


def test_a_huge_body_is_cut_with_a_remark() -> None:
    parsed = seen("1", "字" * 200_000)
    assert len(parsed.posts[0][0].body) == 100_000
    assert "cut" in parsed.remarks[0].what
