"""HTML and XML that strangers wrote, parsed without trusting it, and turned into plain text."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
from lxml import etree

_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure"),
        *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p"),
        *("pre", "section", "table", "td", "th", "tr", "ul"),
    }
)
_SILENT = frozenset(("script", "style", "noscript", "template", "iframe", "head", "title"))
_SPACES = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\s*\n\s*")
_DEEPEST = 400


def parse_html(text: str) -> Any:
    """The root element of an HTML document, or None when there is nothing in it."""
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def parse_xml(text: str) -> tuple[Any, bool]:
    """The root element of an XML document, mended where broken, and whether it was whole.

    Entities are never expanded and nothing is fetched. The root is None when nothing is left.
    """
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.XMLSyntaxError:
        return None, False
    return root, len(parser.error_log) == 0


def text_of(element: Any) -> str:
    """The readable text below `element`: one line a block, spaces folded, scripts left out."""
    pieces: list[str] = []
    _collect(element, pieces, 0)
    folded = _SPACES.sub(" ", "".join(pieces).replace("\r", "\n").replace("\u3000", " "))
    return _GAPS.sub("\n", folded).strip()


def html_text(fragment: str) -> str:
    """The readable text of a piece of HTML, or of plain text, which stays as it is."""
    if "<" not in fragment and "&" not in fragment:
        return _GAPS.sub("\n", _SPACES.sub(" ", fragment)).strip()
    root = parse_html(f"<div>{fragment}</div>")
    return "" if root is None else text_of(root)


def _collect(element: Any, pieces: list[str], depth: int) -> None:
    # comments have no name; the XHTML in an Atom feed has a namespace before it
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if not tag or tag in _SILENT or depth > _DEEPEST:
        return
    block = tag in _BLOCKS
    pieces.append("\n" if block else "")
    # an emoji of a microblog is an image whose alt says what it shows
    pieces.append(element.get("alt") or "" if tag == "img" else element.text or "")
    for child in element:
        _collect(child, pieces, depth + 1)
        pieces.append(child.tail or "")
    pieces.append("\n" if block else "")
