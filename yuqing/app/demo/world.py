"""The demo world: one scripted week of a fictional district, read from the YAML beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, field_validator

from yuqing.app.demo.posts import Broken, Counts, ScriptedPost, Site, seeded
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Topic
from yuqing.files.yamlfile import load_yaml

SCRIPT = Path(__file__).parent / "script"
ZONE = "Asia/Shanghai"
# the day before day 1, a Sunday; what is written then stands there when the world begins
_DAY_ZERO = datetime(2026, 3, 1, tzinfo=ZoneInfo(ZONE))
_BEGINS = timedelta(days=1, hours=6)
_LASTS = timedelta(days=7)
_AT = re.compile(r"([0-7]) ([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Matter:
    """What a number of posts are about; `relevant` tells whether it is 政务舆情."""

    key: str
    title: str
    topic: Topic
    relevant: bool


@dataclass(frozen=True, slots=True)
class World:
    """The whole week. `posts` are ordered by time; `start` and `end` are aware, UTC."""

    start: datetime
    end: datetime
    matters: tuple[Matter, ...]
    posts: tuple[ScriptedPost, ...]

    def posts_at(
        self, now: datetime, site: Site | None = None, owner: Owner | None = None
    ) -> tuple[ScriptedPost, ...]:
        """What is published at `now` (on `site`, by accounts of `owner`), newest first."""
        return tuple(
            post
            for post in reversed(self.posts)
            if post.at <= now and site in (None, post.site) and owner in (None, post.owner)
        )

    def post_at(self, now: datetime, site: Site, native: str) -> ScriptedPost | None:
        """The post with that id, if it is published at `now`."""
        return next((p for p in self.posts_at(now, site) if p.native == native), None)


class _Edit(BaseModel):
    at: str
    text: str


class _Entry(BaseModel):
    at: str
    site: Site
    by: str
    text: str
    title: str = ""
    likes: int | None = None
    reposts: int | None = None
    comments: int | None = None
    replies: int | None = None
    broken: Broken | None = None
    edits: list[_Edit] = []

    @field_validator("at")
    @classmethod
    def _is_moment(cls, value: str) -> str:
        _moment(value)
        return value


class _Matter(BaseModel):
    key: str
    title: str
    topic: Topic = Topic.OTHER
    relevant: bool = True
    posts: list[_Entry]


class _Script(BaseModel):
    matters: list[_Matter]


class _Account(BaseModel):
    owner: Owner
    followers: int


class _Accounts(BaseModel):
    accounts: dict[str, _Account]


def load_world(script: Path = SCRIPT) -> World:
    """The world that the files of `script` tell. Raises ConfigError for a mistake in one."""
    accounts = load_yaml(script / "accounts.yaml", _Accounts).accounts
    files = sorted(file for file in script.glob("*.yaml") if file.name != "accounts.yaml")
    matters = [matter for file in files for matter in load_yaml(file, _Script).matters]
    begins = _DAY_ZERO + _BEGINS
    return World(
        start=begins.astimezone(UTC),
        end=(begins + _LASTS).astimezone(UTC),
        matters=tuple(Matter(m.key, m.title, m.topic, m.relevant) for m in matters),
        posts=tuple(_posts(matters, accounts)),
    )


def _posts(matters: Iterable[_Matter], accounts: dict[str, _Account]) -> Iterator[ScriptedPost]:
    entries = [(entry, matter) for matter in matters for entry in matter.posts]
    entries.sort(key=lambda pair: (pair[0].at, pair[0].by, pair[0].text))
    for number, (entry, matter) in enumerate(entries, start=1):
        account = accounts.get(entry.by) or _resident(entry)
        yield ScriptedPost(
            native=_native(entry, number),
            site=entry.site,
            at=_moment(entry.at),
            author=entry.by,
            owner=account.owner,
            followers=account.followers,
            title=entry.title,
            text=entry.text,
            final=_final(entry, account),
            matter=matter.key,
            relevant=matter.relevant,
            broken=entry.broken,
            edits=tuple((_moment(edit.at), edit.text) for edit in entry.edits),
        )


def _moment(written: str) -> datetime:
    """`written` is the day of the week, 0 to 7, and the local time: "1 11:20"."""
    match = _AT.fullmatch(written)
    if match is None:
        raise ValueError('write day and local time: "1 11:20"')
    day, hour, minute = (int(part) for part in match.groups())
    return (_DAY_ZERO + timedelta(days=day, hours=hour, minutes=minute)).astimezone(UTC)


def _resident(entry: _Entry) -> _Account:
    owners = {Site.PORTAL: Owner.OFFICIAL, Site.PAPER: Owner.MEDIA}
    return _Account(
        owner=owners.get(entry.site, Owner.CITIZEN), followers=20 + seeded(entry.by, 3000)
    )


def _native(entry: _Entry, number: int) -> str:
    if entry.site is Site.MICROBLOG:
        seconds = int(_moment(entry.at).timestamp())
        return f"{seconds * 1_000_000 + number}"
    return {Site.PORTAL: "art_", Site.FORUM: "", Site.PAPER: "P"}[entry.site] + f"{20_000 + number}"


def _final(entry: _Entry, account: _Account) -> Counts:
    reach = account.followers // 60 + 12

    def given(count: int | None, name: str, share: int) -> int:
        return count if count is not None else seeded(name + entry.text, reach) // share

    return Counts(
        given(entry.likes, "likes", 1),
        given(entry.reposts, "reposts", 4),
        given(entry.comments if entry.replies is None else entry.replies, "comments", 2),
    )
