"""What waits for whom: the triage queue, and each person's own work, with what is asked next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from responder.act import Act
from responder.consultation import consultations
from responder.desk_cases import CaseDesk
from responder.lines.names import unit_zh
from responder.people import Person, Role
from responder.readmodels.tickets import TicketLine, WorkGroup
from responder.registers import readable
from responder.reporting import told
from responder.review import may_review, review_of
from responder.routing import Wording, route
from responder.stored import Stored, acts_of, stored_of
from responder.ticket_lists import charged_rows, gravest_rows, waiting_rows
from responder.transitions import Action, State
from responder.voice import releasing_unit
from responder.waits import OPINION, PUBLISH, RECEIPT, REPORT, REVIEW
from stream.sql import failures_named, reading
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet
from yuqing.domain.verdict import Severity, Topic

MOST = 200
_COORDINATING = (Role.MONITOR, Role.ANALYST, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class TriageLine:
    """A ticket that waits for its assignment. `unit` and `co_units` are what routing proposes
    now, `reasons` why; `returned` is why it came back, empty where it never was assigned."""

    line: TicketLine
    unit: str
    unit_zh: str
    co_units: tuple[str, ...]
    reasons: tuple[str, ...]
    returned: str


@dataclass(frozen=True, slots=True)
class _Case:
    row: Row[Any]
    stored: Stored
    acts: tuple[Act, ...]
    home: Jurisdiction


class WorkDesk(CaseDesk):
    """The queue of those who assign, and the work of everybody."""

    def triage(self, person: Person, now: datetime, size: int = 100) -> tuple[TriageLine, ...]:
        """What waits to be assigned, the gravest first, of one grade the longest waiting."""
        waiting = (State.TRIAGE.value, State.RETURNED.value)
        with failures_named(), reading(self._engine).begin() as connection:
            rows = gravest_rows(connection, person, waiting, size)
            lines = self._lines(connection, rows, now)
            acts = [acts_of(connection, row.ticket_id) for row in rows]
        pairs = zip(rows, lines, acts, strict=True)
        return tuple(self._proposed(row, line, done) for row, line, done in pairs)

    def my_work(self, person: Person, now: datetime) -> tuple[WorkGroup, ...]:
        """What waits for `person`, by what is asked; groups without anything are left out."""
        groups = [*self._by_state(person, now), *self._by_history(person, now)]
        return tuple(group for group in groups if group.lines)

    def _proposed(self, row: Row[Any], line: TicketLine, acts: Sequence[Act]) -> TriageLine:
        back = [act for act in acts if act.action == Action.RETURN]
        why = discreet(str(back[-1].data.get("reason", ""))) if back else ""
        returned = why if row.state == State.RETURNED else ""
        home = self._jurisdictions.get(row.jurisdiction)
        if home is None:
            return TriageLine(line, "", "", (), (), returned)
        grade, wording = Severity(row.grade), Wording(row.title)
        routed = route(home, Topic(row.topic), tuple(row.places), grade, wording)
        name = unit_zh(home, routed.unit)
        return TriageLine(line, routed.unit, name, routed.co_units, routed.reasons, returned)

    def _by_state(self, person: Person, now: datetime) -> Iterator[WorkGroup]:
        for title, next_zh, states, roles in _STAGES:
            if person.role in roles:
                yield WorkGroup(title, next_zh, self._waiting(person, states, now))

    def _by_history(self, person: Person, now: datetime) -> Iterator[WorkGroup]:
        asked = "写明本单位意见；形成结论时未发表的记为缺席。"
        for title, next_zh, kind, fits in (
            ("待我审核", "审核通过后进入下一环节；退回的重新起草。", REVIEW, _reviews),
            ("待发表会商意见", asked, OPINION, _consults),
            ("审核通过，待发布", "发布后登记链接或照片，按发布时间停表。", PUBLISH, _publishes),
            ("待上报", "核对系统拟稿后确认，推送上级、宣传、网信。", REPORT, _reports),
            ("待登记回执", "收到回执后登记；都有回执才能办结。", RECEIPT, _receipts),
        ):
            found = [one for one in self._cases(person, kind) if fits(person, one)]
            yield WorkGroup(title, next_zh, self._shown([one.row for one in found], now))

    def _cases(self, person: Person, kind: str) -> Iterator[_Case]:
        with failures_named(), reading(self._engine).begin() as connection:
            for row in waiting_rows(connection, person, kind, readable(person), MOST):
                home = self._jurisdictions.get(row.jurisdiction)
                if home is not None:
                    acts = acts_of(connection, row.ticket_id)
                    yield _Case(row, stored_of(row, acts), tuple(acts), home)

    def _waiting(
        self, person: Person, states: Sequence[str], now: datetime
    ) -> tuple[TicketLine, ...]:
        found = charged_rows if person.role is Role.UNIT else gravest_rows
        with failures_named(), reading(self._engine).begin() as connection:
            rows = found(connection, person, states, MOST)
            return self._lines(connection, rows, now)

    def _shown(self, rows: Sequence[Row[Any]], now: datetime) -> tuple[TicketLine, ...]:
        with failures_named(), reading(self._engine).begin() as connection:
            return self._lines(connection, rows, now)


_ANSWERED = ("responded", "following_up")
_STAGES: tuple[tuple[str, str, tuple[str, ...], tuple[Role, ...]], ...] = (
    ("待交办", "核定等级后交办责任单位。", ("triage", "returned"), (*_COORDINATING, Role.LEADER)),
    ("待签收", "签收即停止签收催办；不属本单位的，写明理由退回。", ("assigned",), (Role.UNIT,)),
    ("待开始处置", "开始处置，随后拟稿送审或登记答复。", ("acknowledged",), (Role.UNIT,)),
    ("处置中", "拟稿送审；已有公开回应的，登记发布。", ("handling",), (Role.UNIT,)),
    (
        "已回应，待跟踪或办结",
        "承诺兑现并公开后办结。",
        ("responded", "following_up"),
        _COORDINATING,
    ),
    ("已回应，跟踪中", "登记承诺的兑现和公开。", _ANSWERED, (Role.UNIT,)),
    ("待评估", "写明评估结论。", ("closed",), (Role.LEADER,)),
)
"""Title, what happens next, the states, and whose work it is."""


def _reviews(person: Person, case: _Case) -> bool:
    review = review_of(case.stored.ticket, case.acts, case.home.review)
    if review is None or not may_review(person, review) or review.complete:
        return False
    return person.login not in {*review.drafters, *(who for _code, who in review.passed)}


def _publishes(person: Person, case: _Case) -> bool:
    review = review_of(case.stored.ticket, case.acts, case.home.review)
    releasing = releasing_unit(case.stored.ticket, case.acts)
    releases = person.role is Role.UNIT and person.unit == releasing
    return releases and review is not None and review.complete


def _consults(person: Person, case: _Case) -> bool:
    rounds = consultations(case.acts)
    return bool(rounds) and rounds[-1].open and person.unit in rounds[-1].silent


def _reports(person: Person, case: _Case) -> bool:
    if person.role not in _COORDINATING:
        return False
    reports = told(case.stored, case.acts, case.home)
    return any(one.required and one.position is None for one in reports)


def _receipts(person: Person, case: _Case) -> bool:
    if person.role not in _COORDINATING:
        return False
    reports = told(case.stored, case.acts, case.home)
    return any(one.required and one.position is not None and not one.receipt for one in reports)
