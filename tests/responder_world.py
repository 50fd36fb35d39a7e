"""A small fictional district for the responder's tests: values only, no services."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from responder.policy import national
from stream.bus import Record
from stream.codec import encode
from stream.messages import EventChanged, Judged, Message, Relevant
from yuqing.domain.event import Event
from yuqing.domain.jurisdiction import ChainStep, Contact, Jurisdiction, Place, Unit
from yuqing.domain.post import Owner, Post, Sighting, place_of, post_id_of
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic, Verdict

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class SetClock:
    """A clock that stands until it is moved; `rate` world seconds pass in a real one."""

    def __init__(self, now: datetime = NOON, rate: float = 1.0) -> None:
        self._now, self._rate = now, rate

    def now(self) -> datetime:
        return self._now

    def real_seconds(self, span: timedelta) -> float:
        return max(0.0, span.total_seconds() / self._rate)

    def set(self, now: datetime) -> None:
        self._now = now

    def pass_by(self, span: timedelta) -> None:
        self._now += span


def unit(code: str, name: str, *channels: str, territory: tuple[str, ...] = ()) -> Unit:
    principal = Contact(f"{name}负责人", "主要负责人", channels)
    duty = (Contact(f"{name}值班", "值班", channels),)
    return Unit(code, name, "bureau", principal, duty, territory)


def district(*channels: str) -> Jurisdiction:
    """青禾区; every contact is reached through `channels`."""
    steps = (
        ChainStep(timedelta(0), "duty"),
        ChainStep(30 * MINUTE, "principal"),
        ChainStep(HOUR, "coordinator"),
    )
    return Jurisdiction(
        code="qinghe",
        name="青禾区",
        level="district",
        zone="Asia/Shanghai",
        policy=national(),
        units=(
            unit("yingji", "应急局", *channels),
            unit("renshe", "人社局", *channels),
            unit("zhengfuban", "政府办", *channels),
            unit("beipo", "北坡街道", *channels, territory=("北坡",)),
        ),
        coordinator="zhengfuban",
        routes=((Topic.WORK_SAFETY, "yingji"), (Topic.LABOUR, "renshe")),
        places=(Place("北坡"), Place("南湖")),
        chains=tuple((Severity(grade), steps) for grade in (1, 2, 3, 4)),
    )


def post(
    number: int,
    title: str,
    body: str = "",
    *,
    owner: Owner = Owner.CITIZEN,
    at: datetime = NOON,
    source: str = "",
) -> Post:
    source = source or {Owner.OFFICIAL: "qinghe_fabu"}.get(owner, "qinghe_luntan")
    place = place_of(source, str(number))
    return Post(
        post_id=post_id_of(place, title, body),
        place=place,
        source=source,
        owner=owner,
        title=title,
        body=body,
        url=f"http://127.0.0.1/{source}/{number}",
        author="路人",
        published_at=at,
        seen_at=at + 5 * MINUTE,
        jurisdictions=("qinghe",),
    )


def verdict(
    of: Post,
    *,
    topic: Topic = Topic.WORK_SAFETY,
    severity: int = 3,
    emergency: Emergency | None = Emergency.ACCIDENT,
    places: tuple[str, ...] = ("北坡",),
) -> Verdict:
    return Verdict(
        post_id=of.post_id,
        relevant=True,
        topic=topic,
        also=(),
        severity=Severity(severity),
        emergency=emergency,
        disposition=Disposition.UNCLEAR,
        rumour_risk=0.1,
        confidence=0.9,
        evidence=(),
        places=places,
        unit_kind_guess=None,
        model="test",
    )


def relevant(of: Post, **heads: object) -> Relevant:
    said = verdict(of, **heads)  # type: ignore[arg-type]
    return Relevant("qinghe", of, Sighting(of.post_id, of.place, of.seen_at), said)


def judged(of: Post, **heads: object) -> Judged:
    one = relevant(of, **heads)
    return Judged(one.post, one.sighting, one.verdict, ("qinghe",))


def changed(*added: Relevant, version: int = 1, former: tuple[Relevant, ...] = ()) -> EventChanged:
    """The event of `former` and `added`, the gravest verdict its own."""
    members = (*former, *added)
    gravest = max((one.verdict for one in members), key=lambda v: (v.severity, bool(v.emergency)))
    posts = [one.post for one in members]
    event = Event(
        event_id=members[0].post.post_id,
        jurisdiction="qinghe",
        version=version,
        title=posts[0].title,
        topic=gravest.topic,
        severity=gravest.severity,
        emergency=gravest.emergency,
        disposition=gravest.disposition,
        rumour_risk=gravest.rumour_risk,
        places=gravest.places,
        first_posted_at=min(p.first_known_at for p in posts),
        first_seen_at=min(p.seen_at for p in posts),
        last_posted_at=max(p.first_known_at for p in posts),
        post_ids=tuple(p.post_id for p in posts),
        heat=((NOON, len(posts)),),
    )
    return EventChanged(event, added)


def recorded(*messages: Message) -> list[Record]:
    """`messages` as a bus delivers them."""
    return [
        Record("topic", 0, offset, "key", encode(message), NOON)
        for offset, message in enumerate(messages)
    ]


def later(of: Post, span: timedelta) -> Post:
    assert of.published_at is not None
    return replace(of, published_at=of.published_at + span, seen_at=of.seen_at + span)
