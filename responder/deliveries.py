"""Pushes to people: what is due to one person leaves as one message, and what became of it is
written to every row that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row

from responder.claims import ATTEMPTS, LEASE, backoff, claim, put_off, write
from responder.digest import MERGED, Item, compose
from responder.link_tokens import LASTS, token_of
from responder.push import Pusher
from responder.schema import outbox
from responder.sealing import opened
from yuqing.domain.clock import Clock, real_span

_WITHIN_LEASE = 2
"""How many channels a lease lasts for, though each be slow to connect, to take and to answer."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where people open the console, and what signs the links that acknowledge without a login;
    without the one there are no links, without the other none of these."""

    console: str = ""
    secret: str = ""

    def view(self, path: str) -> str:
        """The whole address of a page of the console, empty when there is none."""
        return f"{self.console.rstrip('/')}{path}" if self.console else ""


def push_due(engine: Engine, pusher: Pusher, clock: Clock, limit: int, links: Links) -> int:
    """Send messages until `limit` rows or nothing is left; returns how many rows left."""
    sent = tried = 0
    while tried < limit:
        # One person at a time: a slow channel must not let the lease of those behind run out.
        rows = _of_one_person(engine, clock)
        if not rows:
            break
        tried += len(rows)
        sent += _deliver(engine, rows, pusher, clock, links)
    return sent


def _of_one_person(engine: Engine, clock: Clock) -> Sequence[Row[Any]]:
    first = claim(engine, outbox.c.kind == "push", clock, 1, fresh_first=True)
    if not first or first[0].person is None:
        return first
    same = (outbox.c.kind == "push") & (outbox.c.person == first[0].person)
    return [*first, *claim(engine, same, clock, MERGED - 1)]


def _deliver(
    engine: Engine, rows: Sequence[Row[Any]], pusher: Pusher, clock: Clock, links: Links
) -> int:
    items = [_item(row, clock, links) for row in rows]
    title, body = compose(items, links.view("/notices"))
    channels = opened(engine, rows[0].payload["channels"])
    _hold(engine, rows, len(channels), clock)
    delivery = pusher.push(channels, title, body)
    now = clock.now()
    if delivery.error is None:
        refused = "；".join(delivery.refused)[:2000] or None
        done = {"state": "sent", "delivered_at": now, "lease_until": None, "error": refused}
        write(engine, [row.outbox_id for row in rows], **done, via=delivery.via[:64] or None)
        return len(rows)
    pause = backoff(rows[0].key, max(row.attempts for row in rows))
    pause = max(pause, delivery.again_after or pause)
    # what no channel can ever take is given up at once, so that somebody else is told
    attempts = 1 if delivery.hopeless else ATTEMPTS
    put_off(engine, rows, now + real_span(clock, pause), delivery.error, now, attempts)
    return 0


def _hold(engine: Engine, rows: Sequence[Row[Any]], channels: int, clock: Clock) -> None:
    """Many slow channels, asked one after another, outlast a lease: nobody else sends meanwhile."""
    if channels > _WITHIN_LEASE:
        until = clock.now() + real_span(clock, LEASE * (channels // _WITHIN_LEASE + 1))
        write(engine, [row.outbox_id for row in rows], lease_until=until)


def _item(row: Row[Any], clock: Clock, links: Links) -> Item:
    message, acknowledge = row.payload, ""
    if row.assignment is not None and links.secret and links.console:
        until = clock.now() + real_span(clock, LASTS)
        token = token_of(links.secret, row.outbox_id, row.key, until)
        acknowledge = links.view(f"/a/{token}")
    view = links.view(message["link"])
    return Item(row.purpose, message["title"], message["body"], view, acknowledge)
