"""RSS 2.0, RSS 1.0 and Atom feeds to posts; one broken item never costs the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from crawlers.pages.markup import html_text, parse_xml, text_of
from crawlers.pages.page import (
    Draft,
    PageContext,
    Parsed,
    Remark,
    gather,
    page_text,
    refuse,
    to_post,
)
from crawlers.pages.urls import absolute_url

_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_ENDS = re.compile(r"</(?:\w+:)?(?:rss|feed|RDF)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
_TAIL = 1000
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def parse_feed(content: bytes, context: PageContext) -> Parsed:
    """The posts of a feed, and the address of its next page where it names one (RFC 5005).

    Refuses the page when it is no feed, or declares entities (they may be bombs). A feed that is
    not well-formed gives what can be read, with a remark; the last item of one that is cut off
    is left for the next visit, when it may be whole.
    """
    text = _NOT_XML.sub("", page_text(content, context)).lstrip()
    if _ENTITY.search(text):
        return refuse(content, context, "a feed that declares entities")
    root, whole = parse_xml(text)
    items = [] if root is None else [e for e in root.iter() if _name(e) in ("item", "entry")]
    if root is None or (not items and (not whole or _name(root) not in ("rss", "feed", "RDF"))):
        return refuse(content, context, "not a feed that can be read")
    remarks = () if whole else (Remark("a feed that is not well-formed", context.url),)
    if not whole and not _ENDS.search(text[-_TAIL:]):
        items, remarks = items[:-1], (Remark("a feed that is cut off", context.url),)
        if not items:
            return refuse(content, context, "a feed that is cut off in its first item")
    posts = (to_post(_draft(e), context, etree.tostring(e, encoding="utf-8")) for e in items)
    return gather([Parsed(next=_next(root, context), remarks=remarks), *posts])


def _draft(item: Any) -> Draft:
    return Draft(
        native=_text(item, "guid", "id"),
        title=html_text(_text(item, "title")),
        body=_body(item),
        url=_link(item),
        author=_author(item),
        date=_text(item, "pubDate", "published", "date", "issued", "updated", "modified"),
        comments=_first(item, "comments", of="slash"),
    )


def _body(item: Any) -> str:
    for name in ("encoded", "content", "description", "summary"):
        for element in _named(item, name):
            if element.get("type") == "xhtml":
                return text_of(element)
            if text := html_text("".join(element.itertext())):
                return text
    return ""


def _link(item: Any) -> str:
    for element in _named(item, "link"):
        if element.get("rel", "alternate") == "alternate":
            target = element.get("href") or (element.text or "").strip()
            if target:
                return str(target)
    guids = [e for e in _named(item, "guid") if e.get("isPermaLink", "true") == "true"]
    guid = (guids[0].text or "").strip() if guids else ""
    return guid if guid.startswith(("http://", "https://")) else ""


def _author(item: Any) -> str:
    for element in _named(item, "author"):
        names = [child for child in element if _name(child) == "name"]
        if names:
            return (names[0].text or "").strip()
    written = _text(item, "creator", "author")
    named = re.fullmatch(r"\S+@\S+\s*\((.+)\)", written)
    return named[1] if named else written


def _next(root: Any, context: PageContext) -> str | None:
    for element in root.iter():
        if _name(element) == "link" and element.get("rel") == "next" and element.get("href"):
            return absolute_url(element.get("href"), context.url)
        if _name(element) in ("item", "entry"):
            return None
    return None


def _text(item: Any, *names: str) -> str:
    for name in names:
        for element in _named(item, name):
            if text := "".join(element.itertext()).strip():
                return text
    return ""


def _first(item: Any, name: str, of: str) -> str | None:
    # RSS's own <comments> is an address; only the slash module's is a number
    return next((e.text for e in _named(item, name) if of in (e.tag.split("}")[0])), None)


def _named(item: Any, name: str) -> Iterator[Any]:
    return (child for child in item if _name(child) == name)


def _name(element: Any) -> str:
    # comments and unexpanded entities have no name
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
