"""From what a watchlist caught to what is shown of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from responder import labels
from responder.readmodels.watching import HitLine
from yuqing.domain.text import discreet


def hit_line(row: Row[Any]) -> HitLine:
    """One hit of a watchlist."""
    return HitLine(
        watchlist_id=row.watchlist_id,
        post_id=row.post_id,
        title=discreet(row.title),
        url=row.url,
        source=row.source,
        severity=row.severity,
        severity_zh=labels.GRADES[row.severity],
        published_at=row.published_at,
        at=row.at,
    )
