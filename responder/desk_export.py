"""What leaves the house, and who has looked behind a mask: both are noted in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from responder.audit import READ_PERSONAL, Entry, head_of, note
from responder.desk_reading import ReadingDesk, seen
from responder.doors import check_personal
from responder.exports.bundle import Bundle, Circumstances, bundle
from responder.exports.gather import as_it_is, gathered
from responder.exports.printable import printable
from responder.filled import text_of
from responder.lines.masking import masked
from responder.people import Person
from responder.schema import event_posts, ticket_events
from stream.sql import failures_named, reading
from yuqing.domain.jurisdiction import Jurisdiction

_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Unmasked:
    """One text as it was written; `where` is title, history:POSITION:FIELD or post:ID:FIELD."""

    where: str
    text: str


class ExportDesk(ReadingDesk):
    """Whole records, and personal numbers for those who must call back."""

    def export(
        self, person: Person, ticket_id: str, now: datetime, reason: str | None = None
    ) -> Bundle:
        """The ticket's whole record; with a `reason` personal numbers are shown in it.

        Raises NotFound, and NotAllowed for who may not read personal data.
        """
        if reason is not None:
            check_personal(person)
            reason = text_of("reason", reason, 500)
        with failures_named(), self._engine.begin() as connection:
            row = seen(connection, person, ticket_id)
            home = self._jurisdictions.get(row.jurisdiction)
            show = masked if reason is None else as_it_is
            whole, line = gathered(connection, row, home, now, show)
            about = Circumstances(now, person.login, reason is None, head_of(connection))
            made = bundle(whole, line, _zone(home), about)
            detail = {"version": row.version, "manifest_sha256": made.manifest_sha256}
            what = "exported" if reason is None else READ_PERSONAL
            because = {} if reason is None else {"reason": reason, "exported": True}
            subject = f"ticket:{ticket_id}"
            note(connection, Entry(now, person.login, what, subject, detail | because))
        return made

    def printed(self, person: Person, ticket_id: str, now: datetime) -> str:
        """The ticket's record as a page to print, personal numbers masked."""
        with failures_named(), reading(self._engine).begin() as connection:
            row = seen(connection, person, ticket_id)
            home = self._jurisdictions.get(row.jurisdiction)
            whole, _ = gathered(connection, row, home, now)
        return printable(whole, _zone(home), now)

    def unmask(
        self, person: Person, ticket_id: str, reason: str, now: datetime
    ) -> tuple[Unmasked, ...]:
        """The texts of the ticket that are shown masked, as they were written; noted with the
        `reason` before anything is shown. Raises NotFound, NotAllowed, InvalidMessage."""
        check_personal(person)
        because = text_of("reason", reason, 500)
        with failures_named(), self._engine.begin() as connection:
            row = seen(connection, person, ticket_id)
            found = tuple(_hidden(connection, row))
            where = sorted({one.where for one in found})
            detail = {"reason": because, "where": where}
            entry = Entry(now, person.login, READ_PERSONAL, f"ticket:{ticket_id}", detail)
            note(connection, entry)
        return found


def _hidden(connection: Connection, row: Row[Any]) -> Iterator[Unmasked]:
    yield from _texts("title", row.title)
    mine = ticket_events.c.ticket_id == row.ticket_id
    acts = select(ticket_events.c.position, ticket_events.c.data).where(mine)
    for act in connection.execute(acts.order_by(ticket_events.c.position)):
        yield from _texts(f"history:{act.position}", act.data)
    posts = select(event_posts.c.post_id, event_posts.c.post)
    for one in connection.execute(posts.where(event_posts.c.event_id == row.event_id)):
        yield from _texts(f"post:{one.post_id}", one.post)


def _texts(where: str, value: Any) -> Iterator[Unmasked]:
    if isinstance(value, str):
        if masked(value) != value:
            yield Unmasked(where, value)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(f"{where}:{key}", one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(where, one)


def _zone(home: Jurisdiction | None) -> str:
    return home.zone if home else _ZONE
