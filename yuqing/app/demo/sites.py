"""The pages of the demo world's sites at one moment: pure, from (world, now, address) to bytes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from yuqing.app.demo.posts import Broken, ScriptedPost, Site
from yuqing.app.demo.world import ZONE, World
from yuqing.domain.post import Owner

PAGES = Path(__file__).parent / "pages"
A_PAGE = 30
_FAR = timedelta(days=365 * 36)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends; `changed_at` becomes Last-Modified where the page knows it."""

    body: bytes
    kind: str
    status: int = 200
    changed_at: datetime | None = None


def answer(world: World, now: datetime, path: str, query: Mapping[str, str]) -> Answer:
    """The page at `path`, as it is at `now`. Whatever is not there yet is a 404."""
    for pattern, page in _ROUTES:
        match = re.fullmatch(pattern, path)
        named = {k: v for k, v in match.groupdict().items() if v} if match else {}
        found = page(world, now, {**query, **named}) if match else None
        if found is not None:
            return found
    return _html("missing", "utf-8", 404)


def _home(_world: World, _now: datetime, _args: Mapping[str, str]) -> Answer:
    return _html("home")


def _robots(_world: World, _now: datetime, _args: Mapping[str, str]) -> Answer:
    return Answer(b"User-agent: *\nDisallow: /admin/\nAllow: /\n", "text/plain; charset=utf-8")


def _portal_list(world: World, now: datetime, args: Mapping[str, str]) -> Answer | None:
    posts, page, more = _cut(world.posts_at(now, Site.PORTAL), args)
    if not posts:
        return None
    rows = "\n".join(
        f'<li><a href="/portal/{post.native}.html">{_safe(post.title)}</a>'
        f"<span>{_local(post.at):%Y-%m-%d}</span></li>"
        for post in posts
    )
    following = f'<a class="next" href="/portal/index_{page + 1}.html">下一页</a>' if more else ""
    return _html("portal_list", changed_at=_newest(posts, now), rows=rows, next=following)


def _portal_article(world: World, now: datetime, args: Mapping[str, str]) -> Answer | None:
    post = world.post_at(now, Site.PORTAL, args["native"])
    if post is None:
        return None
    return _html(
        "portal_article",
        changed_at=post.changed_at(now),
        title=_safe(post.title),
        date=f"{_shown(post):%Y-%m-%d %H:%M}",
        author=_safe(post.author),
        body=_paragraphs(post.text_at(now)),
    )


def _forum_list(world: World, now: datetime, args: Mapping[str, str]) -> Answer | None:
    posts, page, more = _cut(world.posts_at(now, Site.FORUM), args)
    if not posts:
        return None
    rows = "\n".join(
        f'<tr><td class="subject"><a href="/bbs/thread-{post.native}.html">'
        f"{_safe(post.title) or '（无标题）'}</a></td><td>{_safe(post.author)}</td>"
        f"<td>{_local(post.at):%m-%d %H:%M}</td></tr>"
        for post in posts
    )
    following = f'<a class="nxt" href="/bbs/forum-{page + 1}.html">下一页</a>' if more else ""
    return _html("forum_list", "gbk", rows=rows, next=following)


def _forum_thread(world: World, now: datetime, args: Mapping[str, str]) -> Answer | None:
    post = world.post_at(now, Site.FORUM, args["native"])
    if post is None:
        return None
    counts = post.counts_at(now)
    return _html(
        "forum_thread",
        "gbk",
        head=f"{_safe(post.title)} - 汀声社区" if post.title else "",
        title=_safe(post.title),
        date=f"{_shown(post):%Y-%m-%d %H:%M}",
        author=_safe(post.author),
        body=_paragraphs(post.text_at(now)),
        likes=str(counts.likes),
        replies=str(counts.comments),
    )


def _search(world: World, now: datetime, args: Mapping[str, str]) -> Answer:
    groups = {"residents": Owner.CITIZEN, "media": Owner.MEDIA, "official": Owner.OFFICIAL}
    owner = groups.get(args.get("group", ""))
    posts, page, more = _cut(world.posts_at(now, Site.MICROBLOG, owner), args)
    found = {
        "ok": 1,
        "data": {
            "statuses": [_status(post, now) for post in posts],
            "next_page": str(page + 1) if more else None,
        },
    }
    return Answer(json.dumps(found, ensure_ascii=False).encode(), "application/json; charset=utf-8")


def _status(post: ScriptedPost, now: datetime) -> dict[str, object]:
    counts = post.counts_at(now)
    return {
        "idstr": post.native,
        "created_at": f"{_shown(post):%a %b %d %H:%M:%S %z %Y}",
        "text": post.text_at(now),
        "user": {"screen_name": post.author, "followers_count": post.followers},
        "attitudes_count": counts.likes,
        "reposts_count": counts.reposts,
        "comments_count": counts.comments,
    }


def _status_page(world: World, now: datetime, args: Mapping[str, str]) -> Answer | None:
    post = world.post_at(now, Site.MICROBLOG, args["native"])
    if post is None:
        return None
    body = _paragraphs(post.text_at(now))
    return _html("status", author=_safe(post.author), date=f"{_shown(post):%c}", body=body)


def _feed(world: World, now: datetime, _args: Mapping[str, str]) -> Answer:
    posts = world.posts_at(now, Site.PAPER)[:A_PAGE]
    items = "\n".join(_item(post, now) for post in posts)
    body = _template("feed.xml").substitute(items=items).encode()
    return Answer(body, "application/rss+xml; charset=utf-8", changed_at=_newest(posts, now))


def _item(post: ScriptedPost, now: datetime) -> str:
    return (
        f"<item><title>{_safe(post.title)}</title>"
        f'<guid isPermaLink="false">{post.native}</guid><link>/paper/{post.native}.html</link>'
        f"<pubDate>{format_datetime(_shown(post))}</pubDate>"
        f"<description>{_safe(post.text_at(now))}</description></item>"
    )


def _paper_article(world: World, now: datetime, args: Mapping[str, str]) -> Answer | None:
    post = world.post_at(now, Site.PAPER, args["native"])
    if post is None:
        return None
    body = _paragraphs(post.text_at(now))
    return _html("paper_article", title=_safe(post.title), date=f"{_shown(post):%c}", body=body)


def pager(pushes: Iterable[tuple[str, str, str]]) -> Answer:
    """What arrived on the units' telephones; `pushes` are (unit, title, text), newest first."""
    rows = "\n".join(
        f"<li><b>{_safe(unit)}</b> {_safe(title)}<p>{_safe(text)}</p></li>"
        for unit, title, text in pushes
    )
    return _html("pager", rows=rows)


_ROUTES: tuple[tuple[str, Callable[[World, datetime, Mapping[str, str]], Answer | None]], ...] = (
    (r"/", _home),
    (r"/robots\.txt", _robots),
    (r"/portal/(index(_(?P<page>\d+))?\.html)?", _portal_list),
    (r"/portal/(?P<native>art_\d+)\.html", _portal_article),
    (r"/bbs/(forum-(?P<page>\d+)\.html)?", _forum_list),
    (r"/bbs/thread-(?P<native>\d+)\.html", _forum_thread),
    (r"/api/search\.json", _search),
    (r"/status/(?P<native>\d+)", _status_page),
    (r"/paper/rss\.xml", _feed),
    (r"/paper/(?P<native>P\d+)\.html", _paper_article),
)


def _cut(
    posts: tuple[ScriptedPost, ...], args: Mapping[str, str]
) -> tuple[tuple[ScriptedPost, ...], int, bool]:
    written = args.get("page") or "1"
    page = int(written) if re.fullmatch(r"[1-9]\d{0,3}", written) else 1
    return posts[(page - 1) * A_PAGE : page * A_PAGE], page, len(posts) > page * A_PAGE


def _newest(posts: tuple[ScriptedPost, ...], now: datetime) -> datetime | None:
    return max((post.changed_at(now) for post in posts), default=None)


def _shown(post: ScriptedPost) -> datetime:
    return _local(post.at + _FAR if post.broken is Broken.FUTURE else post.at)


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(ZONE))


def _safe(text: str) -> str:
    return html.escape(text)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_safe(line)}</p>" for line in text.splitlines() if line)


def _html(
    name: str,
    charset: str = "utf-8",
    status: int = 200,
    changed_at: datetime | None = None,
    **parts: str,
) -> Answer:
    page = _template(f"{name}.html").substitute(parts)
    # an old site's way to show what its charset lacks, emoji above all
    body = page.encode(charset, "xmlcharrefreplace")
    return Answer(body, f"text/html; charset={charset}", status, changed_at)


@cache
def _template(name: str) -> Template:
    return Template((PAGES / name).read_text(encoding="utf-8"))
