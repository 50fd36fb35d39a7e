"""The lists and the numbers of the console against a slow recount of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from responder.act import Act
from responder.desk import Desk, NewCase, TicketFilter
from responder.people import Person, Role
from responder.schema import ticket_clocks, tickets
from responder.schema_lists import ticket_scopes, ticket_tallies
from responder.store import TicketStore
from responder.sweep import sweep_due
from responder.transitions import OPEN_STATES, TABLE
from stream.sql import open_engine
from tests.responder_world import HOUR, NOON, district
from yuqing.domain.errors import InvalidMessage, NotAllowed
from yuqing.domain.jurisdiction import Jurisdiction

UNITS = [unit.code for unit in district().units]
MOVES = sorted({(state, move) for state, move in TABLE if state}, key=str)
"""What the table of states allows; some of it the engine refuses for the clocks' sake."""
STRAIGHT = {
    **dict.fromkeys(("triage", "returned"), "assign"),
    **dict.fromkeys(("responded", "following_up"), "close"),
    **dict.fromkeys(("evaluated", "merged", "dismissed"), "reopen"),
    "assigned": "acknowledge",
    "acknowledged": "start",
    "handling": "submit",
    "in_review": "publish",
    "closed": "evaluate",
}
Step = tuple[str, int, int, float]
STEP = st.tuples(
    st.sampled_from(("open", "sweep", "publish", "grade", *["move"] * 6, *["along"] * 9)),
    st.integers(0, 4),
    st.integers(0, 59),
    st.sampled_from((0.0, 0.1, 1.0, 6.0, 30.0)),
)


@dataclass
class Town:
    """One government in a store that it shares with others; `now` moves on with each step."""

    store: TicketStore
    homes: dict[str, Jurisdiction]
    code: str
    now: datetime = NOON
    ids: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return Desk(self.store.engine, self.homes)

    def person(self, role: Role, unit: str | None = None) -> Person:
        return Person(f"{role.value}-{unit}", "某人", role, self.code, unit)

    def step(self, step: Step) -> None:
        action, which, draw, hours = step
        self.now += hours * HOUR
        if action == "open" or not self.ids:
            self._open(draw)
        elif action == "sweep":
            sweep_due(self.store, self.homes, self.now)
        else:
            ticket_id = self.ids[which % len(self.ids)]
            if action in ("move", "along"):
                action = self._next(ticket_id, draw, action == "along")
            with suppress(NotAllowed, InvalidMessage):
                self._act(ticket_id, action, draw)

    def _next(self, ticket_id: str, draw: int, along: bool) -> str:
        """One of the acts that would change the ticket's state; `along`: the straight way."""
        now = self.store.get(ticket_id).ticket.state
        if along:
            return STRAIGHT[now.value]
        moves = [move.value for state, move in MOVES if state == now != TABLE[state, move]]
        return moves[draw % len(moves)]

    def _open(self, draw: int) -> None:
        case = NewCase(self.code, f"事项{draw}", "来电", "urban", 1 + draw % 4, draw % 3 == 0)
        line = self.desk.open_by_hand(self.person(Role.ANALYST), case, self.now)
        self.ids.append(line.ticket_id)

    def _act(self, ticket_id: str, action: str, draw: int) -> None:
        version = self.store.get(ticket_id).version
        act = Act(self.now, "lin", action, self._data(action, draw))
        if action == "merge":
            into = self.ids[draw % len(self.ids)]
            if into != ticket_id:
                act = replace(act, data={"into": into})
                self.store.merge(ticket_id, version, into, act)
        else:
            self.store.append(ticket_id, version, [act])

    def _data(self, action: str, draw: int) -> Mapping[str, object]:
        at = self.now.isoformat()
        unit, other = UNITS[draw % len(UNITS)], UNITS[draw % 7 % len(UNITS)]
        given: dict[str, Mapping[str, object]] = {
            "assign": {"unit": unit, "co_units": [other] if draw % 2 else []},
            "reassign": {"unit": unit, "reason": "改派"},
            "grade": {"grade": 1 + draw % 4, "emergency": draw % 2 == 0, "reason": "复核"},
            "publish": {"published_at": at, "official": True, "principal": draw % 2 == 0},
            "answer": {"answered_at": at, "to": "来电人"},
            "close": {"proof": "已公开"},
        }
        return given.get(action, {"reason": "记录", "text": "记录"})


def test_after_any_acts_the_tallies_are_a_recount(tmp_path: Path) -> None:
    towns(tmp_path, _tallies_are_a_recount)


def test_after_any_acts_the_numbers_and_lists_are_those_of_a_recount(tmp_path: Path) -> None:
    towns(tmp_path, _console_is_a_recount)


def towns(tmp_path: Path, check: Callable[[Town], None]) -> None:
    """`check` after random acts in one town after the other, all in one store."""
    engine = open_engine(f"sqlite:///{tmp_path / 'tickets.db'}")
    store, homes = TicketStore(engine), dict[str, Jurisdiction]()
    store.migrate()

    @settings(deadline=None, max_examples=15)
    @given(st.lists(STEP, min_size=10, max_size=30))
    def walked(steps: list[Step]) -> None:
        code = f"town{len(homes)}"
        homes[code] = replace(district(), code=code)
        town = Town(store, homes, code)
        for step in steps:
            town.step(step)
        check(town)

    walked()
    engine.dispose()


def _tallies_are_a_recount(town: Town) -> None:
    with town.store.engine.connect() as link:
        kept = {
            (row.scope, row.kind, row.name, row.grade): row.number
            for row in link.execute(select(ticket_tallies))
            if row.number
        }
    assert kept == _recounted(town.store.engine)


def _console_is_a_recount(town: Town) -> None:
    sweep_due(town.store, town.homes, town.now)
    town.now += timedelta(hours=5)  # clocks become late that no sweep has seen
    known = list(_rows(town.store.engine))
    people = [Person("all", "某人", Role.ADMIN, None), town.person(Role.MONITOR)]
    people += [town.person(Role.UNIT, unit) for unit in UNITS[:2]]
    for person in people:
        seen = [(row, clocks) for row, clocks in known if _sees(person, row)]
        _numbers_agree(town, person, seen)
        for wanted, fits in _filters(town.now):
            listed = _listed(town, person, wanted)
            right = [pair for pair in seen if fits(*pair)]
            newest = sorted(right, key=lambda p: (p[0].opened_at, p[0].ticket_id), reverse=True)
            assert listed == [row.ticket_id for row, _ in newest], wanted


Pair = tuple[Any, list[Any]]


def _numbers_agree(town: Town, person: Person, seen: list[Pair]) -> None:
    counts = town.desk.counts(person, town.now)
    standing = [(row, clock) for row, clocks in seen if row.open for clock in _present(row, clocks)]
    late = [clock for _, clock in standing if _is_late(clock, town.now)]
    running = [c for _, c in standing if c.status == "running" and c.due >= town.now]
    assert counts.open_tickets == sum(row.open for row, _ in seen)
    assert dict(counts.by_state) == Counter(row.state for row, _ in seen)
    assert dict(counts.by_grade) == Counter(row.grade for row, _ in seen if row.open)
    assert (counts.clocks_running, counts.clocks_breached) == (len(running), len(late))
    assert counts.due_within_hour == sum(c.due < town.now + HOUR for c in running)
    unstopped = [
        (clock.due, row.ticket_id)
        for row, clock in standing
        if clock.stopped_at is None and clock.status in ("running", "breached")
    ]
    first: dict[str, datetime] = {}
    for due, ticket_id in sorted(unstopped):
        first.setdefault(ticket_id, due)
    urgent = [line.ticket_id for line in town.desk.urgent(person, town.now, 200)]
    assert urgent == list(first)[:200]


def _filters(now: datetime) -> Iterable[tuple[TicketFilter, Callable[[Any, list[Any]], bool]]]:
    yield TicketFilter(), lambda *_: True
    yield TicketFilter(open=True), lambda row, _: bool(row.open)
    yield TicketFilter(open=False, grade_min=2), lambda row, _: not row.open and row.grade >= 2
    yield TicketFilter(grade_min=3), lambda row, _: row.grade >= 3
    yield (
        TicketFilter(states=("triage", "closed")),
        lambda row, _: row.state in ("triage", "closed"),
    )
    yield TicketFilter(unit=UNITS[1]), lambda row, _: row.unit == UNITS[1]
    yield TicketFilter(breached=True), lambda _, clocks: any(_is_late(c, now) for c in clocks)
    yield TicketFilter(breached=False), lambda _, clocks: not any(_is_late(c, now) for c in clocks)
    yield (
        TicketFilter(open=True, due_within=6 * HOUR),
        lambda row, clocks: (
            row.open
            and any(
                c.status == "running" and now <= c.due <= now + 6 * HOUR
                for c in _present(row, clocks)
            )
        ),
    )
    yield TicketFilter(text="事项1"), lambda row, _: "事项1" in row.title


def _listed(town: Town, person: Person, wanted: TicketFilter) -> list[str]:
    found, after = list[str](), None
    while True:
        page = town.desk.tickets(person, wanted, town.now, 7, after)
        found += [line.ticket_id for line in page.lines]
        if page.next is None:
            assert page.total == len(found)
            return found
        after = page.next


def _recounted(engine: Engine) -> dict[tuple[str, str, str, int], int]:
    found: Counter[tuple[str, str, str, int]] = Counter()
    for row, clocks in _rows(engine):
        units = {unit for unit in (row.unit, *row.co_units) if unit}
        for scope in ("", row.jurisdiction, *(f"{row.jurisdiction}/{unit}" for unit in units)):
            found[scope, "state", row.state, row.grade] += 1
            if row.state in OPEN_STATES:
                for clock in _present(row, clocks):
                    if clock.status in ("running", "breached"):
                        found[scope, "clock", clock.status, 0] += 1
    return dict(found)


def _rows(engine: Engine) -> Iterable[Pair]:
    with engine.connect() as link:
        clocks: dict[str, list[Any]] = {}
        for clock in link.execute(select(ticket_clocks)):
            clocks.setdefault(clock.ticket_id, []).append(clock)
        return [(row, clocks.get(row.ticket_id, [])) for row in link.execute(select(tickets))]


def _sees(person: Person, row: Any) -> bool:
    if person.jurisdiction not in (None, row.jurisdiction):
        return False
    return person.role is not Role.UNIT or person.unit in (row.unit, *row.co_units)


def _present(row: Any, clocks: list[Any]) -> list[Any]:
    return [clock for clock in clocks if clock.round == row.round]


def _is_late(clock: Any, now: datetime) -> bool:
    return bool(clock.status == "breached" or (clock.status == "running" and clock.due < now))


def test_a_ticket_is_in_the_scopes_of_the_units_that_it_has_now(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'tickets.db'}")
    store = TicketStore(engine)
    store.migrate()
    town = Town(store, {"qinghe": district()}, "qinghe")
    town.step(("open", 0, 1, 0.0))
    town.step(("assign", 0, 1, 0.1))
    town.step(("reassign", 0, 2, 0.1))
    with engine.connect() as link:
        scopes = set(link.execute(select(ticket_scopes.c.scope)).scalars())
    stored = store.get(town.ids[0]).ticket
    units = {stored.unit, *stored.co_units}
    assert stored.unit == UNITS[2]
    assert scopes == {"", "qinghe", *(f"qinghe/{unit}" for unit in units)}
    engine.dispose()
