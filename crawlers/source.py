"""A source as a value: everything a crawl and a page parser need to know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from yuqing.domain.post import Owner


class Kind(StrEnum):
    """What the pages of a source look like, and so which spider fetches them."""

    FEED = "feed"
    PORTAL = "portal"
    MICROBLOG = "microblog"


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of a portal: `links` and `next` on a list page, the rest on an article.

    An empty selector leaves the finding to us (for `body`: to trafilatura).
    """

    links: str = ""
    next: str = ""
    title: str = ""
    body: str = ""
    date: str = ""
    author: str = ""
    likes: str = ""
    reposts: str = ""
    comments: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """JMESPath expressions of a microblog answer; all but `items`, `next` start at one item.

    `next` gives the next page's URL, or, with `next_parameter`, a value of that query parameter.
    `link` makes a post's address from its id where there is no `url`: "https://host/p/{id}".
    """

    items: str = ""
    id: str = ""
    text: str = ""
    title: str = ""
    author: str = ""
    time: str = ""
    url: str = ""
    likes: str = ""
    reposts: str = ""
    comments: str = ""
    followers: str = ""
    next: str = ""
    next_parameter: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One feed, site or API to crawl.

    `hosts` are the only hosts ever fetched ("name" on the usual ports, or "name:port").
    `pages` bounds how many pages one crawl follows a list, `delay` is real seconds
    between two requests to it. What is known is looked at again after `revisit`. `zone` is that
    of its dates; `encoding` overrides what the pages say of themselves.
    """

    id: str
    name: str
    kind: Kind
    owner: Owner
    urls: tuple[str, ...]
    rhythm: timedelta
    jurisdictions: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    selectors: Selectors = field(default_factory=Selectors)
    fields: Fields = field(default_factory=Fields)
    zone: str = "Asia/Shanghai"
    encoding: str | None = None
    pages: int = 3
    max_bytes: int = 5_000_000
    delay: float = 1.0
    obey_robots: bool = True
    revisit: timedelta = timedelta(hours=1)
