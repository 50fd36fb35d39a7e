"""Bytes to text: many Chinese pages say one charset and use another, or say none."""

from __future__ import annotations

import codecs
import re

_META = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_HEAD_BYTES = 4096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what servers add by default says nothing about a Chinese page
_EMPTY_WORDS = frozenset({"iso8859-1", "cp1252", "ascii", "latin-1"})


def known_encoding(label: str) -> str | None:
    """Python's name for `label`, or None; the GB family is read as its superset GB 18030."""
    try:
        name = codecs.lookup(label.strip()).name
        "".encode(name)
    except (LookupError, ValueError, TypeError):
        return None
    return "gb18030" if name in ("gb2312", "gbk", "gb18030", "hz") else name


def decode(content: bytes, header: str | None = None, override: str | None = None) -> str:
    """`content` as text; never fails, what cannot be read becomes U+FFFD.

    In order: the source's `override`, a byte order mark, UTF-8 if it is that whatever the labels
    say, the label of the HTTP `header`, that of the page's own head, GB 18030.
    """
    if override and (name := known_encoding(override)):
        return content.decode(name, "replace").removeprefix("\ufeff")
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace").removeprefix("\ufeff")
    text = content.decode("utf-8", "replace")
    if _is_utf8(text):
        return text
    for label in (header, _own_label(content)):
        name = known_encoding(label) if label else None
        labelled = _strictly(content, name) if name and name not in _EMPTY_WORDS else None
        if labelled is not None:
            return labelled
    return _least_broken(content)


def _own_label(content: bytes) -> str | None:
    match = _META.search(content[:_HEAD_BYTES])
    return match[1].decode("ascii") if match else None


def _strictly(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _is_utf8(text: str) -> bool:
    # a page cut or damaged at one place is still UTF-8; any other charset breaks at every word
    broken = text.count("\ufffd")
    return broken == 0 or broken * 10 < sum(character > "\x7f" for character in text)


def _least_broken(content: bytes) -> str:
    # a page cut in the middle of a character is valid in no encoding
    texts = [content.decode(name, "replace") for name in ("utf-8", "gb18030")]
    return min(texts, key=lambda text: text.count("\ufffd"))
