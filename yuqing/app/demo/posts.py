"""What somebody in the demo world publishes, as the script tells it and as time shows it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yuqing.domain.post import Owner


class Site(StrEnum):
    """The sites of the world: the government's portal, a forum, a microblog, a newspaper."""

    PORTAL = "portal"
    FORUM = "forum"
    MICROBLOG = "microblog"
    PAPER = "paper"


class Broken(StrEnum):
    """How a page is broken on purpose: it has no text, or claims a date in the future."""

    EMPTY = "empty"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Counts:
    """Likes, reposts and comments at one moment."""

    likes: int = 0
    reposts: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True)
class ScriptedPost:
    """One post of the script; `native` is its id on its site, `at` (UTC) when it appears.

    `final` are the counts it ends with. `edits` are (when, new text), ascending. `matter` and
    `relevant` are the truth about it, for tests; no page shows them.
    """

    native: str
    site: Site
    at: datetime
    author: str
    owner: Owner
    followers: int
    title: str
    text: str
    final: Counts
    matter: str
    relevant: bool
    broken: Broken | None = None
    edits: tuple[tuple[datetime, str], ...] = ()

    def text_at(self, now: datetime) -> str:
        """The text as it reads at `now`."""
        return next((text for at, text in reversed(self.edits) if at <= now), self.text)

    def changed_at(self, now: datetime) -> datetime:
        """When the text that stands at `now` was written."""
        return next((at for at, _ in reversed(self.edits) if at <= now), self.at)

    def counts_at(self, now: datetime) -> Counts:
        """The counts at `now`: none at first, most within a day, never fewer than before."""
        share = 1 - math.exp(-max(timedelta(0), now - self.at) / timedelta(hours=6))
        final = self.final
        return Counts(
            int(final.likes * share), int(final.reposts * share), int(final.comments * share)
        )


def seeded(text: str, below: int) -> int:
    """A number from 0 to `below` - 1 that `text` always leads to: the world knows no chance."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % below
