"""Acknowledging from a phone without a login: a signed link of a push, good once and for a day.

The link names a row of the outbox; what it may do (acknowledge that one assignment, for the unit
that was pushed) is looked up there, so a stolen link can do no more. Whoever only opens it, such
as a chat that fetches a preview, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from responder import labels
from responder.act import Act
from responder.changes import Change
from responder.link_tokens import Token, read_token
from responder.schema import outbox
from responder.store import TicketStore
from responder.stored import Stored
from responder.transitions import Action, State
from stream.sql import failures_named, reading
from yuqing.domain.errors import Conflict, NotAllowed, NotFound
from yuqing.domain.text import discreet

_UNKNOWN = "链接无效，请登录控制台查看"


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page behind a link shows; `problem` says why it cannot acknowledge (now)."""

    title: str
    grade_zh: str
    recipient: str
    ticket_id: str
    problem: str = ""


class PhoneLinks:
    """Shows and honours the links. All methods raise NotFound for what nobody here has signed,
    and RetryLater."""

    def __init__(self, store: TicketStore, secret: str) -> None:
        self._store, self._secret = store, secret

    def show(self, token: str, now: datetime) -> LinkView:
        """What the link is about, and whether it still can be used."""
        told, row = self._found(token)
        stored, acts = self._store.history(row.ticket_id)
        problem = _expired(told, now) or _used(row) or _passed(row, stored, acts)
        ticket = stored.ticket
        return LinkView(
            title=discreet(stored.title),
            grade_zh=labels.GRADES[ticket.grade] + ("·突发事件" if ticket.emergency else ""),
            recipient=row.payload.get("recipient", ""),
            ticket_id=stored.ticket_id,
            problem=problem,
        )

    def acknowledge(self, token: str, now: datetime) -> LinkView:
        """Acknowledge, for the unit, in the name of whom the push was sent to.

        Raises NotAllowed for a link that has expired or whose assignment no longer waits,
        Conflict for one that was used.
        """
        told, row = self._found(token)
        if expired := _expired(told, now):
            raise NotAllowed(expired)
        name = row.payload.get("recipient", "")
        data = {"via": "link", "contact": name, "push": row.key}
        act = Act(now, f"{labels.CONTACT}{name}"[:128], Action.ACKNOWLEDGE.value, data)

        def decide(stored: Stored, acts: Sequence[Act]) -> Change:
            if used := _used(row):
                raise Conflict(used)
            if problem := _passed(row, stored, acts):
                raise NotAllowed(problem)
            return Change((act,), cancels=("acknowledge",))

        self._store.change(row.ticket_id, decide, beside=lambda link, _s: _use(link, row, now))
        return self.show(token, now)

    def _found(self, text: str) -> tuple[Token, Row[Any]]:
        token = read_token(text)
        row = _pushed(self._store.engine, token.outbox_id) if token else None
        if token is None or row is None or not token.signed_by(self._secret, row.key):
            raise NotFound(_UNKNOWN)
        return token, row


def _pushed(engine: Engine, outbox_id: int) -> Row[Any] | None:
    asks = (outbox.c.outbox_id == outbox_id) & outbox.c.assignment.is_not(None)
    with failures_named(), reading(engine).begin() as connection:
        return connection.execute(select(outbox).where(asks)).one_or_none()


def _expired(token: Token, now: datetime) -> str:
    return "链接已过期，请登录控制台签收" if now > token.until else ""


def _used(row: Row[Any]) -> str:
    return "链接已使用，无需再次签收" if row.acknowledged_at is not None else ""


def _passed(row: Row[Any], stored: Stored, acts: Sequence[Act]) -> str:
    """Why the assignment that the push spoke of is no longer to be acknowledged."""
    charges = [p for p, act in enumerate(acts) if act.action in (Action.ASSIGN, Action.REASSIGN)]
    if not charges or charges[-1] != row.assignment:
        return "已重新交办，本链接不再有效"
    if stored.ticket.state is not State.ASSIGNED:
        return "已签收或已退回，无需再次签收"
    return ""


def _use(connection: Connection, row: Row[Any], now: datetime) -> None:
    unused = (outbox.c.outbox_id == row.outbox_id) & outbox.c.acknowledged_at.is_(None)
    done = connection.execute(update(outbox).where(unused).values(acknowledged_at=now))
    if done.rowcount != 1:
        raise Conflict("链接已使用，无需再次签收")
