"""Addresses: one canonical form for one page, and the wall around a source's hosts."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|spm(_id_from)?|share_\w+|isappinstalled|nsukey|gclid|fbclid|bd_vid|hm(sr|pl|cu|kw|ci)"
)
_USUAL_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000


def canonical_url(url: str) -> str:
    """`url` without fragment, tracking parameters, default port or order of its query.

    Raises ValueError for what is no http or https address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in _USUAL_PORTS or not parts.hostname:
        raise ValueError(f"not a web address: {url[:200]!r}")
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name.lower())
    )
    return urlunsplit(
        (parts.scheme, _host(parts.scheme, url), parts.path or "/", urlencode(query), "")
    )


def absolute_url(link: str, page: str) -> str | None:
    """`link` found on `page` as a whole web address without fragment, or None if it is none."""
    try:
        url = urljoin(page, link.strip())
        parts = urlsplit(url)
        _host(parts.scheme, url)
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname or len(url) > _LONGEST:
        return None
    return parts._replace(fragment="").geturl()


def within(url: str, hosts: Collection[str]) -> bool:
    """True when `url` may be fetched: its host, and its port where unusual, is one of `hosts`."""
    try:
        parts = urlsplit(url)
        return parts.scheme in _USUAL_PORTS and _host(parts.scheme, url) in hosts
    except ValueError:
        return False


def _host(scheme: str, url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = parts.port is None or parts.port == _USUAL_PORTS.get(scheme)
    return host if usual else f"{host}:{parts.port}"
