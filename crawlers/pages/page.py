"""What every page parser takes and gives: a context in, posts, links and refusals out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.pages.charset import decode
from crawlers.pages.counts import read_count
from crawlers.pages.dates import read_date
from crawlers.pages.urls import absolute_url, canonical_url
from crawlers.source import Source
from yuqing.domain.post import Post, Sighting, place_of, post_id_of
from yuqing.domain.text import clean

LONGEST_TITLE = 500
LONGEST_BODY = 100_000
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where and when a page was fetched; `charset` is what the HTTP header said."""

    source: Source
    url: str
    seen_at: datetime
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not become a post: why, where (a URL or a native id), and the piece itself."""

    reason: str
    where: str
    original: bytes


@dataclass(frozen=True, slots=True)
class Remark:
    """What was taken though something about it is wrong (a date in the future, a cut body)."""

    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a page gave. `links` are articles to fetch, `next` is the list's following page."""

    posts: tuple[tuple[Post, Sighting], ...] = ()
    links: tuple[str, ...] = ()
    next: str | None = None
    refused: tuple[Refused, ...] = ()
    remarks: tuple[Remark, ...] = ()


def gather(parts: Iterable[Parsed]) -> Parsed:
    """All of `parts` together; the first `next` counts."""
    all_parts = list(parts)
    return Parsed(
        posts=tuple(post for part in all_parts for post in part.posts),
        links=tuple(link for part in all_parts for link in part.links),
        next=next((part.next for part in all_parts if part.next), None),
        refused=tuple(one for part in all_parts for one in part.refused),
        remarks=tuple(remark for part in all_parts for remark in part.remarks),
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of a would-be post as the page shows them, before any is understood."""

    native: str = ""
    title: str = ""
    body: str = ""
    url: str = ""
    author: str = ""
    date: object = None
    likes: object = None
    reposts: object = None
    comments: object = None
    followers: object = None


def page_text(content: bytes, context: PageContext) -> str:
    """The page as text, in whatever charset it really is."""
    return decode(content, context.charset, context.source.encoding)


def refuse(content: bytes, context: PageContext, reason: str) -> Parsed:
    """Nothing but the refusal of the whole page."""
    return Parsed(refused=(Refused(reason, context.url, content),))


def to_post(draft: Draft, context: PageContext, original: bytes) -> Parsed:
    """The post that `draft` describes, or its refusal (no text at all; nothing to name it by).

    A date that cannot be read or lies in the future does not cost us the post: it is kept
    without a publication time, and a remark says so.
    """
    url = absolute_url(draft.url, context.url) if draft.url else None
    native = _native(draft, url)
    if not native:
        where = f"{context.url} item {hashlib.sha256(original).hexdigest()[:8]}"
        return Parsed(refused=(Refused("no id and no address", where, original),))
    draft, cut = _tidy(draft)
    if not draft.title and not draft.body:
        return Parsed(refused=(Refused("no title and no body", native, original),))
    dated = read_date(draft.date, context.seen_at, context.source.zone)
    problems = [dated.problem] if dated.problem and dated.problem != "no date" else []
    problems += ["a body cut to its first 100,000 characters"] if cut else []
    post = _post(draft, context, native, url or context.url, dated.at)
    return Parsed(
        posts=((post, _sighting(draft, post)),),
        remarks=tuple(Remark(problem, native) for problem in problems),
    )


def _native(draft: Draft, url: str | None) -> str:
    name = " ".join(clean(draft.native).split())
    if name.startswith(("http://", "https://")):
        url, name = absolute_url(name, name) or url, ""
    if name and len(name) <= LONGEST_NAME:
        return name
    return canonical_url(url) if url else name[:LONGEST_NAME]


def _tidy(draft: Draft) -> tuple[Draft, bool]:
    body = clean(draft.body).strip()
    tidied = replace(
        draft,
        title=" ".join(clean(draft.title).split())[:LONGEST_TITLE],
        body=body[:LONGEST_BODY],
        author=" ".join(clean(draft.author).split())[:LONGEST_NAME],
    )
    return tidied, len(body) > LONGEST_BODY


def _post(
    draft: Draft, context: PageContext, native: str, url: str, published_at: datetime | None
) -> Post:
    place = place_of(context.source.id, native)
    return Post(
        post_id=post_id_of(place, draft.title, draft.body),
        place=place,
        source=context.source.id,
        owner=context.source.owner,
        title=draft.title,
        body=draft.body,
        url=url,
        author=draft.author,
        published_at=published_at,
        seen_at=context.seen_at,
        jurisdictions=context.source.jurisdictions,
        followers=read_count(draft.followers),
    )


def _sighting(draft: Draft, post: Post) -> Sighting:
    return Sighting(
        post_id=post.post_id,
        place=post.place,
        seen_at=post.seen_at,
        likes=read_count(draft.likes),
        reposts=read_count(draft.reposts),
        comments=read_count(draft.comments),
    )
