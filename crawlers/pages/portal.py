"""A portal's or forum's list pages to links, and its articles to posts."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import trafilatura
from parsel import Selector
from trafilatura.settings import use_config

from crawlers.pages.markup import parse_html, text_of
from crawlers.pages.page import Draft, PageContext, Parsed, page_text, refuse, to_post
from crawlers.pages.urls import absolute_url, within

_META_TITLE = ("articletitle", "og:title")
_META_DATE = ("pubdate", "publishdate", "article:published_time", "og:published_time")
_META_AUTHOR = ("author", "contentsource")
_DATE_LABEL = re.compile(
    r"(?:发布时间|发布日期|发表于|发表时间|发布于|成文日期|日期|时间)\s*[:\uff1a]?\s*"
    r"(\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?)"
)
_HEADING_LINE = re.compile(
    r"(?:发布时间|发布日期|发表于|来源|作者|浏览|阅读|字号|字体|打印|分享)[^。]*"
)
_SITE_NAME = re.compile(r"\s*[-_|–—]\s*[^-_|–—]+$")
# trafilatura's own least length is meant for Latin letters; a Chinese notice may be two sentences
_SHORTEST_BODY = "20"


def parse_list(content: bytes, context: PageContext) -> Parsed:
    """The articles a list page links to, each once, in its order, and the next list page.

    Links that leave the source's hosts are not among them. Refuses the page when the selector
    finds no link at all, for then the site has changed its face.
    """
    root = parse_html(page_text(content, context))
    if root is None:
        return refuse(content, context, "an empty page where a list should be")
    selectors = context.source.selectors
    found = Selector(root=root).css(selectors.links)
    links = [absolute_url(link, context.url) for link in found.css("::attr(href)").getall()]
    if not links:
        return refuse(content, context, f"no link where {selectors.links!r} should find them")
    inside = [link for link in links if link and within(link, context.source.hosts)]
    return Parsed(links=tuple(dict.fromkeys(inside)), next=_next(root, context))


def parse_article(content: bytes, context: PageContext) -> Parsed:
    """The one post an article page holds, or its refusal (no title and no text)."""
    text = page_text(content, context)
    root = parse_html(text)
    if root is None:
        return refuse(content, context, "an empty page where an article should be")
    selectors, metas = context.source.selectors, _metas(root)
    title = _pick(root, selectors.title) or _title(root, metas)
    draft = Draft(
        title=title,
        body=_pick(root, selectors.body) if selectors.body else _main_text(text, title),
        url=context.url,
        author=_pick(root, selectors.author) or _meta(metas, _META_AUTHOR),
        date=_date(root, metas, selectors.date),
        likes=_pick(root, selectors.likes),
        reposts=_pick(root, selectors.reposts),
        comments=_pick(root, selectors.comments),
    )
    return to_post(draft, context, content)


def _next(root: Any, context: PageContext) -> str | None:
    if not context.source.selectors.next:
        return None
    link = Selector(root=root).css(context.source.selectors.next).css("::attr(href)").get()
    url = absolute_url(link, context.url) if link else None
    return url if url and url != context.url and within(url, context.source.hosts) else None


def _pick(root: Any, selector: str) -> str:
    if not selector:
        return ""
    found = Selector(root=root).css(selector)
    return text_of(found[0].root) if found else ""


def _main_text(text: str, title: str) -> str:
    found = trafilatura.extract(
        text, include_comments=False, include_tables=True, config=_extraction()
    )
    lines = (found or "").split("\n")
    # it takes the heading for a part of the text now and then
    lines = lines[1:] if " ".join(lines[0].split()) == " ".join(title.split()) else lines
    return "\n".join(line for line in lines if not _is_heading(line))


def _is_heading(line: str) -> bool:
    return len(line) < 80 and _HEADING_LINE.fullmatch(line.strip()) is not None


@cache
def _extraction() -> Any:
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", _SHORTEST_BODY)
    return config


def _title(root: Any, metas: dict[str, str]) -> str:
    written = _meta(metas, _META_TITLE)
    headings = [heading for heading in map(text_of, root.iter("h1")) if heading]
    title = (root.findtext(".//title") or "")[:500]
    return written or (headings[0] if headings else _SITE_NAME.sub("", title.strip()))


def _date(root: Any, metas: dict[str, str], selector: str) -> str:
    if selector:
        found = Selector(root=root).css(selector)
        return (found[0].attrib.get("datetime") or text_of(found[0].root)) if found else ""
    if written := _meta(metas, _META_DATE):
        return written
    stamps = [e.get("datetime") for e in root.iter("time") if e.get("datetime")]
    labelled = _DATE_LABEL.search(text_of(root))
    return stamps[0] if stamps else labelled[1] if labelled else ""


def _metas(root: Any) -> dict[str, str]:
    named = ((e.get("name") or e.get("property"), e.get("content")) for e in root.iter("meta"))
    return {name.lower(): content.strip() for name, content in named if name and content}


def _meta(metas: dict[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if metas.get(name)), "")
