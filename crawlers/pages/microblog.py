"""A microblog's JSON search answer to posts, by the paths its source names."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import jmespath
import orjson
from jmespath.exceptions import JMESPathError

from crawlers.pages.markup import html_text
from crawlers.pages.page import Draft, PageContext, Parsed, gather, page_text, refuse, to_post
from crawlers.pages.urls import absolute_url


def parse_microblog(content: bytes, context: PageContext) -> Parsed:
    """The posts of one answer with their counts and followers, and the next page's address.

    Refuses the page when it is not JSON or has no list where the items should be.
    """
    try:
        answer = orjson.loads(page_text(content, context).encode("utf-8", "replace"))
    except orjson.JSONDecodeError as error:
        return refuse(content, context, f"not JSON: {error}")
    items = _find(context.source.fields.items, answer)
    if not isinstance(items, list):
        return refuse(content, context, f"no list at {context.source.fields.items!r}")
    posts = (to_post(_draft(item, context), context, orjson.dumps(item)) for item in items)
    return gather([Parsed(next=_next(answer, context)), *posts])


def _draft(item: Any, context: PageContext) -> Draft:
    fields = context.source.fields
    native = _word(_find(fields.id, item))
    link = fields.link.replace("{id}", quote(native, safe="")) if native else ""
    return Draft(
        native=native,
        title=html_text(_word(_find(fields.title, item))),
        body=html_text(_word(_find(fields.text, item))),
        url=_word(_find(fields.url, item)) or link,
        author=_word(_find(fields.author, item)),
        date=_find(fields.time, item),
        likes=_find(fields.likes, item),
        reposts=_find(fields.reposts, item),
        comments=_find(fields.comments, item),
        followers=_find(fields.followers, item),
    )


def _next(answer: Any, context: PageContext) -> str | None:
    fields = context.source.fields
    found = _word(_find(fields.next, answer))
    if found in ("", "0"):
        return None
    if not fields.next_parameter:
        return absolute_url(found, context.url)
    parts = urlsplit(context.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {fields.next_parameter: found}
    return parts._replace(query=urlencode(query)).geturl()


def _find(path: str, where: Any) -> Any:
    try:
        return jmespath.search(path, where) if path else None
    except JMESPathError:
        # a function met a type it does not take; to us the field is not there
        return None


def _word(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
