"""Relevant posts of a fictional district for the grouping tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stream.messages import Relevant
from yuqing.domain.post import Owner, Post, Sighting, place_of, post_id_of
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic, Verdict

START = datetime(2026, 3, 2, 1, 20, tzinfo=UTC)


def relevant(
    title: str,
    body: str = "",
    *,
    hours: float = 0,
    native: str = "",
    jurisdiction: str = "yunxi",
    owner: Owner = Owner.CITIZEN,
    topic: Topic = Topic.URBAN,
    severity: Severity = Severity.ORDINARY,
    emergency: Emergency | None = None,
    places: tuple[str, ...] = (),
    revises: str | None = None,
) -> Relevant:
    """A judged post, published `hours` after START and seen ten minutes later."""
    at = START + timedelta(hours=hours)
    place = place_of("bbs", native or f"{hours}-{title}")
    post_id = post_id_of(place, title, body)
    post = Post(
        post_id=post_id,
        place=place,
        source="bbs",
        owner=owner,
        title=title,
        body=body,
        url="http://127.0.0.1/post",
        author="",
        published_at=at,
        seen_at=at + timedelta(minutes=10),
        revises=revises,
    )
    verdict = Verdict(
        post_id=post_id,
        relevant=True,
        topic=topic,
        also=(),
        severity=severity,
        emergency=emergency,
        disposition=Disposition.DIFFICULTY,
        rumour_risk=0.1,
        confidence=0.9,
        evidence=(),
        places=places,
        unit_kind_guess=None,
        model="test",
    )
    return Relevant(jurisdiction, post, Sighting(post_id, place, post.seen_at), verdict)


def water(hours: float = 0) -> list[Relevant]:
    """Two neighbours about one estate's water, then one about another estate's."""
    return [
        relevant(
            "翠屏湾小区三号楼连续停水四天",
            "翠屏湾小区三号楼从周一开始停水，老人提着桶去隔壁楼接水，物业说水泵坏了等配件。",
            hours=hours,
        ),
        relevant(
            "翠屏湾小区停水没人管",
            "家住翠屏湾小区，停水好几天了，水泵坏了物业一直说等配件，做饭都成问题。",
            hours=hours + 1,
        ),
        relevant(
            "松鹤苑小区停水没人管",
            "家住松鹤苑小区，停水好几天了，水泵坏了物业一直说等配件，做饭都成问题。",
            hours=hours + 2,
        ),
    ]
