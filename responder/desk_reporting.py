"""What people do to report a ticket up, and to answer a notice from 网信."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from responder.act import Act
from responder.changes import Change
from responder.copies import post_of
from responder.desk_cases import CaseDesk
from responder.doors import check_may
from responder.filled import text_of
from responder.origins import Origin
from responder.people import Person
from responder.readmodels.tickets import TicketLine
from responder.reporting import Body, bodies
from responder.reporting_calls import report_to
from responder.reporting_drafts import FIELDS, Report, drafted
from responder.schema import event_posts
from responder.stored import Stored
from responder.transitions import Action
from responder.waits import waits_in
from stream.sql import failures_named, reading
from yuqing.domain.errors import InvalidMessage, NotAllowed
from yuqing.domain.jurisdiction import Jurisdiction

_HEARD = 50


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A drafted report and whom it may go to, as (code, name)."""

    parts: Mapping[str, str]
    text: str
    to: tuple[tuple[str, str], ...]
    version: int


class ReportDesk(CaseDesk):
    """上报、通报、回执, and 网信 notices."""

    def draft_report(self, person: Person, ticket_id: str) -> ReportDraft:
        """A report made from the record as it stands; a person completes and confirms it."""
        stored, acts, home = self._known(person, ticket_id)
        report = drafted(stored, acts, home, self._heard(stored))
        to = tuple((body.code, body.name) for body in bodies(home))
        return ReportDraft(report.parts, report.text, to, stored.version)

    def report(
        self,
        person: Person,
        ticket_id: str,
        expected_version: int,
        to: Sequence[str],
        parts: Mapping[str, str],
        now: datetime,
    ) -> TicketLine:
        """Confirm the report and send it to the bodies `to`: one act and one push for each."""
        report = _report(parts)

        def acts(home: Jurisdiction) -> list[tuple[Body, Act]]:
            data: dict[str, object] = {"text": report.text, "parts": dict(report.parts)}
            return [
                (body, Act(now, person.login, body.action.value, {"to": body.code} | data))
                for body in _chosen(home, to)
            ]

        return self._tell(person, ticket_id, expected_version, acts, now)

    def reply_to_notice(
        self, person: Person, ticket_id: str, expected_version: int, text: str, now: datetime
    ) -> TicketLine:
        """Answer a notice from 网信; without the answer its ticket cannot be closed."""
        stored, _, _ = self._known(person, ticket_id)
        if stored.origin != Origin.CYBERSPACE:
            raise NotAllowed("本案不是网信部门通报，无需答复网信部门")
        data = {"to": "cyberspace", "reply": True, "text": text_of("text", text)}

        def acts(home: Jurisdiction) -> list[tuple[Body, Act]]:
            told = [body for body in bodies(home) if body.code == "cyberspace"]
            body = told[0] if told else Body("cyberspace", "网信部门", Action.NOTIFY, ())
            return [(body, Act(now, person.login, body.action.value, data))]

        return self._tell(person, ticket_id, expected_version, acts, now)

    def record_receipt(
        self,
        person: Person,
        ticket_id: str,
        expected_version: int,
        position: int,
        receipt: str,
        received_at: datetime,
        now: datetime,
    ) -> TicketLine:
        """Put on record what a body answered to the report at `position` of the history."""
        stored, acts, home = self._known(person, ticket_id)
        report = acts[position] if 0 <= position < len(acts) else None
        if report is None or "to" not in report.data or "receipt" in report.data:
            raise InvalidMessage(f"position: 第 {position} 条记录不是上报或通报")
        check_may(person, Action(report.action))
        # Receipts are typed to the second, acts are not.
        if not report.at.replace(microsecond=0) <= received_at <= now:
            raise InvalidMessage("received_at: 回执时间须在上报之后、现在之前")
        data = {
            "to": report.data["to"],
            "of": position,
            "receipt": text_of("receipt", receipt, 2000),
            "received_at": received_at.astimezone(UTC).isoformat(),
        }
        act = Act(now, person.login, report.action, data)
        change = Change((act,), waits=waits_in(home))
        self._store.change(stored.ticket_id, lambda _s, _a: change, expected_version)
        return self._line(ticket_id, now)

    def _tell(
        self,
        person: Person,
        ticket_id: str,
        version: int,
        make: Callable[[Jurisdiction], list[tuple[Body, Act]]],
        now: datetime,
    ) -> TicketLine:
        _, _, home = self._known(person, ticket_id)
        telling = make(home)
        for _, act in telling:
            check_may(person, Action(act.action))

        def decide(stored: Stored, acts: Sequence[Act]) -> Change:
            pushes = [
                report_to(body, stored, act, len(acts) + number)
                for number, (body, act) in enumerate(telling)
            ]
            done = tuple(act for _, act in telling)
            return Change(done, tuple(pushes), waits=waits_in(home))

        self._store.change(ticket_id, decide, version)
        return self._line(ticket_id, now)

    def _heard(self, stored: Stored) -> list[str]:
        if stored.event_id is None:
            return []
        mine = event_posts.c.event_id == stored.event_id
        query = select(event_posts.c.post).where(mine).order_by(event_posts.c.post_id).limit(_HEARD)
        with failures_named(), reading(self._engine).begin() as connection:
            return [post_of(one).text for one in connection.execute(query).scalars()]


def _report(parts: Mapping[str, str]) -> Report:
    if unknown := sorted(set(parts) - set(FIELDS)):
        raise InvalidMessage(f"parts: 没有 {'、'.join(unknown)[:100]}")
    for key in ("time", "place", "what"):
        text_of(f"parts.{key}", parts.get(key), 4000)
    cleaned = {
        key: text_of(f"parts.{key}", value, 4000) for key, value in parts.items() if value.strip()
    }
    return Report(cleaned)


def _chosen(home: Jurisdiction, to: Sequence[str]) -> list[Body]:
    known = {body.code: body for body in bodies(home)}
    if not to or set(to) - set(known):
        there = "、".join(known) or "（辖区没有写明）"
        raise InvalidMessage(f"to: 上报对象须在 {there} 之中")
    return [body for code, body in known.items() if code in to]
